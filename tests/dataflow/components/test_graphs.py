"""Random graphs of sources, multicasts, unions, merges, joins and sorts end, whatever joins what, with the right rows."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.dataflow import engine, queues, stage
from dtserve.dataflow.components import merge, merge_join
from dtserve.dataflow.errors import ComponentFailed, DataFlowFailed
from dtserve.package.model import Column, Component, Input, Output
from support.flows import I4, RecordingHost, flow, numbers, props, sink, source, transform, used

STEPS = st.lists(
    st.tuples(st.sampled_from(["Multicast", "UnionAll", "Merge", "MergeJoin", "Sort"]), st.integers(0, 9)), max_size=12
)
SOURCES = st.lists(st.integers(0, 300), min_size=1, max_size=3)
BATCH = st.integers(5, 60)


@dataclass
class Stream:
    """An open end: where it leaves, under which lineage id, with which rows, in order or not."""

    output: str
    lineage: str
    rows: Counter
    ordered: bool = True


@dataclass
class Graph:
    """A flow as it grows."""

    components: list[Component] = field(default_factory=list)
    paths: list[tuple[str, str]] = field(default_factory=list)
    open: list[Stream] = field(default_factory=list)

    def take(self, at):
        return self.open.pop(at % len(self.open))

    def multicast(self, name, at):
        stream = self.take(at)
        self.components.append(transform("Multicast", name, "A", "B"))
        self.paths.append((stream.output, f"{name}.In"))
        self.open += [Stream(f"{name}.{o}", stream.lineage, stream.rows, stream.ordered) for o in "AB"]

    def joined(self, name, part, at):
        """Two streams (one for a Sort) into a new one."""
        streams = [self.take(at) for _ in range(1 if part == "Sort" else 2)]
        ordered = part == "Sort" or (part != "UnionAll" and all(s.ordered for s in streams))
        rows = sum((s.rows for s in streams), Counter())
        if part == "MergeJoin":
            left, right = (s.rows for s in streams)
            rows = Counter({key: left[key] * right[key] for key in left if key in right})
            if not ordered or rows.total() > 5000:
                self.open += streams
                return
        inputs = []
        for i, stream in enumerate(streams):
            mapping = props({"OutputColumnLineageID": f"#{{{name}.n}}", "NewSortKeyPosition": 1})
            column = used(stream.lineage, sort_key_position=1, properties=mapping)
            inputs.append(Input(f"{name}.In{i}", f"In{i}", (column,)))
            self.paths.append((stream.output, f"{name}.In{i}"))
        made = props({"SortColumnId": f"#{{{streams[0].lineage}}}", "InputColumnID": f"#{{in:{streams[0].lineage}}}"})
        column = Column(f"{name}.n", f"{name}.n", "n", I4, sort_key_position=1, properties=made)
        output = Output(f"{name}.Out", "Out", (column,), is_sorted=True)
        how = props({"JoinType": 2, "NumKeyColumns": 1} if part == "MergeJoin" else {})
        self.components.append(
            Component(name, name, "test", part, properties=how, inputs=tuple(inputs), outputs=(output,))
        )
        self.open.append(Stream(output.ref_id, column.lineage_id, rows, ordered))


def grown(sources, steps):
    graph = Graph()
    for i, rows in enumerate(sources):
        graph.components.append(source(f"S{i}", {"n": I4}, sorted_by={"n": 1}))
        graph.open.append(Stream(f"S{i}.Out", f"S{i}.n", Counter(range(rows))))
    for i, (part, at) in enumerate(steps):
        if part == "Multicast":
            graph.multicast(f"C{i}", at)
        elif part == "Sort" or len(graph.open) > 1:
            graph.joined(f"C{i}", part, at)
    for i, stream in enumerate(graph.open):
        graph.components.append(sink(f"D{i}", {"n": stream.lineage}))
        graph.paths.append((stream.output, f"D{i}.In"))
    return graph


def run(graph, host, sources, batch):
    """Run with tight queues; a run that hangs is cancelled and so fails."""
    for i, rows in enumerate(sources):
        host.frames[f"S{i}"] = numbers(rows, batch=batch)
    ended = threading.Timer(20, host.cancel.set)
    ended.start()
    try:
        with (
            patch.object(stage, "BufferQueue", partial(queues.BufferQueue, max_items=1)),
            patch.object(merge, "HELD_ROWS", 20),
            patch.object(merge_join, "HELD_ROWS", 20),
        ):
            engine.run_data_flow(flow(*graph.components, paths=graph.paths), host)
    finally:
        ended.cancel()
        assert not [t.name for t in threading.enumerate() if t.name.startswith(("SourceThread", "WorkThread"))]


@settings(max_examples=40, deadline=None)
@given(sources=SOURCES, steps=STEPS, batch=BATCH)
def test_every_graph_ends_with_all_its_rows(tmp_path_factory, sources, steps, batch):
    graph = grown(sources, steps)
    host = RecordingHost(tmp_path_factory.mktemp("graph"))
    run(graph, host, sources, batch)
    for i, stream in enumerate(graph.open):
        table = host.table(f"D{i}")
        found = table["n"].to_list() if table.width else []
        assert Counter(found) == stream.rows
        if stream.ordered:
            assert found == sorted(found)


@settings(max_examples=20, deadline=None)
@given(sources=SOURCES, steps=STEPS, batch=BATCH, at=st.integers(0, 9))
def test_every_graph_ends_after_a_failure(tmp_path_factory, sources, steps, batch, at):
    graph = grown(sources, steps)
    host = RecordingHost(tmp_path_factory.mktemp("graph"))
    failing = at % len(graph.open)
    host.sink_errors[f"D{failing}"] = ComponentFailed(component=f"D{failing}", detail="full")
    if graph.open[failing].rows:
        with pytest.raises(DataFlowFailed):
            run(graph, host, sources, batch)
        assert not host.cancel.is_set()
    else:
        run(graph, host, sources, batch)
    assert len(host.closed) == len(sources) + len(graph.open)
