import pytest

from dtserve.connections.base import SqlParameter
from dtserve.connections.errors import NoSuchTable, SqlError
from dtserve.connections.sql import open_session, parse_url


@pytest.fixture
def session():
    with open_session(parse_url("sqlite://")) as opened:
        opened.execute("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2), (3)")
        yield opened


def test_query_takes_the_first_rows_and_runs_what_stands_around(session):
    result = session.query(
        "DELETE FROM t WHERE a = 3; SELECT a FROM t ORDER BY a; DELETE FROM t WHERE a = 1; SELECT 'second'",
        batch_rows=1,
    )
    assert [row for frame in result.batches for row in frame.iter_rows()] == [(1,), (2,)]
    assert list(session.execute("SELECT a FROM t")[0].rows()) == [(2,)]


def test_query_of_control_flow_and_of_nothing(session):
    assert list(session.query("IF 1 = 1 SELECT 5 ELSE SELECT 6").rows()) == [(5,)]
    assert session.query("DELETE FROM t").columns == ()
    assert session.query("").columns == ()
    assert list(session.query("DELETE FROM t\nGO\nSELECT COUNT(*) FROM t").rows()) == [(0,)]
    assert list(session.query("SELECT ? + 1", [SqlParameter(2)]).rows()) == [(3,)]


def test_describe_finds_the_first_query(session):
    assert [c.name for c in session.describe("SET NOCOUNT ON; IF 1 = 1 SELECT a AS x FROM t ELSE SELECT 2 AS y")] == [
        "x"
    ]
    assert [c.name for c in session.describe("BEGIN TRY SELECT 1 AS z END TRY BEGIN CATCH END CATCH")] == ["z"]
    assert session.describe("DELETE FROM t") == ()
    assert len(list(session.execute("SELECT a FROM t")[0].rows())) == 3


def test_tables(session):
    assert session.require_table("[dbo].[T]").name == "t"
    with pytest.raises(NoSuchTable, match="u"):
        session.require_table("u")
    assert session.native("SELECT ?").slots == ("?0",)


def test_other_sources(tmp_path):
    with open_session(parse_url(f"sqlite:///{tmp_path}/x.db?source=oracle")) as session:
        session.execute("CREATE TABLE t (a NUMBER(10), b VARCHAR2(10))")
        session.execute("INSERT INTO t VALUES (?, ?)", [SqlParameter(1), SqlParameter("x")])
        assert list(
            session.execute("SELECT NVL(b, 'none') FROM t WHERE a = :n", [SqlParameter(1, name="n")])[0].rows()
        ) == [("x",)]
        assert next(iter(session.query("SELECT a FROM t").rows()))[0] == 1
        assert session.describe("SELECT b FROM t")[0].name == "b"
        with pytest.raises(SqlError):
            session.execute("SELECT nothere FROM t")
    with open_session(parse_url(f"sqlite:///{tmp_path}/x.db?source=sqlite")) as session:
        assert list(session.execute("SELECT typeof(a) FROM t")[0].rows()) == [("integer",)]
        assert list(session.query("SELECT 1").rows()) == [(1,)]
