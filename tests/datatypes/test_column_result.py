"""Completing a fast rule, and values in and out of columns."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.column_result import (
    ColumnResult,
    build_series,
    complete,
    nulls_to_none,
    python_values,
    spread,
)
from dtserve.datatypes.errors import ConversionError, ConversionOverflow
from support.datatype_values import SPECS, values

TEXT, I4 = TypeSpec(DT.WSTR), TypeSpec(DT.I4)


def exact(text):
    if text == "bad":
        raise ConversionError(source="", target="", reason="")
    if text == "big":
        raise ConversionOverflow(source="", target="", reason="")
    return len(text), text.startswith("c")


@pytest.mark.parametrize("times", [1, 40])
def test_open_rows_are_decided_by_the_exact_rule(times):
    series = pl.Series("s", ["1", "bad", None, "cut", "big", "open", "2"] * times)
    fast = series.cast(pl.Int32, strict=False)
    result = complete(series, fast, None, exact, TEXT, I4)
    assert result.values.name == "s"
    assert result.values.to_list() == [1, None, None, 3, None, 4, 2] * times
    assert result.errors.to_list() == [None, 0xC020907F, None, None, 0xC0209082, None, None] * times
    assert result.truncated.to_list() == [False, False, False, True, False, False, False] * times
    assert result.errors.dtype == pl.UInt32


def test_the_exact_rule_sees_each_value_once():
    seen = []

    def work(text):
        seen.append(text)
        return 0, False

    complete(pl.Series(["x", "y"] * 500), pl.Series([None] * 1000, dtype=pl.Int32), None, work, TEXT, I4)
    assert seen == ["x", "y"]


def test_a_clean_column_has_no_masks():
    series = pl.Series(["1", None])
    result = complete(series, series.cast(pl.Int32), pl.Series([False, False]), exact, TEXT, I4)
    assert (result.errors, result.truncated) == (None, None)
    assert nulls_to_none(pl.Series([None, None], dtype=pl.UInt32)) is None


def test_results_spread_over_rows():
    result = ColumnResult(pl.Series([1, None]), pl.Series([None, 7], dtype=pl.UInt32), pl.Series([True, False]))
    wide = spread(result, pl.Series([1, 0, None, 0], dtype=pl.UInt32), "n")
    assert wide.values.to_list() == [None, 1, None, 1]
    assert wide.errors.to_list() == [7, None, None, None]
    assert wide.truncated.to_list() == [False, True, False, True]


@pytest.mark.parametrize("spec", SPECS, ids=str)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_values_go_into_columns_and_back(spec, data):
    items = data.draw(st.lists(st.none() | values(spec), max_size=5))
    back = python_values(build_series(items, spec), spec)
    assert list(map(repr, back)) == list(map(repr, items))


def test_an_offset_with_a_null_inside_is_null():
    kind = TypeSpec(DT.DBTIMESTAMPOFFSET)
    series = pl.Series(
        [{"utc": None, "offset": 5}, {"utc": dt.datetime(2024, 1, 1), "offset": 60}], dtype=kind.polars()
    )
    assert python_values(series, kind)[0] is None
    assert python_values(series, kind)[1].isoformat() == "2024-01-01T01:00:00+01:00"
