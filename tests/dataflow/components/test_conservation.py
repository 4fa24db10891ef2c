"""What every row-moving component keeps: no row is lost, none made, and sort and aggregate equal plain Python."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.dataflow import engine
from dtserve.dataflow.errors import DataFlowFailed
from dtserve.package.model import Column, Component, Input, Output
from support.flows import I4, I8, RecordingHost, flow, numbers, one_output, props, sink, source, transform, used

ROWS = st.lists(st.one_of(st.none(), st.integers(-20, 20)), max_size=60)
BATCH = st.integers(1, 25)
MODEST = settings(max_examples=15, deadline=None)


def frames(rows, batch):
    """Frames of a column ``n`` and of ``at``, the place of each row."""
    whole = pl.DataFrame({"n": pl.Series(rows, dtype=pl.Int32), "at": pl.Series(range(len(rows)), dtype=pl.Int32)})
    return [whole.slice(at, batch) for at in range(0, len(rows), batch)]


def run(tmp_path_factory, made, rows, batch):
    host = RecordingHost(tmp_path_factory.mktemp("flow"))
    host.frames["Src"] = frames(rows, batch)
    engine.run_data_flow(made, host)
    return host


def rows_of(host, *names):
    return [row for name in names for row in host.table(name).iter_rows()]


def branched(part, *outputs, sinks, **properties):
    """Source → one component with several outputs → a sink each."""
    middle = transform(part, "Mid", *outputs, **properties)
    return flow(
        source("Src", {"n": I4, "at": I4}),
        middle,
        *(sink(name, {"n": "Src.n", "at": "Src.at"}) for name in sinks),
        paths=[("Src.Out", "Mid.In"), *((f"Mid.{o}", f"{s}.In") for o, s in zip(outputs, sinks, strict=True))],
    )


def split_flow():
    made = branched("ConditionalSplit", "Low", "Even", "Rest", sinks=("A", "B", "C"))
    conditions = [
        {
            "FriendlyExpression": "ISNULL(n) || n < 0",
            "Expression": "ISNULL(#{Src.n}) || #{Src.n} < 0",
            "EvaluationOrder": 0,
        },
        {"FriendlyExpression": "n % 2 == 0", "Expression": "#{Src.n} % 2 == 0", "EvaluationOrder": 1},
        {"IsDefaultOut": True},
    ]
    middle = made.components[1]
    outputs = tuple(replace(o, properties=props(p)) for o, p in zip(middle.outputs, conditions, strict=True))
    into = replace(middle.inputs[0], columns=(used("Src.n"),))
    middle = replace(middle, inputs=(into,), outputs=outputs)
    return replace(made, components=(made.components[0], middle, *made.components[2:]))


@MODEST
@given(rows=ROWS, batch=BATCH)
def test_a_split_gives_each_row_to_one_output_in_order(tmp_path_factory, rows, batch):
    host = run(tmp_path_factory, split_flow(), rows, batch)
    numbered = [(n, at) for at, n in enumerate(rows)]
    assert rows_of(host, "A") == [r for r in numbered if r[0] is None or r[0] < 0]
    assert rows_of(host, "B") == [r for r in numbered if r[0] is not None and r[0] >= 0 and r[0] % 2 == 0]
    assert rows_of(host, "C") == [r for r in numbered if r[0] is not None and r[0] >= 0 and r[0] % 2]


@MODEST
@given(rows=ROWS, batch=BATCH)
def test_multicast_gives_every_row_to_every_output(tmp_path_factory, rows, batch):
    host = run(tmp_path_factory, branched("Multicast", "O1", "O2", "O3", sinks=("A", "B", "C")), rows, batch)
    assert all(rows_of(host, name) == [(n, at) for at, n in enumerate(rows)] for name in ("A", "B", "C"))


def union_flow():
    """Multicast → two inputs of a Union All → sink."""
    mapped = [
        Input(
            f"U.{name}",
            name,
            tuple(used(f"Src.{c}", properties=props({"OutputColumnLineageID": f"#{{U.{c}}}"})) for c in ("n", "at")),
        )
        for name in ("I1", "I2")
    ]
    made = tuple(Column(f"U.{c}", f"U.{c}", c, I4) for c in ("n", "at"))
    union = Component("U", "U", "test", "UnionAll", inputs=tuple(mapped), outputs=(Output("U.Out", "Out", made),))
    return flow(
        source("Src", {"n": I4, "at": I4}),
        transform("Multicast", "Mid", "O1", "O2"),
        union,
        sink("A", {"n": "U.n", "at": "U.at"}),
        paths=[("Src.Out", "Mid.In"), ("Mid.O1", "U.I1"), ("Mid.O2", "U.I2"), ("U.Out", "A.In")],
    )


@MODEST
@given(rows=ROWS, batch=BATCH)
def test_a_union_loses_and_makes_no_row(tmp_path_factory, rows, batch):
    host = run(tmp_path_factory, union_flow(), rows, batch)
    assert Counter(rows_of(host, "A")) == Counter({(n, at): 2 for at, n in enumerate(rows)})


@pytest.mark.parametrize("direction", [1, -1])
@MODEST
@given(rows=ROWS, batch=BATCH)
def test_sort_equals_a_stable_sort_with_null_lowest(tmp_path_factory, direction, rows, batch):
    columns = [
        Column(f"S.{c}", f"S.{c}", c, I4, properties=props({"SortColumnId": f"#{{Src.{c}}}"})) for c in ("n", "at")
    ]
    inputs = [
        used("Src.n", properties=props({"NewSortKeyPosition": direction, "NewComparisonFlags": 0})),
        used("Src.at", properties=props({"NewSortKeyPosition": 0})),
    ]
    made = one_output("Sort", "S", columns, inputs, EliminateDuplicates=False)
    host = run(tmp_path_factory, made, rows, batch)
    keyed = [(n, at) for at, n in enumerate(rows)]
    keyed.sort(key=lambda row: (row[0] is not None, row[0] or 0) if direction > 0 else (row[0] is None, -(row[0] or 0)))
    assert rows_of(host, "A") == keyed


@MODEST
@given(rows=ROWS, batch=BATCH)
def test_aggregate_equals_the_model(tmp_path_factory, rows, batch):
    kinds = {"n": (0, "Src.n", I4), "count": (2, "", I8), "sum": (4, "Src.at", I8)}
    columns = [
        Column(
            f"G.{c}", f"G.{c}", c, spec,
            properties=props({"AggregationType": kind, "AggregationColumnId": f"#{{{source}}}" if source else 0}),
        )
        for c, (kind, source, spec) in kinds.items()
    ]  # fmt: skip
    made = one_output("Aggregate", "G", columns, [used("Src.n"), used("Src.at")])
    host = run(tmp_path_factory, made, rows, batch)
    expected: dict[int | None, list[int]] = {}
    for at, n in enumerate(rows):
        expected.setdefault(n, []).append(at)
    assert rows_of(host, "A") == [(n, len(places), sum(places)) for n, places in expected.items()]


@MODEST
@given(rows=ROWS, batch=BATCH, percent=st.integers(0, 100), seed=st.integers(0, 3))
def test_percentage_sampling_gives_each_row_to_one_output(tmp_path_factory, rows, batch, percent, seed):
    made = sampled(branched("PctSampling", "Yes", "No", sinks=("A", "B"), SamplingValue=percent, SamplingSeed=seed))
    host = run(tmp_path_factory, made, rows, batch)
    assert sorted(at for _, at in rows_of(host, "A", "B")) == list(range(len(rows)))
    assert all(places(host, name) == sorted(places(host, name)) for name in ("A", "B"))
    if percent in (0, 100):
        assert len(rows_of(host, "A")) == (len(rows) if percent else 0)


def sampled(made):
    """The first output selected, the second not."""
    middle = made.components[1]
    first, second = middle.outputs
    outputs = (
        replace(first, properties=props({"Selected": True})),
        replace(second, properties=props({"Selected": False})),
    )
    return replace(made, components=(made.components[0], replace(middle, outputs=outputs), *made.components[2:]))


def places(host, name):
    return [at for _, at in rows_of(host, name)]


def row_sampling(value, seed):
    outputs = tuple(
        Output(
            f"R.{name}", name,
            tuple(
                Column(f"R.{name}.{c}", f"R.{name}.{c}", c, I4, properties=props({"InputColumnLineageID": f"#{{Src.{c}}}"}))
                for c in ("n", "at")
            ),
            properties=props({"Selected": selected}),
        )
        for name, selected in (("Yes", True), ("No", False))
    )  # fmt: skip
    inputs = (Input("R.In", "In", (used("Src.n"), used("Src.at"))),)
    made = Component(
        "R", "R", "test", "RowSampling",
        properties=props({"SamplingValue": value, "SamplingSeed": seed}), inputs=inputs, outputs=outputs,
    )  # fmt: skip
    return flow(
        source("Src", {"n": I4, "at": I4}),
        made,
        *(sink(s, {"n": f"R.{o}.n", "at": f"R.{o}.at"}) for s, o in (("A", "Yes"), ("B", "No"))),
        paths=[("Src.Out", "R.In"), ("R.Yes", "A.In"), ("R.No", "B.In")],
    )


@MODEST
@given(rows=ROWS, batch=BATCH, value=st.integers(1, 70), seed=st.integers(0, 3))
def test_row_sampling_selects_exactly_so_many(tmp_path_factory, rows, batch, value, seed):
    host = run(tmp_path_factory, row_sampling(value, seed), rows, batch)
    assert len(rows_of(host, "A")) == min(value, len(rows))
    assert Counter(rows_of(host, "A", "B")) == Counter((n, at) for at, n in enumerate(rows))
    assert all(places(host, name) == sorted(places(host, name)) for name in ("A", "B"))


@pytest.mark.parametrize("part", ["rows", "percent"])
def test_a_seed_repeats_its_sample_whatever_the_buffers(tmp_path_factory, part):
    found = []
    for batch in (7, 100):
        if part == "rows":
            made = row_sampling(30, 5)
        else:
            made = sampled(branched("PctSampling", "Yes", "No", sinks=("A", "B"), SamplingValue=30, SamplingSeed=5))
        found.append(places(run(tmp_path_factory, made, list(range(500)), batch), "A"))
    assert found[0] == found[1]
    assert found[0]


@pytest.mark.parametrize(("value", "percent"), [({}, 10), ({"SamplingValue": ""}, 10), ({"SamplingValue": 1}, 1)])
def test_percentages_are_kept_nearly(tmp_path_factory, value, percent):
    made = sampled(branched("PctSampling", "Yes", "No", sinks=("A", "B"), **value))
    found = len(rows_of(run(tmp_path_factory, made, [0] * 40_000, 10_000), "A"))
    assert abs(found - 400 * percent) < 400


@pytest.mark.parametrize(("part", "value"), [("RowSampling", 0), ("PctSampling", 101), ("PctSampling", -1)])
def test_senseless_sizes_of_a_sample_are_refused(tmp_path, part, value):
    host = RecordingHost(tmp_path)
    host.frames["Src"] = numbers(5)
    if part == "RowSampling":
        made = row_sampling(value, 0)
    else:
        made = sampled(branched(part, "Yes", "No", sinks=("A", "B"), SamplingValue=value))
    with pytest.raises(DataFlowFailed):
        engine.validate_data_flow(made, host)
    assert host.codes("OnError")
