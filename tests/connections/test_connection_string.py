import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.connections.connection_string import KEYWORDS, ConnectionString, ServerAddress, split_server


@pytest.mark.parametrize(
    ("text", "style", "parts"),
    [
        ("Data Source=S;Initial Catalog=D;Provider=SQLNCLI11.1;Integrated Security=SSPI;", "oledb", {"server": "S", "database": "D", "provider": "SQLNCLI11.1"}),
        ("provider=SQLOLEDB;data source=.\\X;INITIAL CATALOG=d", "oledb", {"server": ".\\X", "database": "d"}),
        ("Server=a;Database=b;UID=u;PWD={p;}}w}", "odbc", {"user": "u", "password": "p;}w"}),
        ("Driver={ODBC Driver 17 for SQL Server};trusted_connection=Yes", "odbc", {"driver": "ODBC Driver 17 for SQL Server"}),
        ('Provider=Microsoft.ACE.OLEDB.12.0;Data Source=C:\\a b.xlsx;Extended Properties="EXCEL 12.0 XML;HDR=YES";', "oledb", {"extended": "EXCEL 12.0 XML;HDR=YES"}),
        ("Password='it''s';User ID=\"a\"\"b\"", "adonet", {"password": "it's", "user": 'a"b'}),
        ("a==b=c", "adonet", {"a=b": "c"}),
        ("Data Source=x;Data Source=y", "oledb", {"server": "y"}),
        ("Data Source=(DESCRIPTION=(ADDRESS=(HOST=h)(PORT=1521))(CONNECT_DATA=(SERVICE_NAME=s)));User ID=u", "oledb", {"server": "(DESCRIPTION=(ADDRESS=(HOST=h)(PORT=1521))(CONNECT_DATA=(SERVICE_NAME=s)))", "user": "u"}),
        ("SmtpServer=;UseWindowsAuthentication=False", "adonet", {"SmtpServer": "", "UseWindowsAuthentication": "False"}),
    ],
)  # fmt: skip
def test_parts(text, style, parts):
    string = ConnectionString(text, style)
    for name, value in parts.items():
        assert string.get(name) == value
    assert str(string) == text


def test_every_synonym_names_the_same_part():
    for name, words in KEYWORDS.items():
        for word in words:
            assert ConnectionString(f"{word.upper()}=v").get(name) == "v"


def test_setting_changes_in_place_and_appends():
    string = ConnectionString("Server=a;Database=b", "odbc")
    string.set("server", "c")
    string.set("password", "p{w")
    assert str(string) == "Server=c;Database=b;PWD={p{w}"
    string.set("Data Source", "d")
    assert string.get("server") == "d"
    string.remove("uid")
    string.remove("password")
    assert str(string) == "Server=d;Database=b"
    assert ConnectionString("").get("server", "none") == "none"


def test_flags():
    assert ConnectionString("Integrated Security=SSPI").flag("integrated")
    assert ConnectionString("Trusted_Connection=yes").flag("integrated")
    assert not ConnectionString("Integrated Security=False").flag("integrated")


def test_the_password_is_not_shown():
    string = ConnectionString("Data Source=a;Password=secret;")
    assert "secret" not in repr(string)
    assert str(string.without_password()) == "Data Source=a;"
    assert string.get("password") == "secret"


@pytest.mark.parametrize("text", ['a="never closed', "a={never closed", "a==b"])
def test_what_is_never_closed_is_an_error(text):
    with pytest.raises(ValueError, match=r"closed|value"):
        ConnectionString(text)


VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=1000), max_size=20)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["oledb", "adonet", "odbc"]),
    st.dictionaries(st.sampled_from(["server", "database", "user", "password", "extended"]), VALUES),
)
def test_what_is_set_is_read_back(style, parts):
    string = ConnectionString("", style)
    for name, value in parts.items():
        string.set(name, value)
    again = ConnectionString(str(string), style)
    for name, value in parts.items():
        assert again.get(name) == value


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    try:
        string = ConnectionString(text)
    except ValueError:
        return
    assert isinstance(str(string), str)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("localhost", ServerAddress("localhost")),
        (" (LOCAL) ", ServerAddress("localhost")),
        (".\\SQLEXPRESS", ServerAddress("localhost", "SQLEXPRESS")),
        ("tcp:db,1433", ServerAddress("db", "", 1433)),
        ("db\\i,x", ServerAddress("db", "i")),
        ("", ServerAddress("localhost")),
    ],
)
def test_servers(text, address):
    assert split_server(text) == address
