import pytest

from dtserve.connections.oledb import provider_family
from dtserve.connections.registry import create_connection
from support.connections import environment, manager


def target(text, kind="OLEDB"):
    return create_connection(manager(kind, {"ConnectionString": text}), environment()).target()


@pytest.mark.parametrize(
    ("provider", "family"),
    [
        ("SQLNCLI11.1", ("sqlserver", "tsql")), ("MSOLEDBSQL19.1", ("sqlserver", "tsql")), ("SQLOLEDB", ("sqlserver", "tsql")),
        ("", ("sqlserver", "tsql")), ("MSDAORA.1", ("oracle", "oracle")), ("OraOLEDB.Oracle.1", ("oracle", "oracle")),
        ("Microsoft.Jet.OLEDB.4.0", ("", "tsql")), ("Unheard.Of", ("", "tsql")),
    ],
)  # fmt: skip
def test_providers(provider, family):
    assert provider_family(provider) == family


def test_sql_server():
    found = target(
        "Data Source=tcp:db\\I,1500;Initial Catalog=c;Integrated Security=SSPI;Provider=MSOLEDBSQL.1;Application Name=x;"
    )
    assert (found.host, found.port, found.database) == ("db", 1500, "c")
    assert found.options == {"instance": "I", "integrated": "yes", "application": "x"}
    assert found.dialect == found.source == "tsql"


def test_oracle():
    found = target("Data Source=//h:1521/s;User ID=u;Password=p;Provider=OraOLEDB.Oracle.1;")
    assert (found.family, found.host, found.user, found.password) == ("oracle", "//h:1521/s", "u", "p")
    assert target("SERVER=tns;USERNAME=u;", "ORACLE").family == "oracle"
    assert "p" not in repr(found).replace("repr", "").replace("port", "").replace("options", "")


def test_odbc_behind_ole_db():
    found = target("Provider=MSDASQL.1;DSN=x;")
    assert (found.family, found.options["odbc_connect"]) == ("odbc", "Provider=MSDASQL.1;DSN=x;")
