"""The usual forms of dates, vectorised."""

import datetime as dt
import re

import polars as pl
import pytest

from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.columns_parse_moments import (
    _FAST_TIME_FORMS,
    _TIME_FORMS,
    _fast_forms,
    _standard_forms,
    cut_times,
    finish_column,
    moments_from_text,
    with_offset,
)
from dtserve.datatypes.locales import locale_for
from dtserve.datatypes.switches import using

STAMP = TypeSpec(DT.DBTIMESTAMP)


def read(texts, spec=STAMP, lcid=1033, fast=False):
    return moments_from_text(pl.Series(texts, dtype=pl.String), spec, locale_for(lcid), fast)


@pytest.mark.parametrize("order", ["MDY", "DMY", "YMD"])
def test_guards_are_anchored_and_admit_ascii_digits_only(order):
    for guard, _ in [*_standard_forms(order, ".", True), *_fast_forms(), *_TIME_FORMS, *_FAST_TIME_FORMS]:
        assert guard.startswith("^")
        assert guard.endswith("$")
        assert r"\d" not in guard
        re.compile(guard)


def test_forms_may_be_mixed_in_a_column():
    texts = ["2024-01-02", "1/2/2024", None, "13/1/2024", "2024/1/2 10:11", "no date", "1/2/2024 12:05 AM"]
    values, cut = read(texts)
    assert cut is None
    assert values.to_list() == [
        dt.datetime(2024, 1, 2), dt.datetime(2024, 1, 2), None, dt.datetime(2024, 1, 13),
        dt.datetime(2024, 1, 2, 10, 11), None, dt.datetime(2024, 1, 2, 0, 5),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text", ["2024-02-30", "0000-01-01", "2024-01-02 24:00:00", "2024-01-02 10:60:00", "2024-01-02 "]
)
def test_what_is_no_moment_is_left_open(text):
    assert read([text, "2024-01-02"])[0].to_list() == [None, dt.datetime(2024, 1, 2)]


def test_fractions_are_cut_and_marked():
    values, cut = read(["2024-01-02 10:11:12.123", "2024-01-02 10:11:12.123400000", "2024-01-02 10:11:12.1234567"])
    assert values.to_list() == [dt.datetime(2024, 1, 2, 10, 11, 12, 123000)] * 2 + [None]
    assert cut.to_list() == [False, True, False]


@pytest.mark.parametrize(
    ("lcid", "text", "moment"),
    [
        (1033, "01-05-2014 01:02:03.5", dt.datetime(2014, 1, 5, 1, 2, 3, 500000)),
        (1033, "30-04-2014 00:00:00.000", None),
        (1043, "30-04-2014 00:00:00.000", dt.datetime(2014, 4, 30)),
        (1031, "1.5.2014 0:00:00.000", dt.datetime(2014, 5, 1)),
        (1053, "2014/5/1 00:00:00.001", dt.datetime(2014, 5, 1, 0, 0, 0, 1000)),
        (1053, "01/05/2014 00:00:00.000", None),
    ],
)
def test_fractions_behind_dates_in_the_order_of_the_locale(lcid, text, moment):
    assert read([text, "2014-05-01 00:00:00.000"], lcid=lcid)[0].to_list() == [moment, dt.datetime(2014, 5, 1)]
    with using(fraction_after_locale_date="refused"):
        assert read([text], lcid=lcid)[0].to_list() == [None]


def test_times_and_offsets():
    assert read(["10:11", "10:11:12"], TypeSpec(DT.DBTIME))[0].to_list() == [dt.time(10, 11), dt.time(10, 11, 12)]
    values, _ = read(["2024-01-02"], TypeSpec(DT.DBTIMESTAMPOFFSET))
    assert values.to_list() == [{"utc": dt.datetime(2024, 1, 2), "offset": 0}]
    assert with_offset(pl.Series([None], dtype=pl.Datetime("us")), pl.Series([5], dtype=pl.Int16)).to_list() == [None]


def test_fast_parse_has_its_own_forms():
    assert read(["20240102", "2024-01-02T10:11:12"], fast=True)[0].null_count() == 0
    assert read(["1/2/2024", "2024-1-2"], fast=True)[0].null_count() == 2


def test_years_before_the_first_are_left_open():
    moments = pl.Series([dt.datetime(1600, 1, 1), dt.datetime(1601, 1, 1)])
    assert finish_column(moments, TypeSpec(DT.FILETIME))[0].to_list() == [None, dt.datetime(1601, 1, 1)]


def test_times_keep_their_digits():
    times, cut = cut_times(pl.Series([dt.time(1, 2, 3, 450000), dt.time(1), None]), TypeSpec(DT.DBTIME2, scale=1))
    assert times.to_list() == [dt.time(1, 2, 3, 400000), dt.time(1), None]
    assert cut.to_list() == [True, False, False]


@pytest.mark.parametrize("rows", [5, 60_000])
def test_long_columns_give_what_short_ones_do(rows):
    texts = [f"{1 + n % 12}/{1 + n % 28}/{1990 + n % 40} {1 + n % 12}:{n % 60:02}:{n % 59:02} PM" for n in range(rows)]
    values, _ = read(texts)
    assert values.null_count() == 0
    last = rows - 1
    assert values[last] == dt.datetime(
        1990 + last % 40, 1 + last % 12, 1 + last % 28, (1 + last % 12) % 12 + 12, last % 60, last % 59
    )
