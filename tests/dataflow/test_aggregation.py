"""Groups against a plain Python model, in memory and on disk."""

from __future__ import annotations

from collections import defaultdict
from contextlib import closing
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.dataflow import aggregation as agg
from dtserve.dataflow.aggregation import Groups, Item
from dtserve.dataflow.transform_errors import AggregationFailed
from dtserve.datatypes import DT, TypeSpec

I4 = TypeSpec(DT.I4)
NUM = TypeSpec(DT.NUMERIC, precision=18, scale=2)
WSTR = TypeSpec(DT.WSTR, length=5)

ITEMS = [
    Item("i0", agg.GROUP_BY, "g", WSTR),
    Item("i1", agg.COUNT, "v", I4),
    Item("i2", agg.COUNT_ALL, "", I4),
    Item("i3", agg.COUNT_DISTINCT, "v", I4),
    Item("i4", agg.SUM, "v", I4),
    Item("i5", agg.MINIMUM, "d", NUM),
    Item("i6", agg.MAXIMUM, "d", NUM),
    Item("i7", agg.AVERAGE, "d", NUM),
]

ROWS = st.lists(
    st.tuples(
        st.none() | st.sampled_from(["a", "b", "A", ""]),
        st.none() | st.integers(-(2**31), 2**31 - 1),
        st.none() | st.decimals(-1000, 1000, places=2),
    ),
    max_size=60,
)


def frame_of(rows):
    return pl.DataFrame(
        {
            "g": pl.Series([r[0] for r in rows], dtype=pl.String),
            "v": pl.Series([r[1] for r in rows], dtype=pl.Int32),
            "d": pl.Series([r[2] for r in rows], dtype=pl.Decimal(18, 2)),
        }
    )


def model(rows):
    groups = defaultdict(list)
    for row in rows:
        groups[row[0]].append(row)
    found = []
    for key, members in groups.items():
        v = [m[1] for m in members if m[1] is not None]
        d = [m[2] for m in members if m[2] is not None]
        found.append(
            (key, len(v), len(members), len(set(v)), sum(v), len(v), min(d, default=None), max(d, default=None),
             sum(d, Decimal(0)), len(d))
        )  # fmt: skip
    return found


def result(groups):
    frames = list(groups.results())
    if not frames:
        return []
    whole = pl.concat(frames)
    names = ["i0.v", "i1.n", "i2.n", "i3.n", "i4.s", "i4.n", "i5.v", "i6.v", "i7.s", "i7.n"]
    return [
        tuple(0 if (v is None and n == "i3.n") else v for n, v in zip(names, row, strict=True))
        for row in whole.select(names).iter_rows()
    ]


@pytest.mark.parametrize("memory", [10**9, 1])
@settings(max_examples=25, deadline=None)
@given(rows=ROWS, batch=st.integers(1, 20))
def test_groups_equal_the_model(tmp_path_factory, memory, rows, batch):
    groups = Groups(ITEMS, memory=memory, folder=tmp_path_factory.mktemp("spill"))
    frame = frame_of(rows)
    for at in range(0, len(rows), batch):
        groups.add(frame.slice(at, batch))
    try:
        assert result(groups) == model(rows)
    finally:
        groups.close()


def test_no_grouping_gives_one_row_and_no_rows_give_none(tmp_path):
    total = Groups([Item("i0", agg.SUM, "v", I4)], memory=10**9, folder=tmp_path)
    assert list(total.results()) == []
    total.add(frame_of([("a", 2, None), ("b", 3, None)]))
    total.add(frame_of([("a", None, None)]))
    (only,) = total.results()
    assert only.select("i0.s", "i0.n").rows() == [(Decimal(5), 2)]


@pytest.mark.parametrize("rows", [1, 2])
@pytest.mark.parametrize("memory", [10**9, 1])
def test_a_sum_beyond_38_digits_is_refused(tmp_path, memory, rows):
    spec = TypeSpec(DT.NUMERIC, precision=38, scale=0)
    groups = Groups([Item("i0", agg.SUM, "v", spec)], memory=memory, folder=tmp_path)
    buffer = pl.DataFrame({"v": pl.Series([Decimal("9" * 38)] * rows, dtype=pl.Decimal(38, 0))})

    def whole():
        with closing(groups):
            for _ in range(3):
                groups.add(buffer)
            return list(groups.results())

    with pytest.raises(AggregationFailed):
        whole()
