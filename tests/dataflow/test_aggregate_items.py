from decimal import Decimal

import polars as pl
import pytest

from dtserve.dataflow import aggregate_items as agg
from dtserve.dataflow.aggregate_items import Item, check_sums, first_step, second_step
from dtserve.dataflow.transform_errors import AggregationFailed
from dtserve.datatypes import DT, TypeSpec

I4 = TypeSpec(DT.I4)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (agg.GROUP_BY, {"i.v": 3}),
        (agg.COUNT, {"i.n": 4}),
        (agg.COUNT_ALL, {"i.n": 5}),
        (agg.COUNT_DISTINCT, {}),
        (agg.SUM, {"i.s": Decimal(10), "i.n": 4}),
        (agg.AVERAGE, {"i.s": Decimal(10), "i.n": 4}),
        (agg.MINIMUM, {"i.v": 1}),
        (agg.MAXIMUM, {"i.v": 4}),
    ],
)
def test_two_steps_give_what_one_would(kind, expected):
    item = Item("i", kind, "v", I4)
    rows = pl.DataFrame({"v": pl.Series([3, None, 1, 2, 4], dtype=pl.Int32)})
    parts = [rows.slice(at, 2).select(first_step(item)) for at in (0, 2, 4)]
    joined = pl.concat(parts).select([second_step(name, how) for name, how in item.parts.items()])
    assert dict(zip(joined.columns, joined.rows()[0] if joined.width else (), strict=True)) == expected


def test_sums_near_38_digits_are_refused():
    rows = pl.DataFrame({"k": [1, 1, 2], "v": pl.Series([Decimal(6 * 10**37)] * 3, dtype=pl.Decimal(38, 0))})
    with pytest.raises(AggregationFailed):
        check_sums(rows, ["k"], ["v"])
    check_sums(rows.with_columns(k=pl.Series([1, 2, 3])), ["k"], ["v"])
