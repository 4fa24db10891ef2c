"""The engine: phases, counts, errors, cancel, shutdown, back-pressure."""

from __future__ import annotations

import threading
import time

import polars as pl
import pytest

from dtserve.dataflow import engine, stage
from dtserve.dataflow.errors import ComponentFailed, DataFlowFailed
from dtserve.datatypes import DT, TypeSpec
from dtserve.errors import Canceled
from dtserve.package.model import Column, Component, Input, Output
from support.flows import I4, RecordingHost, flow, numbers, props, sink, source, transform, used, wstr


def threads() -> set[str]:
    return {t.name for t in threading.enumerate() if t.name.startswith(("SourceThread", "WorkThread"))}


def straight(*, rows: str = "Rows"):
    return flow(
        source("Src", {"n": I4}),
        transform("RowCount", "Rows", "Out", VariableName="User::n"),
        sink("Dst", {"n": "Src.n"}),
        paths=[("Src.Out", "Rows.In"), ("Rows.Out", "Dst.In")],
    )


def test_rows_arrive_in_order_and_are_counted(tmp_path):
    host = RecordingHost(tmp_path)
    host.variables["User::n"] = (TypeSpec(DT.I4), 0)
    host.frames["Src"] = numbers(10_500)
    engine.run_data_flow(straight(), host)
    assert host.table("Dst")["n"].to_list() == list(range(10_500))
    assert host.variables["User::n"][1] == 10_500
    assert host.rows == {"path1": 10_500, "path2": 10_500}
    assert sorted(host.closed) == ["Dst", "Src"]
    assert threads() == set()


def test_phases_are_posted_in_the_order_of_ssis(tmp_path):
    host = RecordingHost(tmp_path)
    host.variables["User::n"] = (TypeSpec(DT.I4), 0)
    host.frames["Src"] = numbers(10)
    engine.validate_data_flow(straight(), host)
    engine.run_data_flow(straight(), host)
    assert [(code, text) for kind, code, _, text in host.events if kind == "OnInformation"] == [
        (0x4004300A, "Validation phase is beginning."),
        (0x40043006, "Prepare for Execute phase is beginning."),
        (0x40043007, "Pre-Execute phase is beginning."),
        (0x4004300C, "Execute phase is beginning."),
        (0x40043008, "Post Execute phase is beginning."),
        (0x4004300B, '"Dst" wrote 10 rows.'),
        (0x40043009, "Cleanup phase is beginning."),
    ]
    assert {component for _, _, component, _ in host.events} == {"SSIS.Pipeline"}
    texts = [message for message, percent, _ in host.progress if percent == 100]
    assert texts == ["Validating", "Prepare for Execute", "Pre-Execute", "Post Execute", "Cleanup"]
    assert {phase for name, phase, _ in host.phases if name == "Src"} == {
        "Validate", "PreExecute", "PrimeOutput", "PostExecute",
    }  # fmt: skip


def test_empty_input_reaches_the_end(tmp_path):
    host = RecordingHost(tmp_path)
    host.variables["User::n"] = (TypeSpec(DT.I4), 7)
    host.frames["Src"] = []
    engine.run_data_flow(straight(), host)
    assert host.variables["User::n"][1] == 0
    assert host.rows == {}


def test_large_buffers_of_a_source_are_cut(tmp_path):
    host = RecordingHost(tmp_path)
    host.variables["User::n"] = (TypeSpec(DT.I4), 0)
    host.frames["Src"] = numbers(300_000, batch=300_000)
    engine.run_data_flow(straight(), host)
    heights = [frame.height for frame in host.sinks["Dst"]]
    assert max(heights) <= stage.MAX_ROWS
    assert sum(heights) == 300_000


def test_unused_columns_are_not_sent_and_reported(tmp_path):
    host = RecordingHost(tmp_path)
    host.frames["Src"] = [pl.DataFrame({"n": pl.Series([1], dtype=pl.Int32), "t": ["x"]})]
    wide = flow(source("Src", {"n": I4, "t": wstr()}), sink("Dst", {"n": "Src.n"}), paths=[("Src.Out", "Dst.In")])
    engine.validate_data_flow(wide, host)
    engine.run_data_flow(wide, host)
    (warning,) = [event for event in host.events if event[0] == "OnWarning"]
    assert warning[1] == 0x80047076
    assert 'The output column "t" (2) on output "Out"' in warning[3]
    assert host.sinks["Dst"][0].columns == ["n"]


