"""Lineage over renames: input columns, properties, expressions; names that are stale."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from lxml import etree

from dtserve.dataflow import engine
from dtserve.dataflow.lineage import resolve_lineage
from dtserve.package.model import Column, Executable, PipelineProperty
from dtserve.package.reader.pipeline import read_data_flow
from support.flows import I4, RecordingHost, flow, one_output, sink, source


def renamed(**lineages):
    """A source of columns by refId ``S.<name>`` with other lineage ids."""
    made = source("S", dict.fromkeys(lineages, I4))
    columns = tuple(replace(c, lineage_id=lineages[c.name]) for c in made.outputs[0].columns)
    return replace(made, outputs=(replace(made.outputs[0], columns=columns),))


def test_an_input_column_that_names_the_refid():
    resolved = resolve_lineage(flow(renamed(a="old name"), sink("D", {"a": "S.a"}), paths=[("S.Out", "D.In")]))
    assert resolved.components[1].inputs[0].columns[0].lineage_id == "old name"


def test_a_lineage_id_comes_before_a_refid():
    swapped = flow(renamed(a="S.b", b="S.a"), sink("D", {"a": "S.a", "b": "S.b"}), paths=[("S.Out", "D.In")])
    assert [c.lineage_id for c in resolve_lineage(swapped).components[1].inputs[0].columns] == ["S.a", "S.b"]


def test_components_get_numbers_where_they_have_none():
    resolved = resolve_lineage(flow(replace(source("S", {}), number=40), sink("D", {}), paths=[]))
    assert [c.number for c in resolved.components] == [40, 2]


@pytest.mark.parametrize(
    ("stored", "meant"),
    [
        (PipelineProperty("Expression", "#{S.a} + #{S.b} + #{S.c}"), "#{old a} + #{S.b} + #{S.c}"),
        (PipelineProperty("ParameterMap", "#{S.a};#{S.a};"), "#{old a};#{old a};"),
        (PipelineProperty("SortColumnId", "S.a", contains_id=True), "old a"),
        (PipelineProperty("Text", "S.a"), "S.a"),
    ],
)
def test_references_in_properties(stored, meant):
    made = flow(renamed(a="old a", b="S.b"), sink("D", {"a": "S.a"}), paths=[("S.Out", "D.In")])
    target = made.components[1]
    column = replace(target.inputs[0].columns[0], properties={"P": stored})
    into = replace(target.inputs[0], columns=(column,), properties={"P": stored})
    target = replace(target, inputs=(into,), properties={"P": stored})
    found = resolve_lineage(replace(made, components=(made.components[0], target))).components[1]
    owners = (found, found.inputs[0], found.inputs[0].columns[0])
    assert [owner.properties["P"].value for owner in owners] == [meant] * 3


def test_an_aggregate_over_renamed_columns(tmp_path):
    def column(name, kind, of):
        stored = {
            "AggregationType": PipelineProperty("AggregationType", str(kind)),
            "AggregationColumnId": PipelineProperty("AggregationColumnId", f"#{{Src.{of}}}", contains_id=True),
        }
        return Column(f"G.{name}", f"G.{name}", name, I4, properties=stored)

    inputs = [Column(f"G.In.{c}", f"Src.{c}", c, I4) for c in ("n", "at")]
    made = one_output("Aggregate", "G", [column("n", 0, "n"), column("most", 7, "at")], inputs)
    first, *others = made.components
    columns = tuple(replace(c, lineage_id=f"before {c.name}") for c in first.outputs[0].columns)
    first = replace(first, outputs=(replace(first.outputs[0], columns=columns),))
    host = RecordingHost(tmp_path)
    frame = pl.DataFrame({"n": [1, 1, 2], "at": [4, 9, 3]}, schema={"n": pl.Int32, "at": pl.Int32})
    host.frames["Src"] = [frame]
    engine.run_data_flow(replace(made, components=(first, *others)), host)
    assert host.table("A").rows() == [(1, 9), (2, 3)]


PIPELINE = """<pipeline version='1'><components>
 <component refId='P\\T\\S' name='S' componentClassID='TestSource'><outputs><output refId='P\\T\\S.O' name='O'><outputColumns>
  <outputColumn refId='P\\T\\S.O.Columns[new]' lineageId='P\\T\\S.O.Columns[old]' name='new' dataType='i4'/>
 </outputColumns></output></outputs></component>
 <component refId='P\\T\\D' name='D' componentClassID='TestSink'><inputs><input refId='P\\T\\D.I' name='I'><inputColumns>
  <inputColumn refId='P\\T\\D.I.Columns[old]' lineageId='{lineage}' cachedName='old' {own}/>
 </inputColumns></input></inputs></component></components></pipeline>"""


@pytest.mark.parametrize(
    ("lineage", "own", "name"),
    [
        ("P\\T\\S.O.Columns[old]", "", "new"),
        ("P\\T\\S.O.Columns[new]", "", "new"),
        ("P\\T\\S.O.Columns[old]", "name='alias'", "alias"),
        ("P\\T\\S.O.Columns[gone]", "", "old"),
    ],
)
def test_an_input_column_has_the_name_its_producer_has_now(lineage, own, name):
    pipeline = etree.fromstring(PIPELINE.replace("{lineage}", lineage).replace("{own}", own))
    read = read_data_flow(Executable("T", "{0}", "P\\T", "Microsoft.Pipeline", "Pipeline", object_data=pipeline))
    assert read is not None
    column = read.components[1].inputs[0].columns[0]
    assert (column.name, column.ref_id) == (name, "P\\T\\D.I.Columns[old]")
