"""Declared properties."""

import enum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.controlflow import registry
from dtserve.controlflow.errors import PropertyNotFound, PropertyReadOnly, PropertyValueError
from dtserve.controlflow.properties import Property, PropertyBag, coerce


class Color(enum.IntEnum):
    DARK_RED = 1
    BLUE = 2


class Thing(PropertyBag):
    text = Property("Text", str, "none")
    number = Property("Number", int, 5, xml="Num", aliases=("Count",))
    flag = Property("Flag", bool, False)
    color = Property("Color", Color, Color.BLUE, prefixes=("Color_",))
    fixed = Property("Fixed", str, "x", read_only=True)


def test_stored_values_defaults_and_names() -> None:
    thing = Thing()
    thing.read_properties({"num": "7", "FLAG": "-1", "Color": "Color_DarkRed", "Other": "ignored"})
    assert (thing.text, thing.number, thing.flag, thing.color) == ("none", 7, True, Color.DARK_RED)
    thing.set_property("count", 8)
    thing.set_property("COLOR", "2")
    assert (thing.number, thing.get_property("Color")) == (8, Color.BLUE)
    for name, error in (("Nope", PropertyNotFound), ("Fixed", PropertyReadOnly)):
        with pytest.raises(error):
            thing.set_property(name, "x")


@pytest.mark.parametrize(
    ("value", "kind"), [("x", int), ("maybe", bool), ("Green", Color), (None, str), ("1.5x", float), (9, Color)]
)
def test_values_of_the_wrong_kind(value, kind) -> None:
    with pytest.raises(PropertyValueError):
        coerce(value, kind, "P")


@settings(max_examples=40, deadline=None)
@given(st.integers(-(2**40), 2**40), st.booleans(), st.text())
def test_typed_values_pass(number, flag, text) -> None:
    assert coerce(number, int, "P") == number
    assert coerce(str(number), int, "P") == number
    assert coerce(flag, bool, "P") is flag
    assert coerce(str(flag), bool, "P") is flag
    assert coerce(text, str, "P") == text


def test_every_part_declares_its_properties_with_a_text() -> None:
    classes = [registry.task_class(part) for part in registry.TASKS]
    classes += [registry.container_class(part) for part in registry.CONTAINERS]
    classes += [registry.enumerator_class(part) for part in registry.ENUMERATORS]
    assert None not in classes
    assert len(classes) >= 20
    for cls in classes:
        for each in cls.property_table.values():
            assert each.text, (cls, each.name)
