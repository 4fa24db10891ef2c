import pytest

from dtserve.connections.base import ResultSet, SqlParameter
from dtserve.connections.errors import NotTranslatable, SqlError
from dtserve.connections.sql import interpreter, open_session, parse_url
from dtserve.connections.sql.interpreter import Batch


@pytest.fixture
def session():
    with open_session(parse_url("sqlite://")) as opened:
        yield opened


def rows(session, sql, *parameters):
    return [
        list(result.rows()) for result in session.execute(sql, [SqlParameter(p) for p in parameters]) if result.columns
    ]


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("DECLARE @a int = 2; IF @a > 1 BEGIN SELECT 1; SELECT 2 END ELSE SELECT 3", [[(1,)], [(2,)]]),
        ("DECLARE @a int; IF @a IS NULL SELECT 'null'", [[("null",)]]),
        ("DECLARE @i int = 0; WHILE 1 = 1 BEGIN SET @i += 1; IF @i = 3 BREAK; IF @i = 1 CONTINUE; SELECT @i END", [[(2,)]]),
        ("SELECT 1 RETURN SELECT 2", [[(1,)]]),
        ("DECLARE @a int, @b int; SELECT @a = 1, @b = 2; SELECT @a + @b", [[(3,)]]),
        ("DECLARE @a int = 7; SELECT @a = 1 WHERE 1 = 0; SELECT @a, @@ROWCOUNT", [[(7, 0)]]),
        ("BEGIN TRY SELECT 1 / 0 END TRY BEGIN CATCH SELECT ERROR_MESSAGE() END CATCH", [[("Divide by zero error encountered.",)]]),
        ("BEGIN TRY BEGIN TRY RAISERROR('in', 16, 1) END TRY BEGIN CATCH THROW END CATCH END TRY BEGIN CATCH SELECT ERROR_MESSAGE() END CATCH", [[("in",)]]),
        ("PRINT 'x'; RAISERROR('only told', 10, 1); SELECT 1", [[(1,)]]),
        ("SELECT @@ERROR, @@TRANCOUNT", [[(0, 0)]]),
        ("WAITFOR DELAY '00:00:00.01' SELECT 5", [[(5,)]]),
    ],
)  # fmt: skip
def test_control_flow(session, sql, found):
    assert rows(session, sql) == found


def test_markers_count_through_a_batch_and_begin_anew_after_go(session):
    assert rows(session, "SELECT ?; SELECT ?, ?", 1, 2, 3) == [[(1,)], [(2, 3)]]
    assert rows(session, "SELECT ?\nGO\nSELECT ?", 1) == [[(1,)], [(1,)]]


@pytest.mark.parametrize(
    ("sql", "given", "found"),
    [
        ("DECLARE @a int = ?; SELECT @a, ?", [1, 2], [[(1, 2)]]),
        ("DECLARE @a int; SET @a = ?SELECT @a, ?", [1, 2], [[(1, 2)]]),
        ("DECLARE @a int; SELECT @a = ?; SELECT @a, ?", [1, 2], [[(1, 2)]]),
        ("IF ? = 1 SELECT ? ELSE SELECT ?; SELECT ?", [1, 2, 3, 4], [[(2,)], [(4,)]]),
        ("IF ? = 1 SELECT ? ELSE SELECT ?; SELECT ?", [0, 2, 3, 4], [[(3,)], [(4,)]]),
        ("DECLARE @i int = 0; WHILE @i < ? BEGIN SET @i += ?; SELECT @i, ? END; SELECT ?", [2, 1, 9, 8], [[(1, 9)], [(2, 9)], [(8,)]]),
        ("BEGIN TRY SELECT 1 / CAST(? AS int) END TRY BEGIN CATCH SELECT ? END CATCH; SELECT ?", [0, 5, 6], [[(5,)], [(6,)]]),
    ],
)  # fmt: skip
def test_a_marker_stands_for_its_parameter_wherever_control_flow_leads(session, sql, given, found):
    assert rows(session, sql, *given) == found
    streamed = session.query(sql, [SqlParameter(value) for value in given])
    assert list(streamed.rows()) == found[0]


def test_a_refusal_shows_the_markers(session):
    for sql in ("SELECT 1; EXEC p ?, ?", "SELECT 1; SELECT NOWHERE(?) FROM (SELECT 1 FOR XML PATH) x"):
        with pytest.raises(NotTranslatable) as caught:
            session.execute(sql, [SqlParameter(1), SqlParameter(2)])
        assert "?" in str(caught.value)
        assert "dtserve" not in str(caught.value)


def test_errors(session):
    for sql, reason in (
        ("SELECT @nothere", "Must declare the scalar variable"), ("RAISERROR('bad', 16, 1)", "bad"), ("THROW 50000, 'worse', 1", "worse"), ("THROW", "outside of CATCH"),
    ):  # fmt: skip
        with pytest.raises(SqlError, match=reason):
            session.execute(sql)


def test_loops_end(session, monkeypatch):
    monkeypatch.setattr(interpreter, "MAX_LOOPS", 5)
    with pytest.raises(SqlError, match="5 times"):
        session.execute("WHILE 1 = 1 SET NOCOUNT ON")


def test_what_is_refused_is_refused_before_anything_runs(session):
    session.execute("CREATE TABLE t (a int); INSERT INTO t VALUES (1)")
    with pytest.raises(NotTranslatable):
        session.execute("DELETE FROM t; EXEC p")
    assert rows(session, "SELECT COUNT(*) FROM t") == [[(1,)]]
    assert rows(session, "IF 1 = 0 EXEC p; SELECT 2") == [[(2,)]]
    with pytest.raises(NotTranslatable):
        session.execute("IF 1 = 1 EXEC p")


def test_named_parameters_and_variables(session):
    batch = Batch(session, [SqlParameter(1, name="@A"), SqlParameter(2, name="b")], variables={"@c": 3})
    assert [batch.value("@a").value, batch.value("@b").value, batch.value("@c")] == [1, 2, 3]
    assert isinstance(next(batch.run("SELECT @a + @c")), ResultSet)
