"""The plain forms: whatever they decide, standard and fast parse decide the same."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.dataflow.flat_file.regular import regular_values
from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.locales import locale_for
from dtserve.datatypes.text import parse_column

_DATES = st.dates(dt.date(1850, 1, 1), dt.date(2250, 1, 1)).map(str)
_MOMENTS = st.datetimes(dt.datetime(1899, 1, 1), dt.datetime(2201, 1, 1)).map(lambda m: str(m.replace(microsecond=0)))
_NEARLY = st.tuples(st.one_of(_DATES, _MOMENTS), st.integers(0, 18), st.characters(codec="utf-8")).map(
    lambda parts: parts[0][: parts[1]] + parts[2] + parts[0][parts[1] + 1 :]
)
_NUMBERS = st.one_of(
    st.integers(-(10**12), 10**12).map(str),
    st.decimals(-(10**6), 10**6, places=3).map(str),
    st.decimals(-99, 99, places=2).map(str),
    st.from_regex(r"[ +-]?[0-9]{0,4}[.,]?[0-9]{0,5}([eE][0-9])?[ x]?", fullmatch=True),
)
_TEXTS = st.lists(st.one_of(st.none(), _NUMBERS, _DATES, _MOMENTS, _NEARLY, st.text(max_size=12)), max_size=12)
_SPECS = [
    TypeSpec(DT.I4),
    TypeSpec(DT.UI1),
    TypeSpec(DT.I8),
    TypeSpec(DT.CY),
    TypeSpec(DT.NUMERIC, precision=9, scale=2),
    TypeSpec(DT.NUMERIC, precision=18, scale=0),
    TypeSpec(DT.DECIMAL, scale=3),
    TypeSpec(DT.DBDATE),
    TypeSpec(DT.DATE),
    TypeSpec(DT.DBTIMESTAMP),
    TypeSpec(DT.DBTIMESTAMP2, scale=0),
]


@pytest.mark.parametrize("fast_parse", [False, True])
@pytest.mark.parametrize("locale_id", [1033, 1031, 2057, 1041])
@pytest.mark.parametrize("spec", _SPECS, ids=str)
@settings(max_examples=25, deadline=None)
@given(texts=_TEXTS)
def test_what_is_decided_is_what_parsing_gives(spec, locale_id, fast_parse, texts):
    column = pl.Series("c", texts, dtype=pl.String)
    made = regular_values(column, spec, point=locale_for(locale_id).decimal, fast_parse=fast_parse)
    if made is None:
        return
    assert made.dtype == spec.polars()
    right = parse_column(column, spec, locale_id=locale_id, fast_parse=fast_parse)
    decided = made.is_not_null()
    assert made.filter(decided).to_list() == right.values.filter(decided).to_list()
    if right.truncated is not None:
        assert not (decided & right.truncated).any()


def values(texts, spec, **settings):
    settings = {"point": ".", "fast_parse": False, **settings}
    made = regular_values(pl.Series(texts, dtype=pl.String), spec, **settings)
    assert made is not None
    return made.to_list()


def test_dates_and_moments():
    day, noon = dt.datetime(2024, 2, 29), dt.datetime(1999, 12, 31, 12, 0, 1)
    texts = ["2024-02-29", "1999-12-31 12:00:01", "2023-02-29", "2024-13-01", "2024-00-01", "2024-01-00", None]
    assert values(texts, TypeSpec(DT.DBTIMESTAMP)) == [day, noon, None, None, None, None, None]
    assert values(texts, TypeSpec(DT.DBDATE))[:2] == [day.date(), None]
    assert values(texts, TypeSpec(DT.DBTIMESTAMP), fast_parse=True)[:2] == [day, None]
    odd = ["2024-01-01 24:00:00", "2024-01-01T10:00:00", "2024/01/01", "1899-12-31", "2200-01-01", "20240101", ""]
    assert values(odd, TypeSpec(DT.DATE)) == [None] * len(odd)
    assert values(["1900-01-01", "2199-12-31"], TypeSpec(DT.DATE)) == [
        dt.datetime(1900, 1, 1),
        dt.datetime(2199, 12, 31),
    ]


def test_decimals_with_more_digits_stay_open():
    spec = TypeSpec(DT.NUMERIC, precision=9, scale=2)
    found = values(["1.25", "1.255", "1", "1.2", "12.x", ".5", "-3.10", None, "1e2", "9.999"], spec)
    assert [None if value is None else str(value) for value in found] == [
        "1.25", None, "1.00", "1.20", None, "0.50", "-3.10", None, None, None,
    ]  # fmt: skip
    assert regular_values(pl.Series(["1"]), spec, point=",", fast_parse=False) is None


def test_more_rows_than_a_block():
    days = [dt.date(2000, 1, 1) + dt.timedelta(days=at % 5000) for at in range(40_000)]
    assert values([str(day) for day in days], TypeSpec(DT.DBDATE)) == days
    moments = [dt.datetime(2000, 1, 1) + dt.timedelta(seconds=at * 7919) for at in range(40_000)]
    texts = [str(moment) if at % 9 else None for at, moment in enumerate(moments)]
    assert values(texts, TypeSpec(DT.DBTIMESTAMP)) == [m if at % 9 else None for at, m in enumerate(moments)]


def test_a_slice_of_a_column():
    column = pl.Series(["x", "2024-01-31", "2024-02-01"]).slice(1)
    made = regular_values(column, TypeSpec(DT.DBDATE), point=".", fast_parse=False)
    assert made is not None
    assert made.to_list() == [dt.date(2024, 1, 31), dt.date(2024, 2, 1)]


_MONEY = st.decimals(0, 99999, places=2).map(lambda value: f"{value:.2f}")


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(_MONEY, min_size=20, max_size=60), odd=st.text(alphabet="0123456789.-+ e", max_size=9))
def test_short_decimals_are_read_eight_bytes_at_a_time(texts, odd):
    for spec in (TypeSpec(DT.NUMERIC, precision=7, scale=2), TypeSpec(DT.NUMERIC, precision=5, scale=2)):
        column = pl.Series([*texts, odd])
        made = regular_values(column, spec, point=".", fast_parse=False)
        right = parse_column(column, spec)
        assert made is not None
        decided = made.is_not_null()
        assert made.filter(decided).to_list() == right.values.filter(decided).to_list()
        assert made.dtype == spec.polars()
        fits = [len(text) <= (8 if spec.precision == 7 else 6) for text in texts]
        assert decided.to_list()[:-1] == fits
