import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.dataflow import aggregate_items as agg
from dtserve.dataflow.aggregate_items import Item
from dtserve.dataflow.aggregation import Groups
from dtserve.dataflow.group_totals import GroupTotals
from dtserve.datatypes import DT, TypeSpec

LONG = st.integers(-(2**63) + 1, 2**63 - 1)
COLUMNS = {
    "text": (TypeSpec(DT.WSTR, length=5), st.sampled_from(["a", "b", "A", "", "ä"])),
    "other": (TypeSpec(DT.I2), st.integers(-2, 2)),
    "long": (TypeSpec(DT.I8), LONG),
    "huge": (TypeSpec(DT.UI8), st.integers(0, 2**64 - 1) | st.integers(0, 9)),
    "cents": (TypeSpec(DT.NUMERIC, precision=18, scale=2), st.decimals(-(10**9), 10**9, places=2)),
    "money": (TypeSpec(DT.NUMERIC, precision=30, scale=4), st.integers(-(10**24), 10**24).map(Decimal)),
    "real": (TypeSpec(DT.R8), st.integers(-1000, 1000).map(float)),
    "day": (TypeSpec(DT.DBDATE), st.dates(dt.date(1, 1, 1))),
    "moment": (TypeSpec(DT.DBTIMESTAMP), st.datetimes(dt.datetime(1, 1, 1))),
    "clock": (TypeSpec(DT.DBTIME), st.times()),
    "flag": (TypeSpec(DT.BOOL), st.booleans()),
}
NUMBERS = ("other", "long", "huge", "cents", "money", "real")
ORDERED = (*NUMBERS, "day", "moment", "clock")


def every(grouped, columns):
    """All aggregates of all columns that have them."""
    wanted = [(agg.GROUP_BY, name) for name in grouped] + [(agg.COUNT_ALL, "")]
    wanted += [(kind, name) for name in columns for kind in (agg.COUNT, agg.COUNT_DISTINCT)]
    wanted += [(kind, name) for name in columns if name in NUMBERS for kind in (agg.SUM, agg.AVERAGE)]
    wanted += [(kind, name) for name in columns if name in ORDERED for kind in (agg.MINIMUM, agg.MAXIMUM)]
    spec = TypeSpec(DT.I4)
    return [Item(f"i{at}", kind, name, COLUMNS[name][0] if name else spec) for at, (kind, name) in enumerate(wanted)]


def whole(groups, frame, batch):
    for at in range(0, frame.height, batch):
        groups.add(frame.slice(at, batch))
    try:
        found = list(groups.results())
        return pl.concat(found).drop(["__first"]) if found else None
    finally:
        groups.close()


@pytest.mark.parametrize("grouped", [(), ("text",), ("text", "other"), ("flag", "day")])
@settings(max_examples=25, deadline=None)
@given(data=st.data(), batch=st.integers(1, 20))
def test_totals_equal_the_general_way(tmp_path_factory, grouped, data, batch):
    columns = data.draw(st.lists(st.sampled_from(sorted(COLUMNS)), min_size=1, max_size=4, unique=True))
    used = dict.fromkeys([*grouped, *columns])
    rows = data.draw(st.lists(st.tuples(*(st.none() | COLUMNS[name][1] for name in used)), min_size=1, max_size=30))
    frame = pl.DataFrame(
        [pl.Series(n, [row[at] for row in rows], dtype=COLUMNS[n][0].polars()) for at, n in enumerate(used)]
    )
    items = every(grouped, columns)
    folder = tmp_path_factory.mktemp("spill")
    fast = whole(Groups(items, memory=10**9, folder=folder), frame, batch)
    general = Groups(items, memory=10**9, folder=folder)
    general._totals = None
    slow = whole(general, frame, batch)
    counts = [f"{item.name}.n" for item in items if item.kind == agg.COUNT_DISTINCT]
    fast, slow = (each.with_columns(pl.col(counts).fill_null(0)).select(fast.columns) for each in (fast, slow))
    assert fast.schema == slow.schema
    assert fast.rows() == slow.rows()


def test_folded_texts_show_the_one_that_came_first():
    items = [
        Item("i0", agg.GROUP_BY, "t", COLUMNS["text"][0], "folded"),
        Item("i1", agg.COUNT_ALL, "", COLUMNS["other"][0]),
    ]
    totals = GroupTotals(items, ["k0"], ["folded"], "__first")
    assert totals.frame().is_empty()
    for start, texts in ((0, ["b", "A"]), (2, ["a", "B", "C"])):
        frame = pl.DataFrame({"t": texts, "folded": [text.lower() for text in texts]})
        assert totals.add(frame, start)
    assert totals.frame().select("i0.v", "i1.n", "__first").rows() == [("b", 2, 0), ("A", 2, 1), ("C", 1, 4)]
    assert totals.size > 0


def test_what_has_more_than_64_bits_changes_nothing():
    items = [Item("i0", agg.GROUP_BY, "g", COLUMNS["other"][0]), Item("i1", agg.SUM, "v", COLUMNS["money"][0])]
    totals = GroupTotals(items, ["k0"], ["g"], "__first")
    small, large = (
        pl.DataFrame({"g": pl.Series([1], dtype=pl.Int16), "v": pl.Series([Decimal(number)], dtype=pl.Decimal(30, 4))})
        for number in (5, 10**20)
    )
    assert totals.add(small, 0)
    assert not totals.add(large, 1)
    assert totals.frame().select("k0", "i1.s", "i1.n").rows() == [(1, Decimal(5), 1)]
    with pytest.raises(KeyError):
        totals.seen("i1")
    with pytest.raises(KeyError):
        totals.distinct("i1")
