"""What numpy sees in Polars columns is what Polars says."""

from decimal import Decimal

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.dataflow.column_views import byte_lengths, decimals_with_nulls, nulls, rows_of, small_decimals, with_nulls

_PLACES = st.tuples(st.integers(0, 4), st.integers(0, 12))


def pieces(values, cut, dtype):
    """A column of several chunks, of which a part is taken."""
    whole = pl.concat([pl.Series(values[:3], dtype=dtype), pl.Series(values[3:], dtype=dtype)], rechunk=False)
    return whole.slice(*cut)


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(st.one_of(st.none(), st.text(max_size=20)), max_size=12), cut=_PLACES)
def test_byte_lengths_and_nulls(texts, cut):
    column = pieces(texts, cut, pl.String)
    assert byte_lengths(column).tolist() == column.str.len_bytes().cast(pl.Int64).fill_null(-1).to_list()
    assert nulls(column).tolist() == column.is_null().to_list()


@settings(max_examples=60, deadline=None)
@given(values=st.lists(st.one_of(st.none(), st.decimals(-5, 5, places=2)), max_size=12), cut=_PLACES)
def test_small_decimals(values, cut):
    column = pieces([*values, Decimal("99999999999999999999.00")], cut, pl.Decimal(38, 2))
    right = [at for at, value in enumerate(column) if value is not None and abs(value) < 1]
    assert small_decimals(column, 100).tolist() == right


@settings(max_examples=40, deadline=None)
@given(values=st.lists(st.tuples(st.integers(-9, 9), st.booleans()), max_size=40))
def test_with_nulls(values):
    numbers = np.array([number for number, _ in values], dtype=np.int64)
    valid = np.array([good for _, good in values], dtype=np.bool_)
    made = with_nulls("x", numbers, valid)
    assert made.to_list() == [number if good else None for number, good in values]
    assert made.name == "x"


def test_rows_of():
    frame = pl.DataFrame({"a": [1, 2, 3], "b": ["x", None, "z"]})
    mask = pl.Series([True, False, True])
    assert rows_of(frame, mask).equals(frame.filter(mask))
    assert rows_of(frame.select(), pl.Series([], dtype=pl.Boolean)).width == 0


@settings(max_examples=40, deadline=None)
@given(values=st.lists(st.tuples(st.integers(-(10**9), 10**9), st.booleans()), max_size=40))
def test_decimals_with_nulls(values):
    numbers = np.array([number for number, _ in values], dtype=np.int64)
    valid = np.array([good for _, good in values], dtype=np.bool_)
    made = decimals_with_nulls("x", numbers, valid, pl.Decimal(12, 2))
    assert made.dtype == pl.Decimal(12, 2)
    assert made.to_list() == [Decimal(number).scaleb(-2) if good else None for number, good in values]
