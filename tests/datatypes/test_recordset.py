"""Rows that an Object variable holds."""

import datetime as dt

import polars as pl

from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.recordset import DataSet, Recordset, RecordsetColumn

OFFSET = TypeSpec(DT.DBTIMESTAMPOFFSET)
COLUMNS = (RecordsetColumn("a", TypeSpec(DT.I4)), RecordsetColumn("a", OFFSET))


def frame(*rows):
    numbers = pl.Series("c0", [row[0] for row in rows], dtype=pl.Int32)
    stamps = pl.Series("c1", [row[1] for row in rows], dtype=OFFSET.polars())
    return pl.DataFrame([numbers, stamps])


def test_rows_come_frame_by_frame_in_scalar_forms():
    noon = {"utc": dt.datetime(2024, 1, 1, 12), "offset": 60}
    records = Recordset(COLUMNS, (frame((1, noon)), frame((2, None), (None, noon))))
    rows = list(records.rows())
    assert len(records) == 3
    assert [row[0] for row in rows] == [1, 2, None]
    assert rows[0][1].isoformat() == "2024-01-01T13:00:00+01:00"
    assert rows[1][1] is None
    assert list(records.rows()) == rows


def test_an_empty_recordset_keeps_its_columns():
    records = Recordset(COLUMNS)
    assert (len(records), list(records.rows())) == (0, [])
    assert [column.name for column in DataSet([records]).tables[0].columns] == ["a", "a"]
