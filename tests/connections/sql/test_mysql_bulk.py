import polars as pl
import pytest

from dtserve.connections.base import BulkOptions, ResultColumn
from dtserve.connections.errors import SqlError
from dtserve.connections.sql import mysql_bulk, open_session, parse_url
from dtserve.connections.sql.mysql_bulk import MySqlLoader
from dtserve.datatypes import DT, TypeSpec

COLUMNS = (ResultColumn("a", TypeSpec(DT.I4)), ResultColumn("t", TypeSpec(DT.WSTR, 9)))


@pytest.fixture
def session(mysql_server):
    with open_session(parse_url(mysql_server.empty())) as opened:
        opened.execute("CREATE TABLE t (a int NOT NULL PRIMARY KEY, t nvarchar(9) DEFAULT 'd%', c AS (a * 2))")
        yield opened


def frame(*rows):
    return pl.DataFrame(
        {"x": pl.Series([r[0] for r in rows], dtype=pl.Int32), "y": pl.Series([r[1] for r in rows], dtype=pl.String)}
    )


def test_many_rows_in_several_inserts(session, monkeypatch):
    monkeypatch.setattr(mysql_bulk, "BYTES_PER_INSERT", 120)
    assert session.bulk_load("t", COLUMNS, [frame(*((n, f"%s{n}\\'") for n in range(23)))], BulkOptions()) == 23
    assert list(session.execute("SELECT COUNT(*), MAX(t) FROM t")[0].rows()) == [(23, "%s9\\'")]


def test_refused_rows_and_defaults(session):
    rows = [(n, None) for n in range(20)]
    rows[7] = (3, "x")
    assert [number for number, _ in session.insert_rows("t", COLUMNS, frame(*rows), BulkOptions())] == [7]
    assert list(session.execute("SELECT DISTINCT t FROM t")[0].rows()) == [("d%",)]
    with pytest.raises(SqlError):
        session.bulk_load("t", COLUMNS, [frame((100, "x")), frame((3, "x"))], BulkOptions())
    assert list(session.execute("SELECT COUNT(*) FROM t")[0].rows()) == [(19,)]


def test_columns(session):
    with pytest.raises(SqlError, match="computed"):
        MySqlLoader(session, "t", [ResultColumn("c", TypeSpec(DT.I4))], BulkOptions())
    with pytest.raises(SqlError, match="z"):
        MySqlLoader(session, "t", [ResultColumn("z", TypeSpec(DT.I4))], BulkOptions())