def test_components_without_effect_are_left_out(tmp_path):
    host = RecordingHost(tmp_path)
    host.frames["Src"] = numbers(5)
    host.frames["Other"] = numbers(1)
    parts = (
        source("Src", {"n": I4}),
        transform("Multicast", "Cast", "A"),
        source("Other", {"n": I4}),
        sink("Dst", {"n": "Other.n"}),
    )
    paths = [("Src.Out", "Cast.In"), ("Other.Out", "Dst.In")]
    lost = flow(*parts, paths=paths)
    engine.validate_data_flow(lost, host)
    engine.run_data_flow(lost, host)
    assert sorted(host.codes("OnWarning")) == [0x8004706F, 0x800470AE]
    assert "Src" not in host.closed
    engine.run_data_flow(flow(*parts, paths=paths, runInOptimizedMode="false"), host)
    assert "Src" in host.closed


def test_a_flow_without_any_effect_runs_whole(tmp_path):
    host = RecordingHost(tmp_path)
    host.frames["Src"] = numbers(5)
    shown = flow(source("Src", {"n": I4}), transform("Multicast", "Cast", "A"), paths=[("Src.Out", "Cast.In")])
    engine.run_data_flow(shown, host)
    assert host.codes("OnWarning") == []
    assert host.rows == {"path1": 5}


def failing(tmp_path, error):
    host = RecordingHost(tmp_path)
    host.variables["User::n"] = (TypeSpec(DT.I4), 0)
    host.frames["Src"] = numbers(50_000, batch=100)
    host.sink_errors["Dst"] = error
    with pytest.raises(DataFlowFailed) as caught:
        engine.run_data_flow(straight(), host)
    return host, caught.value


def test_first_error_is_posted_as_ssis_does(tmp_path):
    host, failure = failing(tmp_path, ComponentFailed(component="Dst", detail="no space"))
    errors = [(code, component) for kind, code, component, _ in host.events if kind == "OnError"]
    assert errors[:3] == [(0xC0D51401, "Dst [3]"), (0xC0047022, "SSIS.Pipeline"), (0xC0047021, "SSIS.Pipeline")]
    assert set(errors[3:]) <= {(0xC0047039, "SSIS.Pipeline")}
    text = next(message for kind, code, _, message in host.events if code == 0xC0047022)
    assert 'on component "Dst" (3) failed with error code 0xC0D51401 while processing input "In" (0)' in text
    assert failure.component == "Dst"
    assert sorted(host.closed) == ["Dst", "Src"]
    assert threads() == set()


def test_an_undeclared_exception_becomes_an_internal_error_without_trace(tmp_path):
    host, failure = failing(tmp_path, KeyError("boom"))
    assert failure.error.symbol == "DTSERVE_E_INTERNAL"
    assert "Traceback" not in "".join(message for _, _, _, message in host.events)


def test_a_failing_source_reports_prime_output(tmp_path):
    def rows():
        yield from numbers(10)
        raise OSError("disk gone")

    host = RecordingHost(tmp_path)
    host.variables["User::n"] = (TypeSpec(DT.I4), 0)
    host.frames["Src"] = rows()
    with pytest.raises(DataFlowFailed):
        engine.run_data_flow(straight(), host)
    assert host.codes("OnError") == [0xC0D51401, 0xC0047038, 0xC0047021]
    assert threads() == set()


def endless():
    start = 0
    while True:
        yield numbers(1000, start=start)[0]
        start += 1000


def test_cancel_ends_within_a_second_and_leaves_no_thread(tmp_path):
    host = RecordingHost(tmp_path)
    host.variables["User::n"] = (TypeSpec(DT.I4), 0)
    host.frames["Src"] = endless()
    threading.Timer(0.3, host.cancel.set).start()
    started = time.monotonic()
    with pytest.raises(Canceled):
        engine.run_data_flow(straight(), host)
    assert time.monotonic() - started < 1.3
    assert threads() == set()
    assert sorted(host.closed) == ["Dst", "Src"]
    assert host.codes("OnError") == []


def test_queues_stay_bounded_before_a_slow_destination(tmp_path, monkeypatch):
    host = RecordingHost(tmp_path)
    host.variables["User::n"] = (TypeSpec(DT.I4), 0)
    host.sink_delay = 0.002
    host.frames["Src"] = numbers(20_000, batch=100)
    made = []
    built = stage.Stage._build

    def remember(self):
        built(self)
        made.extend(self.queues())

    monkeypatch.setattr(stage.Stage, "_build", remember)
    engine.run_data_flow(straight(), host)
    assert host.table("Dst").height == 20_000
    assert len(made) == 2
    assert all(1 <= queue.peak_items <= 4 for queue in made)


