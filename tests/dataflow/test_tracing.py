"""The custom log entries of a data flow and their texts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dtserve.dataflow import engine
from dtserve.dataflow.errors import ComponentFailed, DataFlowFailed
from dtserve.dataflow.tracing import engine_threads
from dtserve.package.model import Column, Component, DataFlow, Input, Output
from support.flows import I4, RecordingHost, flow, numbers, props, sink, source, transform, used, wstr

TREES = """\
Begin Path 0
    output "Out" (11); component "Src" (1)
    input "In" (21); component "M" (2)
    output "A" (22); component "M" (2)
    input "In" (31); component "S" (3)
    output "B" (23); component "M" (2)
    input "In" (51); component "E" (5)
End Path 0
Begin Path 1
    output "Out" (32); component "S" (3)
    input "In" (41); component "D" (4)
End Path 1"""

PLAN = """\
SourceThread0
    Drives: 1
    Influences: 2 3 4 5
    Output Work List
        CreatePrimeBuffer of type 0 for output ID 11.
        SetBufferListener: "WorkThread0" for input ID 21
        CallPrimeOutput on component "Src" (1)
    End Output Work List
End SourceThread0
WorkThread0
    Drives: 2 3
    Influences:
    Input Work List, input ID 21 (1 EORs Expected)
        CallProcessInput on input ID 21 on component "M" (2)
    End Input Work List for input 21
    Input Work List, input ID 31 (1 EORs Expected)
        CallProcessInput on input ID 31 on component "S" (3)
    End Input Work List for input 31
    Output Work List
        CreatePrimeBuffer of type 1 for output ID 32.
        SetBufferListener: "WorkThread0" for input ID 41
        CallPrimeOutput on component "S" (3)
    End Output Work List
End WorkThread0
WorkThread0-D
    Drives: 4
    Influences:
    Input Work List, input ID 41 (1 EORs Expected)
        CallProcessInput on input ID 41 on component "D" (4)
    End Input Work List for input 41
End WorkThread0-D
WorkThread0-E
    Drives: 5
    Influences:
    Input Work List, input ID 51 (1 EORs Expected)
        CallProcessInput on input ID 51 on component "E" (5)
    End Input Work List for input 51
End WorkThread0-E"""


def numbered(component: Component, number: int) -> Component:
    """With the numbers of packages up to 2008: 3 is the component, 31 its first end, 32 the next."""
    ends = iter(range(number * 10 + 1, number * 10 + 10))
    return replace(
        component,
        number=number,
        inputs=tuple(replace(i, number=next(ends)) for i in component.inputs),
        outputs=tuple(replace(o, number=next(ends)) for o in component.outputs),
    )


def sorting() -> DataFlow:
    """Source → Multicast → Sort → D, and straight to E."""
    column = Column("S.n", "S.n", "n", I4, properties=props({"SortColumnId": "#{Src.n}"}))
    into = Input("S.In", "In", (used("Src.n", properties=props({"NewSortKeyPosition": 1})),))
    sort = Component("S", "S", "", "Sort", inputs=(into,), outputs=(Output("S.Out", "Out", (column,)),))
    parts = [
        source("Src", {"n": I4}),
        transform("Multicast", "M", "A", "B"),
        sort,
        sink("D", {"n": "S.n"}),
        sink("E", {"n": "Src.n"}),
    ]
    return flow(
        *(numbered(part, number) for number, part in enumerate(parts, start=1)),
        paths=[("Src.Out", "M.In"), ("M.A", "S.In"), ("M.B", "E.In"), ("S.Out", "D.In")],
    )


def run(tmp_path, made: DataFlow) -> RecordingHost:
    host = RecordingHost(tmp_path)
    host.frames["Src"] = numbers(10)
    engine.run_data_flow(made, host)
    return host


def texts(host: RecordingHost, entry: str) -> list[str]:
    return [message for found, message in host.traces if found == entry]


def test_trees_and_plan_name_every_thread(tmp_path):
    host = run(tmp_path, sorting())
    assert texts(host, "PipelineExecutionTrees") == [TREES]
    assert texts(host, "PipelineExecutionPlan") == [PLAN]


def test_each_component_is_primed_and_each_input_ends_once(tmp_path):
    host = run(tmp_path, sorting())
    assert sorted(texts(host, "OnPipelinePrePrimeOutput")) == [
        "PrimeOutput will be called on a component. : 1 : Src",
        "PrimeOutput will be called on a component. : 3 : S",
    ]
    assert "A component has returned from its PrimeOutput call. : 1 : Src" in texts(host, "OnPipelinePostPrimeOutput")
    ends = ["2 : M : 21 : In", "3 : S : 31 : In", "4 : D : 41 : In", "5 : E : 51 : In"]
    before = "A component will be given the end of rowset signal. : "
    after = "A component has finished processing all of its rows. : "
    assert sorted(texts(host, "OnPipelinePreEndOfRowset")) == [before + end for end in ends]
    assert sorted(texts(host, "OnPipelinePostEndOfRowset")) == [after + end for end in ends]
    entries = [entry for entry, _ in host.traces]
    assert entries.index("PipelineExecutionPlan") < entries.index("OnPipelinePrePrimeOutput")


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({}, ["The default buffer size is 10485760 bytes.", "Buffers will have 10000 rows by default."]),
        (
            {"defaultBufferSize": "2048", "defaultBufferMaxRows": "100", "runInOptimizedMode": "false"},
            ["The default buffer size is 2048 bytes.", "Buffers will have 100 rows by default."],
        ),
    ],
)
def test_settings_are_told(tmp_path, properties, expected):
    host = run(tmp_path, replace(sorting(), properties=properties))
    found = texts(host, "PipelineInitialization")
    assert found[2:4] == expected
    assert ("property is set to false" in found[4]) == ("runInOptimizedMode" in properties)


def test_wide_rows_make_short_buffers(tmp_path):
    wide = flow(
        source("Src", {"n": I4, "text": wstr(4000)}),
        sink("D", {"n": "Src.n", "text": "Src.text"}),
        paths=[("Src.Out", "D.In")],
    )
    host = RecordingHost(tmp_path)
    host.frames["Src"] = []
    engine.run_data_flow(wide, host)
    (only,) = texts(host, "BufferSizeTuning")
    assert only.startswith("Rows in buffer type 0 would cause a buffer size greater than the configured maximum.")


def test_what_failed_has_no_end(tmp_path):
    host = RecordingHost(tmp_path)
    host.frames["Src"] = numbers(10)
    host.sink_errors["E"] = ComponentFailed(component="E", detail="full")
    with pytest.raises(DataFlowFailed):
        engine.run_data_flow(sorting(), host)
    assert not [end for end in texts(host, "OnPipelinePostEndOfRowset") if " : E : " in end]


@pytest.mark.parametrize(
    ("text", "most"), [("", 10), ("5", 5), ("1", 3), ("0", 3), ("-1", 10), ("ten", 10), ("40", 40)]
)
def test_engine_threads_are_a_bound_of_three_at_least(text, most):
    assert engine_threads(DataFlow((), (), {"engineThreads": text})) == most
