import time

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


@pytest.mark.parametrize("level", ["READ UNCOMMITTED", "READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"])
def test_the_level_of_a_transaction_is_for_that_one_only(url, level):
    asked = "SELECT trx_isolation_level FROM information_schema.innodb_trx WHERE trx_mysql_thread_id = CONNECTION_ID()"

    def found():
        session._ask("INSERT INTO t VALUES (1)", ())
        time.sleep(0.12)  # InnoDB keeps what it tells of transactions for a tenth of a second
        return session._ask(asked, ())[0][0]

    with open_session(parse_url(url)) as session:
        session.execute("CREATE TABLE t (a int)")
        session.begin_isolated(level)
        assert found() == level
        session.begin_isolated("READ COMMITTED")  # inside a transaction its level stays
        assert found() == level
        session.rollback()
        session.begin()
        assert found() == "REPEATABLE READ"
        session.rollback()
        assert session._ask("SELECT COUNT(*) FROM t", ())[0][0] == 0
