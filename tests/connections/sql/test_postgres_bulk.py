import polars as pl
import pytest

from dtserve.connections.base import BulkOptions, ResultColumn
from dtserve.connections.errors import SqlError
from dtserve.connections.sql import open_session, parse_url
from dtserve.connections.sql.postgres_bulk import PostgresLoader
from dtserve.datatypes import DT, TypeSpec


@pytest.fixture
def session(postgres_server):
    with open_session(parse_url(postgres_server.empty())) as opened:
        opened.execute(
            "CREATE TABLE t (id int IDENTITY PRIMARY KEY, a int NOT NULL UNIQUE, b int DEFAULT 7, c AS (a * 2))"
        )
        yield opened


AB = (ResultColumn("a", TypeSpec(DT.I4)), ResultColumn("b", TypeSpec(DT.I4)))


def frame(*rows):
    return pl.DataFrame([pl.Series(str(at), [row[at] for row in rows], dtype=pl.Int32) for at in range(len(rows[0]))])


def rows(session, sql="SELECT a, b FROM t ORDER BY id"):
    return list(session.execute(sql)[0].rows())


def test_few_bad_rows_among_many_are_found_in_order(session):
    values = [(n, 1) for n in range(1000)]
    values[500] = (3, 1)
    values[700] = (None, 1)
    refused = session.insert_rows("t", AB, frame(*values), BulkOptions())
    assert [number for number, _ in refused] == [500, 700]
    assert "unique" in refused[0][1]
    assert len(rows(session)) == 998


def test_defaults_and_explicit_identity(session):
    everything = (ResultColumn("id", TypeSpec(DT.I4)), *AB)
    assert session.bulk_load("t", everything, [frame((10, 1, None), (20, 2, 3))], BulkOptions(keep_identity=True)) == 2
    session.bulk_load("t", everything, [frame((1, 5, None))], BulkOptions(keep_nulls=True))
    assert rows(session, "SELECT id, a, b FROM t ORDER BY id") == [(10, 1, 7), (20, 2, 3), (21, 5, None)]


def test_only_identity_and_wrong_columns(session):
    session.execute("CREATE TABLE i (id int IDENTITY)")
    assert session.bulk_load("i", [ResultColumn("id", TypeSpec(DT.I4))], [frame((9,), (9,))], BulkOptions()) == 2
    assert rows(session, "SELECT id FROM i") == [(1,), (2,)]
    with pytest.raises(SqlError, match="computed"):
        PostgresLoader(session, "t", [ResultColumn("c", TypeSpec(DT.I4))], BulkOptions())
    with pytest.raises(SqlError, match="z"):
        PostgresLoader(session, "t", [ResultColumn("z", TypeSpec(DT.I4))], BulkOptions())


def test_in_a_transaction_and_shared(session):
    session.begin()
    session.bulk_load("t", AB, [frame((1, None))], BulkOptions())
    with pytest.raises(SqlError):
        session.bulk_load("t", AB, [frame((1, 1))], BulkOptions())
    session.commit()
    session.keep_open = True
    assert session.bulk_load("t", AB, iter([frame((2, 2)), frame((3, 3))]), BulkOptions()) == 2
    with pytest.raises(SqlError):
        session.bulk_load("t", AB, iter([frame((4, 4)), frame((2, 2))]), BulkOptions())
    session.keep_open = False
    assert rows(session) == [(1, 7), (2, 2), (3, 3)]


def test_a_source_that_fails_leaves_nothing(session):
    def broken():
        yield frame((1, 1))
        raise RuntimeError("upstream")

    with pytest.raises(RuntimeError):
        session.bulk_load("t", AB, broken(), BulkOptions())
    assert rows(session) == []
