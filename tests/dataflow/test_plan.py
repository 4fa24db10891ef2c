"""The plan: lineage over renames, schemas, needs, islands, what is left out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dtserve.dataflow.errors import BadMetadata, ComponentMissing, UnsupportedComponent
from dtserve.dataflow.plan import make_plan
from dtserve.package.model import Column, Component
from support.flows import I4, flow, sink, source, transform, used, wstr


def chain(*, wanted=("a",)):
    copy = transform("CopyMap", "Copy", "Out", inputs=[used("S.b")])
    out = replace(copy.outputs[0], columns=(Column("Copy.c", "Copy.c", "c", I4),))
    return flow(
        source("S", {"a": I4, "b": I4, "t": wstr(9)}),
        replace(copy, outputs=(out,)),
        sink("D", {name: f"S.{name}" for name in wanted}),
        paths=[("S.Out", "Copy.In"), ("Copy.Out", "D.In")],
    )


def test_schemas_run_forward_and_needs_backward():
    plan = make_plan(chain())
    first, second = plan.paths
    assert list(first.available) == ["S.a", "S.b", "S.t"]
    assert list(first.schema) == ["S.a", "S.b"]
    assert list(second.available) == ["S.a", "S.b", "Copy.c"]
    assert list(second.schema) == ["S.a"]
    assert {u.column.name for u in plan.unused} == {"t", "c"}


@pytest.mark.parametrize("name", ["runInOptimizedMode", "RunInOptimizedMode"])
@pytest.mark.parametrize(("stored", "sent"), [("false", 3), ("0", 3), ("False", 3), ("true", 2), ("1", 2)])
def test_without_optimisation_columns_that_nobody_reads_travel_and_are_reported(name, stored, sent):
    plan = make_plan(replace(chain(), properties={name: stored}))
    assert [len(path.schema) for path in plan.paths] == ([3, 4] if sent == 3 else [2, 1])
    assert {u.column.name for u in plan.unused} == {"t", "c"}


def test_explain_is_plain_data():
    told = make_plan(chain()).explain()
    assert [c["name"] for c in told["components"]] == ["S", "Copy", "D"]
    assert told["paths"][0] == {
        "path": "path1",
        "from": "S.Out",
        "to": "Copy.In",
        "columns": {"S.a": "DT_I4", "S.b": "DT_I4"},
        "dropped": ["S.t"],
    }
    assert told["islands"] == [["S", "Copy", "D"]]
    assert told["removed"] == []


def test_islands_and_order():
    plan = make_plan(
        flow(
            sink("D1", {"a": "S1.a"}),
            sink("D2", {"a": "S2.a"}),
            source("S2", {"a": I4}),
            source("S1", {"a": I4}),
            paths=[("S1.Out", "D1.In"), ("S2.Out", "D2.In")],
        )
    )
    assert sorted(sorted(island) for island in plan.islands) == [["D1", "S1"], ["D2", "S2"]]
    names = [c.name for c in plan.components]
    assert names.index("S1") < names.index("D1")
    assert names.index("S2") < names.index("D2")


def test_what_has_no_effect_is_left_out_unless_optimisation_is_off():
    parts = (
        source("S", {"a": I4}), transform("Multicast", "M", "A"), source("T", {"a": I4}), sink("D", {"a": "T.a"}),
    )  # fmt: skip
    paths = [("S.Out", "M.In"), ("T.Out", "D.In")]
    assert [c.name for c in make_plan(flow(*parts, paths=paths)).removed] == ["S", "M"]
    assert make_plan(flow(*parts, paths=paths, runInOptimizedMode="False")).removed == ()
    assert make_plan(flow(*parts[:2], paths=paths[:1])).removed == ()


@pytest.mark.parametrize(
    ("paths", "text"),
    [
        ([("S.Out", "nowhere")], "does not join"),
        ([("S.Out", "D.In"), ("S.Out", "E.In")], "two paths leave"),
        ([("S.Out", "D.In"), ("T.Out", "D.In")], "two paths lead"),
    ],
)
def test_paths_that_make_no_sense(paths, text):
    parts = (source("S", {"a": I4}), source("T", {"a": I4}), sink("D", {}), sink("E", {}))
    with pytest.raises(BadMetadata, match=text):
        make_plan(flow(*parts, paths=paths))


def test_a_circle_is_refused():
    parts = (transform("Multicast", "A", "X", "Y"), transform("RowCount", "B", "X"), sink("D", {}))
    with pytest.raises(BadMetadata, match="leads back"):
        make_plan(flow(*parts, paths=[("A.X", "B.In"), ("B.X", "A.In"), ("A.Y", "D.In")]))


def test_components_that_cannot_run_are_named():
    with pytest.raises(UnsupportedComponent, match="Analysis Services"):
        make_plan(flow(Component("Q", "Query", "x", part="PXPipelineDMQuery"), paths=[]))
    with pytest.raises(ComponentMissing, match="Acme"):
        make_plan(flow(Component("Q", "Query", "x", contact_info="Acme"), paths=[]))
