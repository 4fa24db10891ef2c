import threading
from datetime import UTC, datetime

import pytest

from dtserve.connections.base import SqlParameter
from dtserve.connections.errors import CannotAcquireConnection, LostConnection, NoSuchTable, SqlError, SqlTimeout
from dtserve.datatypes import DT, TypeSpec
from dtserve.errors import Canceled
from support.plain_dbapi import plain_session

SLOW = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 1000000000) SELECT COUNT(*) FROM c"


@pytest.fixture
def session():
    with plain_session() as opened:
        opened.execute("CREATE TABLE t (a INTEGER, b TEXT)")
        opened.execute("INSERT INTO t VALUES (1, 'x'), (2, NULL), (3, 'z')")
        yield opened


def test_statements(session):
    (result,) = session.execute("SELECT a, b FROM t WHERE a > ?", [SqlParameter(1)])
    assert list(result.rows()) == [(2, None), (3, "z")]
    assert [column.name for column in result.columns] == ["a", "b"]
    assert session.execute("UPDATE t SET b = 'q'")[0].rows_affected == 3
    with pytest.raises(SqlError, match="required parameters"):
        session.execute("SELECT ?")
    with pytest.raises(SqlError, match="nothere"):
        session.execute("SELECT * FROM nothere")
    assert session.fetch_one(session.native("SELECT MAX(a) FROM t"), ()) == (3,)
    assert session.fetch_one(session.native("SELECT a FROM t WHERE 1 = 0"), ()) is None


def test_streams(session):
    result = session.query("SELECT a FROM t ORDER BY a", batch_rows=2)
    batches = iter(result.batches)
    assert next(batches).height == 2
    with pytest.raises(SqlError, match="busy"):
        session.execute("SELECT 1")
    assert next(batches).height == 1
    assert next(batches, None) is None
    assert session.query("DELETE FROM t").rows_affected == 3


def test_descriptions(session):
    assert [column.name for column in session.describe("SELECT a AS x, b FROM t")] == ["x", "b"]
    assert [column.name for column in session.table_columns("T")] == ["a", "b"]
    with pytest.raises(NoSuchTable):
        session.table_columns("u")


def test_transactions(session):
    session.begin()
    session.begin()
    session.execute("DELETE FROM t")
    session.commit()
    assert session.transaction_depth == 1
    session.rollback()
    assert len(list(session.execute("SELECT * FROM t")[0].rows())) == 3
    for call in (session.commit, session.rollback):
        with pytest.raises(SqlError, match="no corresponding"):
            call()


def test_cancel_and_timeout(session):
    threading.Timer(0.2, session.cancel).start()
    with pytest.raises(Canceled):
        session.execute(SLOW)
    with pytest.raises(SqlTimeout):
        session.execute(SLOW, timeout=1)
    assert list(session.execute("SELECT 1", timeout=5)[0].rows()) == [(1,)]


def test_values_and_closing(session):
    assert session.bind(SqlParameter("{3F2504E0-4F89-11D3-9A0C-0305E82C3301}", TypeSpec(DT.GUID))).hex.startswith(
        "3f2504e0"
    )
    assert session.bind({"utc": datetime(2024, 1, 1), "offset": 0}) == datetime(2024, 1, 1, tzinfo=UTC)
    session.keep_open = True
    session.close()
    session.execute("SELECT 1")
    session.keep_open = False
    session.close()
    with pytest.raises(LostConnection):
        session.execute("SELECT 1")
    with pytest.raises(CannotAcquireConnection):
        plain_session("/none/x.db")
