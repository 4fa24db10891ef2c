"""Attributes of pipeline elements."""

import pytest
from lxml import etree

from dtserve.datatypes import DT, TypeSpec
from dtserve.package.errors import PersistenceError
from dtserve.package.reader.attributes import attributes, column_type, disposition, flag, number, pipeline_property


def test_values() -> None:
    values = attributes(etree.fromstring('<a xmlns:D="d" D:name="n" x="3" b="true" e="2" f="RedirectRow"/>'))
    assert values["name"] == "n"
    assert (number(values, "x"), number(values, "none")) == (3, 0)
    assert (flag(values, "b"), flag(values, "none", True)) == (True, True)
    assert [disposition(values, n) for n in ("e", "f", "none")] == ["RedirectRow", "RedirectRow", "NotUsed"]
    with pytest.raises(PersistenceError):
        number(values, "f")


def test_properties() -> None:
    plain = pipeline_property(
        etree.fromstring('<property name="P" containsID="true" dataType="System.Int32">5</property>'),
        lambda text: f"<{text}>",
    )
    assert (plain.value, plain.contains_id, plain.items) == ("<5>", True, None)
    array = pipeline_property(
        etree.fromstring('<property name="S" isArray="true"><arrayElements><arrayElement>a</arrayElement><arrayElement><![CDATA[<b>]]></arrayElement></arrayElements></property>'), None
    )  # fmt: skip
    assert array.items == ("a", "<b>")


def test_escaped_properties_are_decoded() -> None:
    text = '<property name="Delimiters" state="escaped">_x0020__x0009_,_x005B_</property>'
    assert pipeline_property(etree.fromstring(text), None).value == " \t,["
    assert pipeline_property(etree.fromstring(text.replace(' state="escaped"', "")), None).value.startswith("_x0020_")


@pytest.mark.parametrize("precision", [19, 10])
def test_money_of_ado_net_has_four_digits(precision: int) -> None:
    names = ("dataType", "length", "precision", "scale", "codePage")
    known = TypeSpec(DT.NUMERIC, precision=precision, scale=4)
    assert column_type(names, ("numeric", "", str(precision), "255", "")) == known
    assert column_type(names, ("numeric", "", str(precision), "2", "")) == known.with_(scale=2)
    assert column_type(names, ("str", "50", "", "", "1252")) == TypeSpec(DT.STR, length=50, code_page=1252)
    with pytest.raises(PersistenceError):
        column_type(names, ("number", "", "", "", ""))
