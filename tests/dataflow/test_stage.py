"""The threads of an island: several inputs, error rows of destinations, no lock-up."""

from __future__ import annotations

import threading
import time

import polars as pl
import pytest

from dtserve.dataflow import engine, stage
from dtserve.dataflow.base import BlockingTransform, Destination
from dtserve.dataflow.errors import ComponentFailed, DataFlowFailed
from dtserve.dataflow.registry import component
from dtserve.errors import Canceled
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


@component("TestLast")
class Last(BlockingTransform):
    """Keeps its rows until the end, where it does as the host's ``ending`` says before each of them goes."""

    def start(self):
        self.rows = []

    def process(self, input_ref, frame):
        self.rows.append(frame)
        return ()

    def finish(self):
        name = self.model.name
        for frame in self.rows:
            self.host.ending(name)
            yield self.output().ref_id, frame.select(pl.first().alias(f"{name}.n"))


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


def two_ends(tmp_path, monkeypatch, ending, **settings):
    """One source behind which ``X`` and ``Y`` keep all rows until its end."""
    monkeypatch.setattr(stage, "cores", lambda: 2)
    host = RecordingHost(tmp_path, **settings)
    host.ending = ending
    host.frames["Src"] = numbers(3000, batch=100)

    def last(name):
        into, out = Input(f"{name}.In", "In", (used("Src.n"),)), Column(f"{name}.n", f"{name}.n", "n", I4)
        return Component(name, name, "", "TestLast", inputs=(into,), outputs=(Output(f"{name}.Out", "Out", (out,)),))

    return host, flow(
        source("Src", {"n": I4}),
        transform("Multicast", "M", "A", "B"),
        last("X"),
        last("Y"),
        sink("A", {"n": "X.n"}),
        sink("B", {"n": "Y.n"}),
        paths=[("Src.Out", "M.In"), ("M.A", "X.In"), ("M.B", "Y.In"), ("X.Out", "A.In"), ("Y.Out", "B.In")],
    )


def left():
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("WorkThread")]


def test_components_end_side_by_side(tmp_path, monkeypatch):
    together = threading.Barrier(2, timeout=10)
    host, made = two_ends(tmp_path, monkeypatch, lambda name: together.wait())
    engine.run_data_flow(made, host)
    assert host.table("A")["n"].to_list() == host.table("B")["n"].to_list() == list(range(3000))
    assert host.rows == {f"path{number}": 3000 for number in range(1, 6)}
    assert not left()


def test_with_a_memory_limit_they_end_in_the_row_stage(tmp_path, monkeypatch):
    seen = set()
    host, made = two_ends(
        tmp_path, monkeypatch, lambda name: seen.add(threading.current_thread().name), memory_limit=2**30
    )
    engine.run_data_flow(made, host)
    assert seen == {"WorkThread0"}
    assert host.table("A")["n"].to_list() == list(range(3000))


@pytest.mark.parametrize("bad", ["X", "Y"])
def test_a_failure_at_the_end_of_one_is_its_own_and_ends_the_other(tmp_path, monkeypatch, bad):
    given = {"X": 0, "Y": 0}

    def ending(name):
        given[name] += 1
        if name == bad and given[name] == 3:
            raise ComponentFailed(component=name, detail="no more")
        time.sleep(0.01)

    host, made = two_ends(tmp_path, monkeypatch, ending)
    with pytest.raises(DataFlowFailed) as caught:
        engine.run_data_flow(made, host)
    assert caught.value.error.message == ComponentFailed(component=bad, detail="no more").message
    assert host.codes("OnError")[:2] == [0xC0D51401, 0xC0047022]
    assert given["Y" if bad == "X" else "X"] < 30
    assert not left()


def test_a_stop_while_components_end(tmp_path, monkeypatch):
    host, made = two_ends(tmp_path, monkeypatch, lambda name: time.sleep(0.05))
    threading.Timer(0.3, host.cancel.set).start()
    started = time.monotonic()
    with pytest.raises(Canceled):
        engine.run_data_flow(made, host)
    assert time.monotonic() - started < 1.3
    assert host.codes("OnError") == []
    assert not left()
