import pytest

from dtserve.connections import load_connection_map
from dtserve.connections.errors import BadConnectionString, UnsupportedProvider
from dtserve.connections.registry import create_connection
from support.connections import environment, manager

TEXT = "Data Source=PROD;Initial Catalog=Sales;User ID=sa;Password=pw;Provider=SQLNCLI11.1;"


def make(tmp_path, text=TEXT, maps=None, **properties):
    lines = maps if maps is not None else {"m": f"sqlite:///{tmp_path}/x.db"}
    return create_connection(
        manager("OLEDB", {"ConnectionString": text, **properties}),
        environment(tmp_path, connection_map=load_connection_map(lines)),
    )


def test_parts_and_string_follow_each_other(tmp_path):
    found = make(tmp_path)
    assert found.connection_string == "Data Source=PROD;Initial Catalog=Sales;User ID=sa;Provider=SQLNCLI11.1;"
    assert found.secret("Password") == "pw"
    assert "pw" not in repr(found) + str(found.properties)
    found.set_property("servername", "OTHER")
    found.set_property("InitialCatalog", "DW")
    assert found.connection_string == "Data Source=OTHER;Initial Catalog=DW;User ID=sa;Provider=SQLNCLI11.1;"
    assert (found.get_property("ServerName"), found.get_property("UserName")) == ("OTHER", "sa")
    found.set_property("ConnectionString", "Data Source=X;Password=new;")
    assert (found.get_property("ServerName"), found.get_property("InitialCatalog", "none")) == ("X", "none")
    assert found.secret("password") == "new"
    found.set_property("Password", "newer")
    assert found.secret("Password") == "newer"
    assert found.get_property("Password") == ""
    found.set_property("RetainSameConnection", "True")
    assert found.retains
    assert found.get_property("Retain") == "True"
    with pytest.raises(BadConnectionString):
        found.set_property("ConnectionString", 'a="')


def test_the_map_comes_before_the_string(tmp_path):
    assert make(tmp_path).target().database == f"{tmp_path}/x.db"
    by_server = make(tmp_path, maps={"//PROD/sales": "postgresql://sa@h/d"}).target()
    assert (by_server.family, by_server.password, by_server.catalog, by_server.source) == (
        "postgres",
        "pw",
        "Sales",
        "tsql",
    )
    assert make(tmp_path, maps={"//PROD/sales": "postgresql://other@h/d"}).target().password == ""
    assert make(tmp_path, maps={"m": "postgresql://u:own@h/d"}).target().password == "own"
    assert make(tmp_path, maps={}).target().family == "sqlserver"
    with pytest.raises(UnsupportedProvider, match="DB2OLEDB"):
        make(tmp_path, "Provider=DB2OLEDB;", {}).target()


def test_sessions_are_new_unless_retained(tmp_path):
    found = make(tmp_path)
    one, two = found.session(), found.session()
    assert one is not two
    one.close()
    two.close()
    kept = make(tmp_path, Retain="-1")
    one = kept.session()
    one.close()
    assert kept.session() is one
    assert list(one.execute("SELECT 1")[0].rows()) == [(1,)]
    kept.close()
    kept.close()
    assert kept.session() is not one
    kept.close()


def test_a_database_in_memory_is_shared(tmp_path):
    found = make(tmp_path, maps={"m": "sqlite://"})
    found.session().execute("CREATE TABLE t (a int)")
    assert list(found.session().execute("SELECT COUNT(*) FROM t")[0].rows()) == [(0,)]
    found.close()


def test_inside_a_transaction_a_manager_gives_its_session_and_no_other(tmp_path):
    found = make(tmp_path)
    with found.session() as plain:
        plain.execute("CREATE TABLE t (a int)")
    assert not found.keeps_session
    assert make(tmp_path, Retain="-1").keeps_session
    with found.session() as session:
        session.begin_isolated("SERIALIZABLE")
        session.keep_open = True
        inside = found.bound(session)
        assert inside.session() is session
        inside.close()
        inside.session().execute("INSERT INTO t VALUES (1)")
        with found.session() as outside, found.another_session() as another:
            assert outside is not session
            assert [list(each.execute("SELECT COUNT(*) FROM t")[0].rows()) for each in (outside, another)] == [
                [(0,)]
            ] * 2
        session.check_commit()
        assert not session.can_prepare()
        session.commit()
        session.keep_open = False
    with found.session() as plain:
        assert list(plain.execute("SELECT COUNT(*) FROM t")[0].rows()) == [(1,)]


@pytest.mark.parametrize(
    ("url", "text", "expected"),
    [
        ("postgresql://u@h/d", "Connect Timeout=7;", {"connect_timeout": "7"}),
        ("postgresql://u@h/d?connect_timeout=3", "Connect Timeout=7;", {"connect_timeout": "3"}),
        ("mysql://u@h/d", "Connection Timeout=0;", {"connect_timeout": "31536000"}),
        ("mssql://u@h/d", "Timeout=30;", {"timeout": "30"}),
        ("mssql://u@h/d", "Connect Timeout=soon;", {}),
        ("sqlite:///x.db", "Connect Timeout=7;", {}),
    ],
)
def test_the_login_has_the_time_of_the_string(tmp_path, url, text, expected):
    assert dict(make(tmp_path, f"Data Source=A;{text}", {"m": url}).target().options) == expected


def test_an_unreachable_server_is_given_up_after_the_time_of_the_string(tmp_path):
    import socket
    import time

    from dtserve.connections.errors import CannotAcquireConnection

    with socket.socket() as silent:  # takes connections and never says a word
        silent.bind(("127.0.0.1", 0))
        silent.listen(1)
        url = f"mysql://u@127.0.0.1:{silent.getsockname()[1]}/d"
        started = time.monotonic()
        with pytest.raises(CannotAcquireConnection):
            make(tmp_path, "Data Source=A;Connect Timeout=1;", {"m": url}).session()
        assert time.monotonic() - started < 5


def test_a_workbook_behind_the_ace_provider_is_not_refused_before_it_is_read():
    from dtserve.connections.oledb import OleDbManager

    text = 'Provider=Microsoft.ACE.OLEDB.12.0;Data Source=b.xlsx;Extended Properties="Excel 12.0 Xml;HDR=YES";'
    found = OleDbManager(manager("OLEDB", {"ConnectionString": text}), environment())
    assert found.opens_workbook
    found.validate()
    found.set_property("ConnectionString", "Provider=Microsoft.ACE.OLEDB.12.0;Data Source=b.mdb;")
    assert not found.opens_workbook
    with pytest.raises(UnsupportedProvider):
        found.validate()
