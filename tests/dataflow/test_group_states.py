from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from dtserve.dataflow import aggregate_items as agg
from dtserve.dataflow import group_states
from dtserve.dataflow.aggregate_items import Item
from dtserve.dataflow.group_rows import Rows, Unfit
from dtserve.dataflow.group_states import Distinct, Extreme, Sum
from dtserve.datatypes import DT, TypeSpec

I8 = TypeSpec(DT.I8)


def put(state, values, numbers, count):
    rows = Rows(values.to_frame("v"))
    state.prepare(rows)
    state.add(np.array(numbers), rows, count)
    return state


def test_sums_that_leave_64_bits_stay_exact():
    state = Sum(Item("i", agg.SUM, "v", I8), pl.Int64())
    total = [0, 0]
    for _ in range(50):
        put(state, pl.Series([2**63 - 1, -(2**63), 7, None]), [0, 1, 1, 0], 2)
        total = [total[0] + 2**63 - 1, total[1] - 2**63 + 7]
        put(state, pl.Series([5, -5]), [1, 0], 2)
        total = [total[0] - 5, total[1] + 5]
    sums, counts = state.columns("i", np.array([100, 150]))
    assert sums.to_list() == [Decimal(each) for each in total]
    assert counts.to_list() == [100, 150]


def test_sums_of_many_middling_values_are_carried():
    state = Sum(Item("i", agg.SUM, "v", I8), pl.Int64())
    for _ in range(40):
        put(state, pl.Series([2**57, -(2**57)]), [0, 1], 2)
    assert state.columns("i", np.array([40, 40]))[0].to_list() == [Decimal(40 * 2**57), Decimal(-40 * 2**57)]


def test_sums_of_floats_follow_the_order_of_rows():
    state = Sum(Item("i", agg.SUM, "v", TypeSpec(DT.R8)), pl.Float64())
    values = [0.1, 1e20, 0.2, -1e20, 0.3]
    put(state, pl.Series(values), [0] * 5, 1)
    assert state.columns("i", np.array([5]))[0].to_list() == [sum(values)]


def test_extremes():
    least = Extreme(Item("i", agg.MINIMUM, "v", I8), pl.Float64())
    put(least, pl.Series([float("nan"), 2.0, None, float("nan")]), [0, 0, 1, 2], 3)
    found = least.columns("i", np.array([2, 0, 1]))[0].to_list()
    assert found[:2] == [2.0, None]
    assert found[2] != found[2]
    most = Extreme(Item("i", agg.MAXIMUM, "v", I8), pl.Decimal(18, 2))
    put(most, pl.Series([Decimal("1.25"), None, Decimal("-3")], dtype=pl.Decimal(18, 2)), [0, 1, 0], 2)
    assert most.columns("i", np.array([2, 0]))[0].to_list() == [Decimal("1.25"), None]


@pytest.mark.parametrize(
    "values",
    [
        pl.Series([-(2**31), 2**31 - 1, -(2**31), None], dtype=pl.Int32),
        pl.Series([2**62, 3, 2**62, 3], dtype=pl.Int64),
        pl.Series(["x", "y", "x", None]),
        pl.Series([True, False, True, True]),
        pl.Series([1, 40_000, 1, 1], dtype=pl.Int32).cast(pl.Date),
    ],
)
def test_distinct_values_come_back(values, monkeypatch):
    monkeypatch.setattr(group_states, "_PAIRS", 2)
    state = Distinct(Item("i", agg.COUNT_DISTINCT, "v", I8), values.dtype)
    for _ in range(3):
        put(state, values, [0, 0, 0, 1], 2)
        put(state, values.reverse(), [1, 1, 0, 0], 2)
    expected = {(0, v) for v in values.head(3)} | {(1, values[3]), (0, values[1]), (0, values[0])}
    expected |= {(1, values[3]), (1, values[2])}
    expected = {pair for pair in expected if pair[1] is not None}
    numbers, found = state.pairs()
    assert set(zip(numbers.to_list(), found.to_list(), strict=True)) == expected
    assert found.dtype == values.dtype
    assert len(numbers) == len(expected)
    assert state.counted(2).to_list() == [sum(1 for g, _ in expected if g == number) for number in (0, 1)]


def test_values_of_more_than_64_bits_do_not_fit():
    with pytest.raises(Unfit):
        put(Sum(Item("i", agg.SUM, "v", I8), pl.UInt64()), pl.Series([2**63], dtype=pl.UInt64), [0], 1)
    with pytest.raises(Unfit):
        put(Extreme(Item("i", agg.MINIMUM, "v", I8), pl.Struct({})), pl.Series([{"utc": 1}]), [0], 1)
