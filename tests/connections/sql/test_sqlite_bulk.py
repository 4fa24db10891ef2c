import threading

import polars as pl
import pytest

from dtserve.connections.base import BulkOptions, ResultColumn
from dtserve.connections.errors import SqlError
from dtserve.connections.sql import open_session, parse_url
from dtserve.connections.sql.sqlite_bulk import SqliteLoader
from dtserve.datatypes import DT, TypeSpec


@pytest.fixture
def session(tmp_path):
    with open_session(parse_url(f"sqlite:///{tmp_path}/x.db")) as opened:
        opened.execute("CREATE TABLE t (a int NOT NULL, b int DEFAULT 7, c AS (a * 2))")
        yield opened


COLUMNS = (ResultColumn("a", TypeSpec(DT.I4)), ResultColumn("b", TypeSpec(DT.I4)))


def frame(*rows):
    return pl.DataFrame(
        {"x": pl.Series([r[0] for r in rows], dtype=pl.Int32), "y": pl.Series([r[1] for r in rows], dtype=pl.Int32)}
    )


def test_an_only_session_loads_directly_and_others_by_way_of_a_stage(session, tmp_path):
    assert SqliteLoader(session, "t", COLUMNS, BulkOptions()).load([frame((1, None))]) == 1
    with open_session(parse_url(f"sqlite:///{tmp_path}/x.db")) as other:
        seen = []

        def batches():
            yield frame((2, 2))
            other.execute("INSERT INTO t (a) VALUES (99)")  # not locked out while rows come
            seen.append(next(iter(other.execute("SELECT COUNT(*) FROM t")[0].rows()))[0])
            yield frame((3, None))

        assert session.bulk_load("t", COLUMNS, batches(), BulkOptions()) == 2
        assert seen == [2]
        with pytest.raises(SqlError):
            session.bulk_load("t", COLUMNS, [frame((4, 1)), frame((None, 1))], BulkOptions())
    assert list(session.execute("SELECT a, b, c FROM t ORDER BY a")[0].rows()) == [
        (1, 7, 2),
        (2, 2, 4),
        (3, 7, 6),
        (99, 7, 198),
    ]
    assert threading.active_count() >= 1


def test_columns(session):
    with pytest.raises(SqlError, match="computed"):
        SqliteLoader(session, "t", [ResultColumn("c", TypeSpec(DT.I4))], BulkOptions())
    with pytest.raises(SqlError, match="z"):
        SqliteLoader(session, "t", [ResultColumn("z", TypeSpec(DT.I4))], BulkOptions())
    session.execute("CREATE TABLE i (id int IDENTITY PRIMARY KEY)")
    only = [ResultColumn("id", TypeSpec(DT.I4))]
    numbers = pl.DataFrame({"x": pl.Series([5, 6], dtype=pl.Int32)})
    assert session.bulk_load("i", only, [numbers], BulkOptions()) == 2
    assert [row[0] for row in session.execute("SELECT id FROM i")[0].rows()] == [1, 2]
    assert session.insert_rows("i", only, numbers, BulkOptions(keep_identity=True)) == []


def test_inside_a_transaction_a_failed_load_undoes_only_itself(session):
    session.begin()
    session.bulk_load("t", COLUMNS, [frame((1, 1))], BulkOptions())
    with pytest.raises(SqlError):
        session.bulk_load("t", COLUMNS, [frame((2, 1)), frame((None, 1))], BulkOptions())
    assert session.insert_rows("t", COLUMNS, frame((None, 1), (3, 3)), BulkOptions())[0][0] == 0
    session.commit()
    assert [row[0] for row in session.execute("SELECT a FROM t ORDER BY a")[0].rows()] == [1, 3]


@pytest.mark.parametrize("rows", [0, 1, 19, 20, 21, 40, 57])
def test_rows_go_in_by_several_at_a_time_and_keep_their_order(session, rows):
    assert (
        session.bulk_load("t", COLUMNS, [frame(*((n, None if n % 3 else n) for n in range(rows)))], BulkOptions())
        == rows
    )
    found = list(session.execute("SELECT a, b FROM t ORDER BY rowid")[0].rows()) if rows else []
    assert found == [(n, 7 if n % 3 else n) for n in range(rows)]


@pytest.mark.parametrize("bad", [0, 19, 20, 41])
def test_a_refused_row_anywhere_leaves_nothing(session, bad):
    rows = [(None if n == bad else n, n) for n in range(45)]
    with pytest.raises(SqlError, match="NOT NULL"):
        session.bulk_load("t", COLUMNS, [frame((100, 1)), frame(*rows)], BulkOptions())
    assert list(session.execute("SELECT COUNT(*) FROM t")[0].rows()) == [(0,)]
    assert [number for number, _ in session.insert_rows("t", COLUMNS, frame(*rows), BulkOptions())] == [bad]
    assert list(session.execute("SELECT COUNT(*) FROM t")[0].rows()) == [(44,)]
