"""What rules of properties take and refuse."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dtserve.dataflow.errors import BadProperty
from dtserve.dataflow.property_rules import RULES, Bits, Choice, Real, Truth, Whole, check_properties, owners
from dtserve.dataflow.registry import MODULES
from dtserve.datatypes import DT, TypeSpec
from dtserve.package.model import Column, Component, ExternalColumn, Input, Output, PipelineProperty

GOOD = [
    (Truth(), ("true", "False", "1", "0", "-1", "", " true ")),
    (Whole(0, 5), ("0", "5", "", "+3", "0x5", " 4 ")),
    (Choice((1, 3)), ("1", "3", "")),
    (Bits((1, 4)), ("0", "1", "4", "5", "")),
    (Real(0, 1), ("0", "1", ".5", "5e-1", "0.25", "")),
]
BAD = [
    (Truth(), ("yes", "2", "tru")),
    (Whole(0, 5), ("-1", "6", "x", "1.0", "1_0", "١")),
    (Choice((1, 3)), ("2", "0", "1,3")),
    (Bits((1, 4)), ("2", "-1", "7", "a")),
    (Real(0, 1), ("1.01", "-0.01", "nan", "inf", "0,5", "1_0")),
]


def owned(value):
    return {"P": PipelineProperty("P", value)}


@pytest.mark.parametrize(("rule", "value"), [(rule, value) for rule, values in GOOD for value in values])
def test_it_takes(rule, value):
    assert rule.check(owned(value), "P", "C") is None


@pytest.mark.parametrize(("rule", "value"), [(rule, value) for rule, values in BAD for value in values])
def test_it_refuses(rule, value):
    with pytest.raises(BadProperty) as caught:
        rule.check(owned(value), "P", "C")
    assert 'Property "P" of "C"' in caught.value.message


PLACES = ["component", "input", "inputColumn", "externalMetadataColumn", "output", "outputColumn"]


def aggregate(wrong):
    """An Aggregate with IsBig everywhere, in one place with a wrong value."""

    def at(place):
        return {"iSbIg": PipelineProperty("iSbIg", "9" if place == wrong else "1")}

    kind = TypeSpec(DT.I4)
    external = ExternalColumn("e", "e", kind, at("externalMetadataColumn"))
    into = Input("i", "In", (Column("c", "c", "c", kind, properties=at("inputColumn")),), (external,))
    output = Output("o", "Out", (Column("d", "d", "d", kind, properties=at("outputColumn")),), properties=at("output"))
    into = replace(into, properties=at("input"))
    return Component("x", "X", "", "Aggregate", inputs=(into,), outputs=(output,), properties=at("component"))


def test_everything_in_a_component_is_looked_at():
    assert [place for place, _ in owners(aggregate(""))] == PLACES
    check_properties(aggregate(""))
    for place in PLACES:
        with pytest.raises(BadProperty, match='"iSbIg" of "X"'):
            check_properties(aggregate(place))


def test_rules_are_for_components_that_exist():
    assert set(RULES) <= set(MODULES)
