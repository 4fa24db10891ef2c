"""The plan: lineage over renames, schemas, needs, islands, what is left out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dtserve.dataflow.errors import BadMetadata, ComponentMissing, UnsupportedComponent
from dtserve.dataflow.plan import make_plan, resolve_lineage
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


def test_a_rename_that_left_the_refid_is_resolved():
    made = source("S", {"a": I4})
    column = replace(made.outputs[0].columns[0], lineage_id="old name")
    made = replace(made, outputs=(replace(made.outputs[0], columns=(column,)),))
    resolved = resolve_lineage(flow(made, sink("D", {"a": "S.a"}), paths=[("S.Out", "D.In")]))
    assert resolved.components[1].inputs[0].columns[0].lineage_id == "old name"


def test_components_get_numbers_where_they_have_none():
    resolved = resolve_lineage(flow(replace(source("S", {}), number=40), sink("D", {}), paths=[]))
    assert [c.number for c in resolved.components] == [40, 2]


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
