"""Expressions of components: bindings by lineage id, name, component and name; variables of the host."""

from __future__ import annotations

import polars as pl
import pytest

from dtserve.dataflow.components.multicast import Multicast
from dtserve.dataflow.errors import BadProperty
from dtserve.dataflow.expressions import bindings, compile_expression, expression_text, readable
from dtserve.datatypes import DT, TypeSpec
from dtserve.package.model import Component, Input
from support.flows import I4, RecordingHost, props, used, wstr

LINEAGE = "Package\\T\\Src.Outputs[Out].Columns[a]"


@pytest.fixture
def component(tmp_path):
    host = RecordingHost(tmp_path)
    host.variables["User::x"] = (TypeSpec(DT.I4), 5)
    model = Component("M", "M", "", "Multicast", inputs=(Input("M.In", "In", (used(LINEAGE, name="a"),)),))
    return Multicast(model, host, {"M.In": {LINEAGE: I4, "S.hidden": wstr(5)}})


def test_bindings(component):
    first, second = bindings(component, "M.In")
    assert first.names == (LINEAGE, "a", f"in:{LINEAGE}", "Src.a")
    assert second.names == ("S.hidden",)


@pytest.mark.parametrize("text", [f"#{{{LINEAGE}}} + @[User::x]", "a + @[User::x]", "[Src].[a] + @[User::x]"])
def test_ways_to_name_a_column(component, text):
    compiled = compile_expression(component, "M.In", text, "col")
    frame = pl.DataFrame({LINEAGE: pl.Series([1, None], dtype=pl.Int32), "S.hidden": ["x", "y"]})
    assert compiled.evaluate(frame).values.to_list() == [6, None]


def test_the_expression_or_its_friendly_form():
    assert expression_text(props({"Expression": "1", "FriendlyExpression": "2"})) == "1"
    assert expression_text(props({"Expression": " ", "FriendlyExpression": "2"})) == "2"


def test_an_expression_is_needed(component):
    with pytest.raises(BadProperty, match='"col" has no expression'):
        compile_expression(component, "M.In", "", "col")


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        (f"#{{{LINEAGE}}} + @[User::x]", "[a] + @[User::x]"),
        (f'[FINDSTRING](#{{{LINEAGE}}},"[UPPER](x",1) == 1', 'FINDSTRING([a],"UPPER(x",1) == 1'),
        ("a > [b]", "a > [b]"),
        ("#15 > 5", "#15 > 5"),
    ],
)
def test_messages_show_expressions_as_they_were_written(stored, shown):
    assert readable(stored) == shown