def test_row_counts_come_while_running(tmp_path, monkeypatch):
    monkeypatch.setattr("dtserve.dataflow.running.COUNT_SECONDS", 0.05)
    host = RecordingHost(tmp_path)
    host.variables["User::n"] = (TypeSpec(DT.I4), 0)
    host.sink_delay = 0.01
    host.frames["Src"] = numbers(3000, batch=100)
    engine.run_data_flow(straight(), host)
    assert len([1 for path, _ in host.reports if path == "path2"]) > 2
    assert host.rows["path2"] == 3000


def test_validation_names_every_broken_component(tmp_path):
    host = RecordingHost(tmp_path)
    broken = flow(
        source("Src", {"n": I4}),
        transform("RowCount", "Rows", "Out"),
        sink("Dst", {"n": "Src.gone"}),
        paths=[("Src.Out", "Rows.In"), ("Rows.Out", "Dst.In")],
    )
    with pytest.raises(DataFlowFailed):
        engine.validate_data_flow(broken, host)
    assert host.codes("OnError") == [0xC02020EE, 0xC004706B, 0xC0D51406, 0xC004706B, 0xC004700C]


def test_a_destination_without_path_is_reported(tmp_path):
    host = RecordingHost(tmp_path)
    host.frames["Src"] = numbers(1)
    alone = flow(
        source("Src", {"n": I4}),
        sink("A", {"n": "Src.n"}),
        sink("B", {"n": "Src.n"}),
        paths=[("Src.Out", "A.In")],
    )
    engine.validate_data_flow(alone, host)
    assert host.codes("OnWarning") == [0x800470AE]
    engine.run_data_flow(alone, host)
    assert host.table("A").height == 1


def test_an_unknown_component_is_refused_by_name(tmp_path):
    host = RecordingHost(tmp_path)
    foreign = Component("X", "My Component", "{123}", contact_info="Somebody; somewhere")
    with pytest.raises(DataFlowFailed) as caught:
        engine.validate_data_flow(flow(foreign, paths=[]), host)
    assert caught.value.error.symbol == "DTS_E_ERRORCOMPONENT"
    assert "Somebody" in caught.value.error.message
    known = Component("Y", "Cleanse", "x", part="DataCorrectionComponent")
    with pytest.raises(DataFlowFailed) as caught:
        engine.run_data_flow(flow(known, paths=[]), host)
    assert 'The component "Cleanse" (DataCorrectionComponent) is not supported' in caught.value.error.message


def union(inputs: int) -> Component:
    made = tuple(
        Input(f"U.In{i}", f"In{i}", (used(f"S{i}.n", properties=props({"OutputColumnLineageID": "U.n"})),))
        for i in range(inputs)
    )
    output = Output("U.Out", "Out", (Column("U.n", "U.n", "n", I4),))
    return Component("U", "U", "test", "UnionAll", inputs=made, outputs=(output,))


def test_many_sources_into_one_union(tmp_path):
    host = RecordingHost(tmp_path)
    sources = [source(f"S{i}", {"n": I4}) for i in range(4)]
    for i in range(4):
        host.frames[f"S{i}"] = numbers(5000, batch=100, start=i * 5000)
    engine.run_data_flow(
        flow(
            *sources,
            union(4),
            sink("Dst", {"n": "U.n"}),
            paths=[*((f"S{i}.Out", f"U.In{i}") for i in range(4)), ("U.Out", "Dst.In")],
        ),
        host,
    )
    assert sorted(host.table("Dst")["n"].to_list()) == list(range(20_000))
    assert sum(host.rows.values()) == 40_000


def test_islands_run_side_by_side(tmp_path):
    host = RecordingHost(tmp_path)
    host.sink_delay = 0.05
    components, paths = [], []
    for i in range(4):
        components += [source(f"S{i}", {"n": I4}), sink(f"D{i}", {"n": f"S{i}.n"})]
        paths.append((f"S{i}.Out", f"D{i}.In"))
        host.frames[f"S{i}"] = numbers(400, batch=100)
    started = time.monotonic()
    engine.run_data_flow(flow(*components, paths=paths), host)
    assert time.monotonic() - started < 0.6
    assert {name: host.table(name).height for name in host.sinks} == {f"D{i}": 400 for i in range(4)}
