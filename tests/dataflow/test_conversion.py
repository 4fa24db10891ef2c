"""Conversions with the codes of a component."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.dataflow.conversion import check_convertible, fit, fit_regular, same_storage, status, truncation_code
from dtserve.dataflow.dispositions import SomeRows
from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.errors import UnsupportedConversion
from support.flows import I4, R8, numeric, wstr

TEXT = wstr(10)


@pytest.mark.parametrize(
    ("host", "code"),
    [
        ("data_conversion", 0xC020907F),
        ("ole_db_source", 0xC0209072),
        ("ole_db_destination", 0xC0209077),
        ("flat_file_source", 0xC0209084),
    ],
)
def test_codes_are_those_of_the_component(host, code):
    result = fit(pl.Series(["1", "x", None]), TEXT, I4, host)
    assert result.values.to_list() == [1, None, None]
    assert result.errors.to_list() == [None, code, None]
    assert status(code, False, host) == (2, "The value could not be converted because of a potential loss of data.")


def test_many_errors_have_the_same_codes_as_few():
    for count in (3, 1_000):
        made = fit(pl.Series(["1", "x", None] * count), TEXT, I4, "data_conversion")
        assert made.errors.dtype == pl.UInt32
        assert made.errors.to_list() == [None, 0xC020907F, None] * count


@pytest.mark.parametrize("long", [TypeSpec(DT.NTEXT), TypeSpec(DT.TEXT, code_page=1252)])
def test_long_texts_of_a_database_become_what_texts_become(long):
    """Text of SQLite and PostgreSQL has no length; packages expect varchar, numbers and moments there."""
    for short in (wstr(2), TypeSpec(DT.STR, length=2, code_page=1252)):
        result = fit(pl.Series(["ab", None, "abc"]), long, short, "ole_db_source")
        assert result.values.to_list() == ["ab", None, "ab"]
        assert result.truncated.fill_null(False).to_list() == [False, False, True]
    result = fit(pl.Series(["1", "x"]), long, I4, "ole_db_source")
    assert (result.values.to_list(), result.errors.to_list()) == ([1, None], [None, 0xC0209072])
    moment = fit(pl.Series(["2024-05-06 07:08:09"]), long, TypeSpec(DT.DBTIMESTAMP), "ole_db_source")
    assert moment.values.to_list() == [dt.datetime(2024, 5, 6, 7, 8, 9)]


@pytest.mark.parametrize("text", [wstr(50), TypeSpec(DT.NTEXT), TypeSpec(DT.STR, length=36, code_page=1252)])
def test_a_source_takes_guids_without_braces(text):
    bare = "3f2504e0-4f89-11d3-9a0c-0305e82c3301"
    held = pl.Series([bare, f"{{{bare}}}", None, "3f2504e0"])
    result = fit(held, text, TypeSpec(DT.GUID), "ole_db_source")
    assert result.values.to_list() == [f"{{{bare.upper()}}}"] * 2 + [None, None]
    assert result.errors.to_list() == [None, None, None, 0xC0209072]
    if text.dt is DT.WSTR:
        strict = fit(held, text, TypeSpec(DT.GUID), "data_conversion")
        assert strict.values.to_list() == [None, f"{{{bare.upper()}}}", None, None]


def test_truncations():
    result = fit(pl.Series(["abc"]), TEXT, wstr(2), "ole_db_destination")
    assert (result.values.to_list(), result.truncated.to_list()) == (["ab"], [True])
    assert truncation_code("ole_db_destination") == 0xC0209078
    assert status(0, True, "ole_db_destination")[0] == 4


@pytest.mark.parametrize(
    ("source", "target", "same"),
    [
        (I4, I4, True), (I4, R8, False), (wstr(5), wstr(9), True), (wstr(9), wstr(5), False),
        (wstr(5), TypeSpec(DT.STR, length=9, code_page=1252), False), (numeric(9, 2), numeric(9, 3), False),
        (TypeSpec(DT.STR, length=5, code_page=1252), TypeSpec(DT.STR, length=5, code_page=1250), False),
        (TypeSpec(DT.BOOL), TypeSpec(DT.BOOL), True),
    ],
)  # fmt: skip
def test_same_storage(source, target, same):
    assert same_storage(source, target) is same


def test_pairs_that_never_convert():
    check_convertible(TEXT, I4)
    with pytest.raises(UnsupportedConversion):
        check_convertible(TypeSpec(DT.IMAGE), I4)


_NUMBERS = st.one_of(
    st.integers(-(10**10), 10**10).map(str),
    st.decimals(-(10**6), 10**6, places=2).map(str),
    st.decimals(0, 99, places=4).map(str),
    st.dates(dt.date(1850, 1, 1), dt.date(2250, 1, 1)).map(str),
    st.sampled_from(["", " 1", "n/a", "12.x", "2024-02-30", "1e3", "1,5", "0.00005"]),
)
_PARSED = [
    TypeSpec(DT.I4),
    TypeSpec(DT.UI1),
    TypeSpec(DT.NUMERIC, precision=18, scale=4),
    TypeSpec(DT.NUMERIC, precision=5, scale=2),
    TypeSpec(DT.CY),
    TypeSpec(DT.DBDATE),
    TypeSpec(DT.DBTIMESTAMP),
    TypeSpec(DT.R8),
    TypeSpec(DT.WSTR, length=5),
]


@pytest.mark.parametrize("target", _PARSED, ids=str)
@pytest.mark.parametrize("fast_parse", [False, True])
@settings(max_examples=20, deadline=None)
@given(often=_NUMBERS, seldom=st.lists(st.none() | _NUMBERS, max_size=20), locale_id=st.sampled_from([1033, 1031]))
def test_regular_texts_give_what_all_texts_give(target, fast_parse, often, seldom, locale_id):
    values = pl.Series("c", [*seldom, *[often] * 1200], dtype=pl.String)
    source = TypeSpec(DT.WSTR, length=40)
    settings_ = {"locale_id": locale_id, "fast_parse": fast_parse}
    right = fit(values, source, target, "data_conversion", **settings_)
    found = fit_regular(values, source, target, "data_conversion", **settings_)
    assert found.values.to_list() == right.values.to_list()
    assert found.values.dtype == right.values.dtype
    rows = found.rows.tolist() if isinstance(found, SomeRows) else range(len(values))
    for mine, theirs in ((found.errors, right.errors), (found.truncated, right.truncated)):
        told = {} if mine is None else {row: mine[at] for at, row in enumerate(rows) if mine[at]}
        assert told == ({} if theirs is None else {row: code for row, code in enumerate(theirs) if code})
