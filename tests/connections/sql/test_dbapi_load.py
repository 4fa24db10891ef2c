import polars as pl
import pytest

from dtserve.connections.base import BulkOptions, ResultColumn
from dtserve.connections.errors import SqlError
from dtserve.datatypes import DT, TypeSpec
from support.plain_dbapi import plain_session

COLUMNS = (ResultColumn("A", TypeSpec(DT.I4)), ResultColumn("b", TypeSpec(DT.WSTR, 5)))


def frame(*rows):
    return pl.DataFrame(
        {"x": pl.Series([r[0] for r in rows], dtype=pl.Int32), "y": pl.Series([r[1] for r in rows], dtype=pl.String)}
    )


@pytest.fixture
def session():
    with plain_session() as opened:
        opened.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT NOT NULL)")
        yield opened


def rows(session):
    return list(session.execute("SELECT a, b FROM t ORDER BY a")[0].rows())


def test_all_or_nothing(session):
    assert session.bulk_load("t", COLUMNS, [frame((1, "x")), frame((2, "y"))], BulkOptions()) == 2
    with pytest.raises(SqlError):
        session.bulk_load("t", COLUMNS, [frame((3, "x")), frame((1, "y"))], BulkOptions())
    assert rows(session) == [(1, "x"), (2, "y")]
    assert session.bulk_load("t", COLUMNS, [], BulkOptions()) == 0


def test_batches_and_open_transactions(session):
    with pytest.raises(SqlError):
        session.bulk_load(
            "t", COLUMNS, [frame((1, "a"), (2, "b"), (3, "c")), frame((4, None))], BulkOptions(batch_rows=2)
        )
    assert [row[0] for row in rows(session)] == [1, 2]
    session.begin()
    session.bulk_load("t", COLUMNS, [frame((9, "z"))], BulkOptions())
    session.rollback()
    assert [row[0] for row in rows(session)] == [1, 2]


def test_row_by_row(session):
    refused = session.insert_rows("t", COLUMNS, frame((1, "a"), (1, "b"), (2, None), (3, "c")), BulkOptions())
    assert [number for number, _ in refused] == [1, 2]
    assert all("constraint" in message for _, message in refused)
    assert rows(session) == [(1, "a"), (3, "c")]


def test_columns_that_are_not_there(session):
    with pytest.raises(SqlError, match="nothere"):
        session.bulk_load("t", [ResultColumn("nothere", TypeSpec(DT.I4))], [frame((1, "a"))], BulkOptions())
