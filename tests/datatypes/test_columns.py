"""A column converts as its values do, one by one: over all pairs of types."""

from __future__ import annotations

import math
import struct

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.datatypes import TypeSpec, columns_parse
from dtserve.datatypes.column_result import build_series, python_values
from dtserve.datatypes.columns import ColumnResult, convert_column, format_column, parse_column
from dtserve.datatypes.convert import convert_value
from dtserve.datatypes.errors import ConversionError, ConversionTruncation, UnsupportedConversion
from dtserve.datatypes.matrix import is_legal
from dtserve.datatypes.physical import polars_type
from dtserve.datatypes.text import format_value, parse_value
from support.datatype_values import SPECS, texts, values

LOCALES = [1033, 1031, 1036, 2057, 1053, 16393, 1057, 4105, 999_999]


def one_by_one(items, work):
    """What a columnar function must give: values, codes and cut marks of the scalar one."""
    found, codes, cuts = [], [], []
    for item in items:
        code, cut, value = None, False, None
        if item is not None:
            try:
                value = work(item)
            except ConversionTruncation as error:
                value, cut = error.value, True
            except ConversionError as error:
                code = error.code
        found.append(value)
        codes.append(code)
        cuts.append(cut)
    return found, codes, cuts


def same(left, right) -> bool:
    if isinstance(left, float) and isinstance(right, float):
        return struct.pack("<d", left) == struct.pack("<d", right) or (math.isnan(left) and math.isnan(right))
    if hasattr(left, "tzinfo") and getattr(left, "tzinfo", None) and right is not None:
        return left == right and left.utcoffset() == right.utcoffset()
    return left == right and type(left) is type(right)


def check(result: ColumnResult, target: TypeSpec, items, work) -> None:
    found, codes, cuts = one_by_one(items, work)
    assert result.values.dtype == polars_type(target)
    got = python_values(result.values, target)
    assert len(got) == len(items)
    for item, a, b in zip(items, got, found, strict=True):
        assert same(a, b), (item, a, b)
    assert (result.errors.to_list() if result.errors is not None else [None] * len(items)) == codes, items
    assert (result.truncated.to_list() if result.truncated is not None else [False] * len(items)) == cuts, items
    assert result.errors is None or result.errors.null_count() < len(items)
    assert result.truncated is None or result.truncated.any()


@pytest.mark.parametrize("source", SPECS, ids=str)
@settings(max_examples=14, deadline=None)
@given(data=st.data())
def test_every_pair_of_types_converts_as_single_values_do(source, data):
    items = data.draw(st.lists(st.none() | values(source), max_size=8))
    series = build_series(items, source)
    locale_id = data.draw(st.sampled_from(LOCALES))
    for target in SPECS:
        if not is_legal(source.dt, target.dt):
            with pytest.raises(UnsupportedConversion):
                convert_column(series, source, target)
            continue
        result = convert_column(series, source, target, locale_id=locale_id)
        check(result, target, items, lambda item, t=target: convert_value(item, source, t, locale_id=locale_id))


@pytest.mark.parametrize("target", SPECS, ids=str)
@settings(max_examples=35, deadline=None)
@given(items=st.lists(st.none() | texts(), max_size=12), locale_id=st.sampled_from(LOCALES), fast=st.booleans())
def test_columns_of_text_parse_as_single_texts_do(target, items, locale_id, fast):
    series = pl.Series(items, dtype=pl.String)
    result = parse_column(series, target, locale_id=locale_id, fast_parse=fast)
    check(result, target, items, lambda text: parse_value(text, target, locale_id=locale_id, fast_parse=fast))


@pytest.mark.parametrize("target", SPECS, ids=str)
@settings(max_examples=18, deadline=None)
@given(items=st.lists(st.none() | texts(), min_size=1, max_size=8), locale_id=st.sampled_from(LOCALES))
def test_the_second_rule_for_many_open_rows_agrees_too(target, items, locale_id):
    items = items * 12
    before, columns_parse._MANY = columns_parse._MANY, 1
    try:
        result = parse_column(pl.Series(items, dtype=pl.String), target, locale_id=locale_id)
    finally:
        columns_parse._MANY = before
    check(result, target, items, lambda text: parse_value(text, target, locale_id=locale_id))


@pytest.mark.parametrize("spec", SPECS, ids=str)
@settings(max_examples=24, deadline=None)
@given(data=st.data())
def test_columns_print_as_single_values_do(spec, data):
    items = data.draw(st.lists(st.none() | values(spec), max_size=10))
    locale_id = data.draw(st.sampled_from(LOCALES))
    got = format_column(build_series(items, spec), spec, locale_id=locale_id).to_list()
    assert got == [None if item is None else format_value(item, spec, locale_id=locale_id) for item in items]
