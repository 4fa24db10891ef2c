"""The threads of an island: several inputs, error rows of destinations, no lock-up."""

from __future__ import annotations

import polars as pl
import pytest

from dtserve.dataflow import engine
from dtserve.dataflow.base import BlockingTransform, Destination
from dtserve.dataflow.errors import DataFlowFailed
from dtserve.dataflow.registry import component
from dtserve.package.model import Column, Component, Input, Output
from support.flows import I4, RecordingHost, flow, numbers, sink, source, transform, used


@component("TestPicky")
class Picky(Destination):
    """Sends odd numbers to its error output."""

    def process(self, input_ref, frame):
        lineage = self.model.inputs[0].columns[0].lineage_id
        yield self.output(error=True).ref_id, frame.filter(pl.col(lineage) % 2 == 1)

    def finish(self):
        return ()


@component("TestPair")
class Pair(BlockingTransform):
    """Needs both inputs in step: rows of one side wait for the other."""

    def start(self):
        self.waiting = {i.ref_id: [] for i in self.model.inputs}
        self.most = 0

    def process(self, input_ref, frame):
        self.waiting[input_ref].append(frame)
        self.most = max(self.most, *(len(w) for w in self.waiting.values()))
        if all(self.waiting.values()):
            for frames in self.waiting.values():
                frames.pop(0)
            yield self.output().ref_id, pl.DataFrame({"P.n": pl.Series([1], dtype=pl.Int32)})

    def hungry(self, input_ref):
        return len(self.waiting[input_ref]) < 3

    def close(self):
        self.host.variables["most"] = (I4, self.most)


@component("TestLiar")
class Liar(BlockingTransform):
    """Gives a column of another type than declared."""

    def process(self, input_ref, frame):
        return [(self.output().ref_id, pl.DataFrame({"L.n": ["text"]}))]


def picky():
    error = (Column("P.code", "P.code", "ErrorCode", I4, special_flags=1),)
    return Component(
        "P",
        "P",
        "",
        "TestPicky",
        inputs=(Input("P.In", "In", (used("Src.n"),)),),
        outputs=(Output("P.Err", "Err", error, synchronous_input="P.In", is_error_out=True),),
    )


def test_error_rows_of_a_destination_go_on(tmp_path, monkeypatch):
    monkeypatch.setattr("dtserve.dataflow.queues.MAX_BYTES", 1000)
    host = RecordingHost(tmp_path)
    host.frames["Src"] = numbers(5000, batch=50)
    made = flow(
        source("Src", {"n": I4}),
        picky(),
        transform("Multicast", "M", "A", "B"),
        sink("A", {"n": "Src.n"}),
        sink("B", {"n": "Src.n"}),
        paths=[("Src.Out", "P.In"), ("P.Err", "M.In"), ("M.A", "A.In"), ("M.B", "B.In")],
    )
    engine.run_data_flow(made, host)
    assert host.table("A")["n"].to_list() == list(range(1, 5000, 2))
    assert host.table("B").height == 2500
    assert ("OnInformation", 0x4004300B, "SSIS.Pipeline", '"P" wrote 2500 rows.') in host.events
    assert list(tmp_path.iterdir()) == []


def pair(*lineages):
    inputs = tuple(Input(f"P.In{i}", f"In{i}", (used(lineage),)) for i, lineage in enumerate(lineages))
    return Component(
        "P", "P", "", "TestPair", inputs=inputs, outputs=(Output("P.Out", "Out", (Column("P.n", "P.n", "n", I4),)),)
    )


def test_a_fast_source_is_held_back_for_a_slow_one(tmp_path):
    import time

    def slow():
        for frame in numbers(20, batch=1):
            time.sleep(0.005)
            yield frame

    host = RecordingHost(tmp_path)
    host.frames["Fast"], host.frames["Slow"] = numbers(20, batch=1), slow()
    made = flow(
        source("Fast", {"n": I4}),
        source("Slow", {"n": I4}),
        pair("Fast.n", "Slow.n"),
        sink("D", {"n": "P.n"}),
        paths=[("Fast.Out", "P.In0"), ("Slow.Out", "P.In1"), ("P.Out", "D.In")],
    )
    engine.run_data_flow(made, host)
    assert host.table("D").height == 20
    assert host.variables["most"][1] <= 4


def test_one_source_on_both_sides_does_not_lock_up(tmp_path):
    """Everything hangs on one source: the held-back pump must go on all the same."""
    host = RecordingHost(tmp_path)
    host.frames["Src"] = numbers(50, batch=1)
    made = flow(
        source("Src", {"n": I4}),
        transform("Multicast", "M", "A", "B"),
        pair("Src.n", "Src.n"),
        sink("D", {"n": "P.n"}),
        paths=[("Src.Out", "M.In"), ("M.A", "P.In0"), ("M.B", "P.In1"), ("P.Out", "D.In")],
    )
    engine.run_data_flow(made, host)
    assert host.table("D").height == 50


def test_a_buffer_of_the_wrong_type_is_a_coded_error(tmp_path):
    host = RecordingHost(tmp_path)
    host.frames["Src"] = numbers(1)
    liar = Component(
        "L",
        "L",
        "",
        "TestLiar",
        inputs=(Input("L.In", "In", (used("Src.n"),)),),
        outputs=(Output("L.Out", "Out", (Column("L.n", "L.n", "n", I4),)),),
    )
    made = flow(source("Src", {"n": I4}), liar, sink("D", {"n": "L.n"}), paths=[("Src.Out", "L.In"), ("L.Out", "D.In")])
    with pytest.raises(DataFlowFailed) as caught:
        engine.run_data_flow(made, host)
    assert caught.value.error.symbol == "DTSERVE_E_FRAMEMISMATCH"
    assert "String" in caught.value.error.message


def test_rows_without_wanted_columns_are_still_counted(tmp_path):
    from dtserve.datatypes import DT, TypeSpec

    host = RecordingHost(tmp_path)
    host.variables["User::n"] = (TypeSpec(DT.I4), 0)
    host.frames["Src"] = numbers(3000, batch=100)
    made = flow(
        source("Src", {"n": I4}),
        transform("RowCount", "Rows", "Out", VariableName="User::n"),
        paths=[("Src.Out", "Rows.In")],
    )
    engine.run_data_flow(made, host)
    assert host.variables["User::n"][1] == 3000
