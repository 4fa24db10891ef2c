"""Memory limits and cancel of the components that hold rows back: whole data flows."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from dtserve.dataflow import engine
from dtserve.dataflow.errors import DataFlowFailed
from dtserve.dataflow.lookup_errors import LookupMemoryFull
from dtserve.errors import Canceled
from dtserve.package.model import Column, Component, ComponentConnection, Input, Output
from support.flow_cases import connect
from support.flows import I4, I8, RecordingHost, flow, one_output, props, sink, source, transform, used

ROWS = 1_500_000
SECONDS = 1.0


def frames(rows, batch=65_536):
    """Two columns of whole numbers, in no order."""
    random = np.random.default_rng(rows)
    for at in range(0, rows, batch):
        count = min(batch, rows - at)
        numbers = pl.Series(random.integers(0, rows, count), dtype=pl.Int32)
        yield pl.DataFrame({"n": numbers, "at": pl.int_range(at, at + count, dtype=pl.Int32, eager=True)})


def sorting():
    columns = [
        Column(f"S.{c}", f"S.{c}", c, I4, properties=props({"SortColumnId": f"#{{Src.{c}}}"})) for c in ("n", "at")
    ]
    keys = [used("Src.n", properties=props({"NewSortKeyPosition": 1})), used("Src.at")]
    return one_output("Sort", "S", columns, keys)


def grouping():
    kinds = {"n": (0, "n", I4), "rows": (2, "", I8), "distinct": (3, "at", I8), "sum": (4, "at", I8)}
    columns = [
        Column(
            f"G.{name}", f"G.{name}", name, spec,
            properties=props({"AggregationType": kind, "AggregationColumnId": f"#{{Src.{source}}}" if source else 0}),
        )
        for name, (kind, source, spec) in kinds.items()
    ]  # fmt: skip
    return one_output("Aggregate", "G", columns, [used("Src.n"), used("Src.at")])


def joining():
    """A self join with very many equal keys."""

    def side(name):
        columns = (used(f"Src.{c}", sort_key_position=int(c == "n"), ref_id=f"in:{name}.{c}") for c in ("n", "at"))
        return Input(f"J.{name}", name, tuple(columns))

    out = tuple(
        Column(f"J.{s}", f"J.{s}", s, I4, properties=props({"InputColumnID": f"#{{in:{s}.at}}"})) for s in ("L", "R")
    )
    join = Component(
        "J", "J", "", "MergeJoin", properties=props({"JoinType": 2, "NumKeyColumns": 1}),
        inputs=(side("L"), side("R")), outputs=(Output("J.Out", "Out", out),),
    )  # fmt: skip
    return flow(
        source("Src", {"n": I4, "at": I4}),
        transform("Multicast", "M", "A", "B"),
        join,
        sink("A", {"L": "J.L", "R": "J.R"}),
        paths=[("Src.Out", "M.In"), ("M.A", "J.L"), ("M.B", "J.R"), ("J.Out", "A.In")],
    )


def same_key(rows):
    yield from (frame.with_columns(pl.lit(7, pl.Int32).alias("n")) for frame in frames(rows))


@pytest.mark.parametrize("when", ["while rows come", "at the end"])
@pytest.mark.parametrize("memory", [0, 2**20])
@pytest.mark.parametrize(("made", "part"), [(sorting, "S"), (grouping, "G"), (joining, "J")])
def test_cancel_ends_a_flow_at_once(tmp_path, made, part, memory, when):
    host = RecordingHost(tmp_path, memory_limit=memory)
    rows = 20_000 if made is joining else ROWS
    coming = threading.Event()

    def watched():
        for number, frame in enumerate(same_key(rows) if made is joining else frames(rows)):
            yield frame
            if number == 10 and when == "while rows come":
                coming.set()
        coming.set()

    host.frames["Src"] = watched()
    ended = []

    def run():
        try:
            engine.run_data_flow(made(), host)
        except Canceled:
            ended.append((time.monotonic(), time.process_time()))

    thread = threading.Thread(target=run)
    thread.start()
    assert coming.wait(60)
    time.sleep(0.05)
    started, used = time.monotonic(), time.process_time()
    host.cancel.set()
    thread.join(30)
    assert not thread.is_alive()
    if ended:  # else it was done already; how long it took counts as work, as others may be at work here
        assert ended[0][1] - used < SECONDS, f"{part} worked {ended[0][1] - used:.2f} s to end"
        assert ended[0][0] - started < 10 * SECONDS
    assert list(tmp_path.iterdir()) == []


def test_results_do_not_depend_on_the_memory(tmp_path):
    found = []
    for memory in (0, 1):
        place = tmp_path / str(memory)
        place.mkdir()
        host = RecordingHost(place, memory_limit=memory)
        host.frames["Src"] = frames(300_000)
        engine.run_data_flow(grouping(), host)
        found.append(host.table("A"))
        assert list(place.iterdir()) == []
    assert found[0].equals(found[1])
    assert found[0]["rows"].sum() == 300_000


def test_the_cross_product_of_equal_keys_comes_in_buffers(tmp_path):
    host = RecordingHost(tmp_path, memory_limit=1)
    host.frames["Src"] = same_key(1500)
    engine.run_data_flow(joining(), host)
    heights = [frame.height for frame in host.sinks["A"]]
    assert sum(heights) == 1500 * 1500
    assert max(heights) <= 65_536


def test_a_full_cache_beyond_the_limit_says_so(tmp_path):
    host = RecordingHost(tmp_path, memory_limit=100)
    script = ["create table R (k int, t nvarchar(40))"]
    script += [f"insert into R values ({at}, 'a text of some length {at}')" for at in range(40)]
    connect(host, {"database": script}, {}, tmp_path)
    host.frames["Src"] = frames(10)
    key = used("Src.n", properties=props({"JoinToReferenceColumn": "k"}))
    lookup = transform(
        "Lookup", "L", "Out", inputs=[key], SqlCommand="select k, t from R", CacheType=0, NoMatchBehavior=1
    )
    added = Column("L.t", "L.t", "t", replace(I4), properties=props({"CopyFromReferenceColumn": "k"}))
    made = flow(
        source("Src", {"n": I4, "at": I4}),
        replace(
            lookup,
            outputs=(replace(lookup.outputs[0], columns=(added,)),),
            connections=(ComponentConnection("OleDbConnection", "Package.ConnectionManagers[DB]"),),
        ),
        sink("A", {"t": "L.t"}),
        paths=[("Src.Out", "L.In"), ("L.Out", "A.In")],
    )
    with pytest.raises(DataFlowFailed) as raised:
        engine.run_data_flow(made, host)
    assert raised.value.__cause__.code == LookupMemoryFull.code
    assert "take more than 0 MB" in raised.value.__cause__.message
