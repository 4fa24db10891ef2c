"""Typed properties and references."""

from __future__ import annotations

import pytest

from dtserve.dataflow import properties
from dtserve.dataflow.errors import BadProperty
from dtserve.package.model import PipelineProperty
from support.flows import props


def test_texts_numbers_truth_values_and_defaults():
    owner = props({"A": " 7 ", "Hex": "0x1F", "Real": "0.5", "Yes": "True", "No": "0", "Minus": "-1", "Empty": ""})
    assert properties.text(owner, "a") == " 7 "
    assert properties.text(owner, "missing", "d") == "d"
    assert properties.integer(owner, "A") == 7
    assert properties.integer(owner, "Hex") == 31
    assert properties.integer(owner, "Empty", 3) == 3
    assert properties.number(owner, "Real") == 0.5
    assert properties.number(owner, "missing", 1.5) == 1.5
    assert [properties.boolean(owner, name) for name in ("Yes", "No", "Minus", "missing")] == [True, False, True, False]
    assert properties.boolean(owner, "Empty", True) is True


@pytest.mark.parametrize(("reader", "value"), [("integer", "Maximum"), ("number", "x"), ("boolean", "maybe")])
def test_nonsense_is_refused_by_name(reader, value):
    with pytest.raises(BadProperty, match='Property "Kind" of "Agg" is not valid'):
        getattr(properties, reader)(props({"Kind": value}), "Kind", owner="Agg")


def test_arrays():
    owner = {"A": PipelineProperty("A", items=("x", "y")), "B": PipelineProperty("B", "z")}
    assert properties.items(owner, "A") == ("x", "y")
    assert properties.items(owner, "B") == ("z",)
    assert properties.items(owner, "C") == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [("#{a\\b.Columns[c]}", "a\\b.Columns[c]"), ("#54", "54"), ("54", "54"), ("0", ""), ("-1", ""), ("", "")],
)
def test_references(text, found):
    assert properties.reference(props({"Id": text}), "Id") == found


def test_references_inside_expressions():
    assert properties.references("[UPPER](#{a}) + #{b[x]} + #7") == ["a", "b[x]", "7"]
