"""Columns to text: fast rules over many rows."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from dtserve.datatypes import DT, TypeSpec, columns_format
from dtserve.datatypes.column_result import python_values
from dtserve.datatypes.columns_format import format_column
from dtserve.datatypes.text import format_value

ROWS = 6_000
RANDOM = np.random.default_rng(7)
TICKS = pl.Series(RANDOM.integers(-(10**16), 10**17, ROWS)).cast(pl.Datetime("us"))
COLUMNS = {
    "days": (TICKS.dt.date(), TypeSpec(DT.DBDATE)),
    "near days": (pl.Series(range(ROWS)).cast(pl.Int32).cast(pl.Date), TypeSpec(DT.DBDATE)),
    "stamps": (TICKS.dt.truncate("1ms"), TypeSpec(DT.DBTIMESTAMP)),
    "whole seconds": (TICKS.dt.truncate("1s"), TypeSpec(DT.DBTIMESTAMP)),
    "half seconds": (TICKS.dt.truncate("1s") + pl.Series([0, 500] * (ROWS // 2)).cast(pl.Duration("ms")).cast(pl.Duration("us")), TypeSpec(DT.DBTIMESTAMP)),
    "fine stamps": (TICKS, TypeSpec(DT.DBTIMESTAMP2, scale=6)),
    "file times": (TICKS.filter(TICKS.dt.year() > 1601), TypeSpec(DT.FILETIME)),
    "dates": (TICKS, TypeSpec(DT.DATE)),
    "times": (TICKS.dt.time(), TypeSpec(DT.DBTIME2, scale=3)),
    "money": (pl.Series(RANDOM.integers(-(10**9), 10**9, ROWS)) / 100, TypeSpec(DT.R8)),
    "floats": (pl.Series(RANDOM.uniform(-1e9, 1e9, ROWS)), TypeSpec(DT.R8)),
    "small floats": (pl.Series(RANDOM.uniform(-1e-3, 1e-3, ROWS)).cast(pl.Float32), TypeSpec(DT.R4)),
    "decimals": (pl.Series(RANDOM.integers(-99_999, 99_999, ROWS)).cast(pl.Decimal(38, 2)) / 100, TypeSpec(DT.NUMERIC, precision=38, scale=2)),
}  # fmt: skip


@pytest.mark.parametrize("name", COLUMNS)
@pytest.mark.parametrize("lcid", [1033, 1031])
def test_long_columns_print_as_their_values(name, lcid):
    series, spec = COLUMNS[name]
    series = pl.concat([series.rename("c"), pl.Series("c", [None], dtype=series.dtype)])
    expected = [None if v is None else format_value(v, spec, locale_id=lcid) for v in python_values(series, spec)]
    got = format_column(series, spec, locale_id=lcid)
    assert got.to_list() == expected
    assert got.name == "c"


def test_plain_floats_need_no_formatting(monkeypatch):
    monkeypatch.setattr(columns_format, "format_value", None)
    assert format_column(pl.Series([1.5, 100.0, -0.25, None]), TypeSpec(DT.R8)).to_list() == [
        "1.5",
        "100",
        "-0.25",
        None,
    ]


def test_offsets():
    spec = TypeSpec(DT.DBTIMESTAMPOFFSET, scale=2)
    rows = [{"utc": dt.datetime(2024, 1, 1), "offset": minutes} for minutes in (0, 330, -210, 840)] + [None]
    texts = ["2024-01-01 00:00:00.00 +00:00", "2024-01-01 05:30:00.00 +05:30", "2023-12-31 20:30:00.00 -03:30"]
    got = format_column(pl.Series(rows, dtype=spec.polars()), spec).to_list()
    assert got == [*texts, "2024-01-01 14:00:00.00 +14:00", None]


def test_columns_without_values():
    assert format_column(pl.Series([None, None]), TypeSpec(DT.I4)).to_list() == [None, None]
    assert format_column(pl.Series([], dtype=pl.Date), TypeSpec(DT.DBDATE)).to_list() == []


def test_stamps_in_another_unit_are_taken():
    stamps = pl.Series([dt.datetime(2024, 1, 2, 3, 4, 5, 60000)])
    for unit in ("ms", "us", "ns"):
        assert format_column(stamps.cast(pl.Datetime(unit)), TypeSpec(DT.DBTIMESTAMP)).to_list() == [
            "2024-01-02 03:04:05.060000000"
        ]
