"""Values in the notation of XML Schema: each family, zones, special numbers, what is none."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal

import polars as pl
import pytest

from dtserve.dataflow.xsd_values import duration_text, schema_values
from dtserve.datatypes import DT, TypeSpec

D = dt.datetime
ZONED = [
    ("2012-12-03T07:16:23Z", {"utc": D(2012, 12, 3, 7, 16, 23), "offset": 0}),
    ("2012-12-03T07:16:23.5+02:00", {"utc": D(2012, 12, 3, 5, 16, 23, 500000), "offset": 120}),
    ("2012-12-03T07:16:23", {"utc": D(2012, 12, 3, 7, 16, 23), "offset": 0}),
]


@pytest.mark.parametrize(
    ("spec", "text", "value"),
    [
        (TypeSpec(DT.BOOL), "true", True),
        (TypeSpec(DT.BOOL), "0", False),
        (TypeSpec(DT.I4), " 12 ", 12),
        (TypeSpec(DT.I8), "-9223372036854775808", -(2**63)),
        (TypeSpec(DT.NUMERIC, precision=18, scale=4), "1E+2", Decimal("100.0000")),
        (TypeSpec(DT.R8), "1.5e3", 1500.0),
        (TypeSpec(DT.R8), "INF", math.inf),
        (TypeSpec(DT.R4), "-INF", -math.inf),
        (TypeSpec(DT.GUID), "6f9619ff-8b86-d011-b42d-00cf4fc964ff", "{6F9619FF-8B86-D011-B42D-00CF4FC964FF}"),
        (TypeSpec(DT.GUID), "{6f9619ff-8b86-d011-b42d-00cf4fc964ff}", "{6F9619FF-8B86-D011-B42D-00CF4FC964FF}"),
        (TypeSpec(DT.DBDATE), "2012-12-03+02:00", dt.date(2012, 12, 3)),
        (TypeSpec(DT.DBTIME2, scale=7), "07:59:59.999Z", dt.time(7, 59, 59, 999000)),
        (TypeSpec(DT.DBTIMESTAMP), "2012-12-03T07:16:23Z", D(2012, 12, 3, 7, 16, 23)),
        (TypeSpec(DT.DBTIMESTAMP), "2012-12-03T07:16", D(2012, 12, 3, 7, 16)),
        (TypeSpec(DT.BYTES, length=10), "AQID", b"\1\2\3"),
        (TypeSpec(DT.WSTR, length=10), "", ""),
        (TypeSpec(DT.I4), "", None),
        *[(TypeSpec(DT.DBTIMESTAMPOFFSET, scale=7), text, value) for text, value in ZONED],
    ],
)
def test_values(spec, text, value):
    result = schema_values(pl.Series([text, None], dtype=pl.String), spec)
    assert result.errors is None
    assert result.values.to_list() == [value, None]


def test_not_a_number_among_numbers_and_errors():
    result = schema_values(pl.Series(["NaN", "1", "x", None]), TypeSpec(DT.R8))
    assert result.errors is not None
    assert result.errors.is_null().to_list() == [True, True, False, True]
    assert math.isnan(result.values[0])
    assert result.values.to_list()[1:] == [1.0, None, None]


@pytest.mark.parametrize("spec", [TypeSpec(DT.GUID), TypeSpec(DT.DBTIMESTAMPOFFSET, scale=7), TypeSpec(DT.DBDATE)])
def test_texts_that_are_no_values(spec):
    result = schema_values(pl.Series(["what"]), spec)
    assert result.errors is not None
    assert result.values.to_list() == [None]


def test_durations():
    assert [duration_text(t) for t in ("PT24H", "-PT1H", "PT1H2M3S", "P0DT1M", "x")] == [
        "PT24H",
        "-PT1H",
        "01:02:03",
        "00:01:00",
        "x",
    ]
