"""Merge and Merge Join against the two-pointer algorithm on whole lists, sorted or not, over any buffer edges."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.dataflow import engine
from dtserve.dataflow.merging import JoinSide
from dtserve.package.model import Column, Component, Input, Output
from support.flows import I4, RecordingHost, flow, props, sink, source, used

KEYS = st.lists(st.none() | st.integers(0, 6), max_size=25)
BATCH = st.integers(1, 9)


def frames(name, keys, batch):
    whole = pl.DataFrame({"k": pl.Series(keys, dtype=pl.Int32), "n": pl.Series(range(len(keys)), dtype=pl.Int32)})
    return [whole.slice(at, batch) for at in range(0, whole.height, batch)]


def run(tmp, component, left, right, batch, columns):
    host = RecordingHost(tmp)
    host.frames["L"], host.frames["R"] = frames("L", left, batch), frames("R", right, batch)
    made = flow(
        source("L", {"k": I4, "n": I4}, sorted_by={"k": 1}),
        source("R", {"k": I4, "n": I4}, sorted_by={"k": 1}),
        component,
        sink("Dst", columns),
        paths=[("L.Out", "J.L"), ("R.Out", "J.R"), ("J.Out", "Dst.In")],
    )
    engine.run_data_flow(made, host)
    table = host.table("Dst")
    return table.rows() if table.width else []


def rank(key):
    return -1 if key is None else key


def join(part, **properties):
    def side(name):
        columns = tuple(used(f"{name}.{c}", sort_key_position=int(c == "k")) for c in ("k", "n"))
        return Input(f"J.{name}", name, columns)

    out = tuple(
        Column(f"J.{s}{c}", f"J.{s}{c}", f"{s}{c}", I4, properties=props({"InputColumnID": f"#{{in:{s}.{c}}}"}))
        for s in "LR"
        for c in "kn"
    )
    return Component(
        "J",
        "J",
        "",
        part,
        properties=props(properties),
        inputs=(side("L"), side("R")),
        outputs=(Output("J.Out", "Out", out),),
    )


def join_model(left, right, kind):
    out, i, j = [], 0, 0
    while i < len(left) or j < len(right):
        if j == len(right) or (i < len(left) and rank(left[i]) < rank(right[j])):
            if kind != 2:
                out.append((i, None))
            i += 1
        elif i == len(left) or rank(right[j]) < rank(left[i]):
            if kind == 0:
                out.append((None, j))
            j += 1
        else:
            key = left[i]
            a, b = i, j
            while i < len(left) and left[i] == key:
                i += 1
            while j < len(right) and right[j] == key:
                j += 1
            out.extend((x, y) for x in range(a, i) for y in range(b, j))
    return out


@settings(max_examples=60, deadline=None)
@given(KEYS, KEYS, BATCH, st.sampled_from([0, 1, 2]), st.booleans())
def test_join(tmp_path_factory, left, right, batch, kind, in_order):
    if in_order:
        left, right = sorted(left, key=rank), sorted(right, key=rank)
    component = join("MergeJoin", JoinType=kind, NumKeyColumns=1)
    rows = run(tmp_path_factory.mktemp("j"), component, left, right, batch, {"l": "J.Ln", "r": "J.Rn"})
    assert rows == join_model(left, right, kind)


def merge():
    out = (Column("J.k", "J.k", "k", I4), Column("J.n", "J.n", "n", I4))

    def side(name):
        return Input(
            f"J.{name}",
            name,
            tuple(
                used(
                    f"{name}.{c}",
                    sort_key_position=int(c == "k"),
                    properties=props({"OutputColumnLineageID": f"#{{J.{c}}}"}),
                )
                for c in ("k", "n")
            ),
        )

    return Component("J", "J", "", "Merge", inputs=(side("L"), side("R")), outputs=(Output("J.Out", "Out", out),))


@settings(max_examples=60, deadline=None)
@given(KEYS, KEYS, BATCH)
def test_merge(tmp_path_factory, left, right, batch):
    expected, i, j = [], 0, 0
    while i < len(left) or j < len(right):
        if j == len(right) or (i < len(left) and rank(left[i]) <= rank(right[j])):
            expected.append((left[i], i))
            i += 1
        else:
            expected.append((right[j], j))
            j += 1
    rows = run(tmp_path_factory.mktemp("m"), merge(), left, right, batch, {"k": "J.k", "n": "J.n"})
    assert rows == expected


def test_a_fast_side_does_not_pile_up(tmp_path, monkeypatch):
    """The source of the side that is ahead is held back while the other one can work."""
    from dtserve.dataflow.components import merge_join

    monkeypatch.setattr(merge_join, "HELD_ROWS", 1000)
    peak = []
    taken = merge_join.MergeJoin.process

    def watch(self, input_ref, frame):
        result = taken(self, input_ref, frame)
        peak.append(max(side.queue.rows + side.held for side in self._sides.values()))
        yield from result

    monkeypatch.setattr(merge_join.MergeJoin, "process", watch)
    left = list(range(20_000))
    right = list(range(19_000, 20_000))
    component = join("MergeJoin", JoinType=2, NumKeyColumns=1)
    rows = run(tmp_path, component, left, right, 100, {"l": "J.Ln"})
    assert len(rows) == 1000
    assert max(peak) < 3000


@pytest.mark.parametrize("kind", [0, 1, 2])
def test_very_many_equal_keys_are_joined_inside_the_memory(tmp_path, monkeypatch, kind):
    monkeypatch.setattr("dtserve.dataflow.budget.Lease.__int__", lambda lease: 4000)
    seen = []
    mapping = JoinSide._map

    def counted(side):
        mapping(side)
        seen.append(side.mapped)

    monkeypatch.setattr(JoinSide, "_map", counted)
    left, right = [1] + [2] * 700 + [4], [2] * 900 + [3]
    component = join("MergeJoin", JoinType=kind, NumKeyColumns=1)
    rows = run(tmp_path, component, left, right, 100, {"l": "J.Ln", "r": "J.Rn"})
    assert rows == join_model(left, right, kind)
    assert seen
    assert list(tmp_path.iterdir()) == []
