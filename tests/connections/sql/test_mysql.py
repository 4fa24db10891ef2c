import pytest

from dtserve.connections.base import SqlParameter
from dtserve.connections.errors import LostConnection, SqlError
from dtserve.connections.sql import open_session, parse_url
from dtserve.connections.sql.mysql import message_of


@pytest.fixture
def url(mysql_server):
    return mysql_server.empty()


def test_strict_where_we_translate_and_the_servers_own_mode_elsewhere(url):
    with open_session(parse_url(url)) as session:
        mode = session._ask("SELECT @@sql_mode", ())[0][0]
        assert "STRICT_ALL_TABLES" in mode
        assert "SIMULTANEOUS_ASSIGNMENT" in mode
        for sql in ("SELECT 1 / 0", "SELECT CAST('x' AS int)", "SELECT 5 % 0"):
            with pytest.raises(SqlError):
                session.execute(sql)
    with open_session(parse_url(f"{url}?source=mysql")) as session:
        assert "SIMULTANEOUS" not in session._ask("SELECT @@sql_mode", ())[0][0]
        assert list(session.execute("SELECT `1` FROM (SELECT 1) AS x WHERE 2 = ?", [SqlParameter(2)])[0].rows()) == [
            (1,)
        ]


def test_one_thing_at_a_time(url):
    with open_session(parse_url(url)) as session:
        session.execute("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2)")
        batches = iter(session.query("SELECT a FROM t", batch_rows=1).batches)
        next(batches)
        with pytest.raises(SqlError, match="busy"):
            session.execute("SELECT 1")
        batches.close() if hasattr(batches, "close") else list(batches)
        list(batches)
        assert list(session.execute("SELECT 1")[0].rows()) == [(1,)]


def test_a_lost_connection_is_told_as_such(url):
    with open_session(parse_url(url)) as session, open_session(parse_url(url)) as other:
        other._ask(f"KILL {session.number}", ())
        with pytest.raises(LostConnection):
            session.execute("SELECT 1")
    assert message_of(Exception(5, "x")) == "x"
    assert message_of(Exception()) == "Exception"
