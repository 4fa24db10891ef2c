"""The order of rows is the one of Polars' own sort, for every type of column and any number of keys."""

from __future__ import annotations

import math
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.dataflow import key_codes
from dtserve.dataflow.ordering import ColumnKey, dense_ranks, row_order

ENDS_64, ENDS_128 = 2**63, 10**38 - 1
VALUES = {
    pl.Boolean(): st.booleans(),
    pl.Int8(): st.integers(-128, 127),
    pl.UInt16(): st.integers(0, 2**16 - 1),
    pl.Int32(): st.sampled_from([-(2**31), -1, 0, 1, 2**31 - 1]),
    pl.Int64(): st.sampled_from([-ENDS_64, -ENDS_64 + 1, -1, 0, 1, ENDS_64 - 2, ENDS_64 - 1]),
    pl.UInt64(): st.sampled_from([0, 1, ENDS_64, 2 * ENDS_64 - 2, 2 * ENDS_64 - 1]),
    pl.Float32(): st.sampled_from([0.0, -0.0, 1.5, -1.5, math.inf, -math.inf, math.nan]),
    pl.Float64(): st.floats() | st.sampled_from([0.0, -0.0, math.nan]),
    pl.Decimal(18, 4): st.sampled_from(["0", "-0.0001", "1.5", "99999999999999.9999"]).map(Decimal),
    pl.Decimal(38, 0): st.sampled_from([0, 1, 2**64, 2**64 + 1, ENDS_128, ENDS_128 - 1, -ENDS_128]).map(Decimal),
    pl.Date(): st.dates(),
    pl.Time(): st.times(),
    pl.Datetime("us"): st.datetimes(),
    pl.String(): st.text("aAb\u00e4\U0001f600\x00 ", max_size=3)
    | st.sampled_from(
        ["the same start 1", "the same start 12", "the same start 123456789", "the same start 123456780"]
    ),
    pl.Binary(): st.binary(max_size=10) | st.sampled_from([bytes(7), bytes(8), bytes(9), b"\xff" * 9]),
}


def by_polars(columns, down, nulls_first):
    frame = pl.DataFrame([c.alias(f"{at}") for at, c in enumerate(columns)]).with_row_index("at")
    last = [d if nulls_first else not d for d in down]
    names = [f"{at}" for at in range(len(columns))]
    return frame.sort([*names, "at"], descending=[*down, False], nulls_last=[*last, False])["at"].to_list()


class Costly(ColumnKey):
    costly = True


def found(columns, down, nulls_first, costly=()):
    rows = pl.DataFrame([c.alias(f"{at}") for at, c in enumerate(columns)])
    keys = [Costly(f"{at}", d) if at in costly else ColumnKey(f"{at}", d) for at, d in enumerate(down)]
    return row_order(rows, keys, nulls_first=nulls_first).tolist()


@pytest.mark.parametrize("dtype", VALUES, ids=str)
@settings(max_examples=40, deadline=None)
@given(data=st.data(), down=st.booleans(), nulls_first=st.booleans())
def test_one_column(dtype, data, down, nulls_first):
    values = data.draw(st.lists(st.none() | VALUES[dtype], max_size=12))
    columns = [pl.Series(values, dtype=dtype)]
    assert found(columns, [down], nulls_first) == by_polars(columns, [down], nulls_first)


@settings(max_examples=150, deadline=None)
@given(data=st.data(), nulls_first=st.booleans(), few=st.booleans())
def test_several_columns(data, nulls_first, few):
    types = data.draw(st.lists(st.sampled_from(list(VALUES)), min_size=1, max_size=5))
    height = data.draw(st.integers(0, 25))
    columns = [
        pl.Series(data.draw(st.lists(st.none() | VALUES[t], min_size=height, max_size=height)), dtype=t) for t in types
    ]
    down = [data.draw(st.booleans()) for _ in types]
    with pytest.MonkeyPatch.context() as patch:
        if few:  # any texts count as few
            patch.setattr(key_codes, "SAMPLE_ROWS", 1)
            patch.setattr(key_codes, "FEW", 1)
        costly = data.draw(st.sets(st.integers(0, 4)))
        assert found(columns, down, nulls_first, costly) == by_polars(columns, down, nulls_first)


@pytest.mark.parametrize("rows", [1, 2, 70_000])
def test_columns_that_fill_more_than_64_bits(rows):
    wide = pl.int_range(rows, eager=True).hash(1).cast(pl.UInt64)
    few = pl.int_range(rows, eager=True) % 3
    text = "text " + (pl.int_range(rows, eager=True).hash(2) % 1000).cast(pl.String)
    columns = [few, text, wide, few]
    assert found(columns, [False, True, True, False], True) == by_polars(columns, [False, True, True, False], True)


def test_a_costly_key_is_asked_only_for_rows_that_are_still_equal():
    asked = []

    class Texts(Costly):
        def columns(self, values):
            asked.append(values.to_list())
            return super().columns(values)

    rows = pl.DataFrame({"n": [5, 1, 5, 2], "t": ["b", "x", "a", "y"]})
    order = row_order(rows, [ColumnKey("n"), Texts("t")], nulls_first=True)
    assert order.tolist() == [1, 3, 2, 0]
    assert asked == [["b", "a"]]


def test_ranks_are_the_same_for_equal_rows_only():
    columns = [
        (pl.Series(["b", "a", None, "b", "a", "b"]), False),
        (pl.Series([1, None, 3, 1, None, 2]), True),
    ]
    assert dense_ranks(columns).to_list() == [3, 1, None, 3, 1, 2]


def test_nothing_to_sort_by_leaves_the_rows_as_they_are():
    assert row_order(pl.DataFrame({"n": [2, 1]}), [], nulls_first=True).tolist() == [0, 1]
