"""Properties of components by the paths of property expressions."""

from __future__ import annotations

import pytest

from dtserve.dataflow.errors import BadProperty
from dtserve.dataflow.expressions import expression_text
from dtserve.dataflow.property_paths import with_property
from dtserve.datatypes import DT, TypeSpec
from dtserve.package.model import Column, Component, DataFlow, Input, Output
from support.flows import props

I4 = TypeSpec(DT.I4)


def flow():
    both = props({"Expression": "#{a} * 2", "FriendlyExpression": "a * 2"})
    stored = props({"Expression": "#{a} > 2"})
    columns = (Column("r", "r", "New.Col", I4, properties=both), Column("q", "q", "q", I4))
    outputs = (Output("o", "Case 1", columns, properties=stored), Output("p", "Out", columns, properties=both))
    inputs = (Input("i", "In", (Column("c", "c", "a", I4, properties=both),)),)
    made = Component(
        "x", "My.Comp", "", "ConditionalSplit", inputs=inputs, outputs=outputs, properties=props({"SqlCommand": "x"})
    )
    sort = Component("s", "Sort", "", "Sort")
    return DataFlow((made, sort), ())


def text_of(owner):
    return expression_text(owner.properties)


def test_a_property_of_a_component_and_its_own_fields():
    changed = with_property(flow(), "[My.Comp].[sqlcommand]", "select 1")
    assert changed.components[0].properties["SqlCommand"].value == "select 1"
    assert with_property(flow(), "[My.Comp].[Description]", "d").components[0].description == "d"
    assert with_property(flow(), "[My.Comp].[LocaleID]", "1031").components[0].locale_id == 1031
    with pytest.raises(BadProperty):
        with_property(flow(), "[My.Comp].[LocaleID]", "German")


def test_a_property_that_is_not_stored_but_known():
    changed = with_property(flow(), "[Sort].[MaximumThreads]", "3")
    assert changed.components[1].properties["MaximumThreads"].value == "3"


@pytest.mark.parametrize("path", ["[My.Comp].[Case 1].[FriendlyExpression]", "[My.Comp].[Case 1.FriendlyExpression]"])
def test_a_condition_takes_the_place_of_the_stored_one(path):
    changed = with_property(flow(), path, "a > 99").components[0]
    assert [text_of(output) for output in changed.outputs] == ["a > 99", "#{a} * 2"]


@pytest.mark.parametrize(
    "path",
    [
        "[My.Comp].[Out].[Columns].[New.Col].[FriendlyExpression]",
        "[My.Comp].[Out].[New.Col].[FriendlyExpression]",
        "[My.Comp].[Out.Columns[New.Col].FriendlyExpression]",
        "[My.Comp].[Out].[Columns[New.Col]].[FriendlyExpression]",
        "[My.Comp].[Out].[Columns[New.Col].FriendlyExpression]",
    ],
)
def test_an_expression_of_a_column_takes_the_place_of_the_stored_one(path):
    changed = with_property(flow(), path, "a * 99").components[0]
    assert text_of(changed.outputs[1].columns[0]) == "a * 99"
    assert text_of(changed.outputs[0].columns[0]) == "#{a} * 2"


def test_a_replaced_column():
    changed = with_property(flow(), "[My.Comp].[In].[a].[FriendlyExpression]", "a * 99").components[0]
    assert text_of(changed.inputs[0].columns[0]) == "a * 99"


@pytest.mark.parametrize(
    "path",
    [
        "[Other].[SqlCommand]", "[My.Comp].[Nothing]", "[My.Comp].[Case 1].[Nothing]", "[My.Comp].[Out].[q].[Nothing]",
        "[My.Comp].[Out].[q].[FriendlyExpression]", "[My.Comp]", "My.Comp.SqlCommand", "[My.Comp].[Out]",
    ],
)  # fmt: skip
def test_what_is_not_there(path):
    assert with_property(flow(), path, "x") is None
