"""Properties as children or attributes, and the spellings of booleans and numbers."""

import pytest
from lxml import etree

from dtserve.package.errors import PersistenceError
from dtserve.package.reader.elements import (
    child_elements,
    convert,
    gather,
    property_expressions,
    text_of,
    to_bool,
    to_int,
)

NS = 'xmlns:DTS="www.microsoft.com/SqlServer/Dts"'


def element(text: str) -> etree._Element:
    return etree.fromstring(text)


def test_both_shapes_gather_alike() -> None:
    new = gather(
        element(
            f'<DTS:X {NS} DTS:A="1" other="2"><DTS:Variables><DTS:Variable/><DTS:Variable/></DTS:Variables></DTS:X>'
        )
    )
    old = gather(
        element(f'<DTS:X {NS}><DTS:Property DTS:Name="A">1</DTS:Property><DTS:Variable/><DTS:Variable/></DTS:X>')
    )
    assert new.props == old.props == {"A": "1"}
    assert len(new.all("Variable")) == len(old.all("Variable")) == 2
    assert new.first("None") is None


def test_exec_value_brings_its_type() -> None:
    node = gather(element(f'<DTS:X {NS}><DTS:Property DTS:Name="ExecValue" DTS:DataType="8">a</DTS:Property></DTS:X>'))
    assert (node.text("ExecValue"), node.number("ExecValueType")) == ("a", 8)


@pytest.mark.parametrize(
    ("text", "value"),
    [("-1", True), ("True", True), (" true ", True), ("1", True), ("0", False), ("False", False), ("", False)],
)
def test_booleans(text: str, value: bool) -> None:
    assert to_bool("X", text) is value


@pytest.mark.parametrize("text", ["2", "yes", "--1"])
def test_no_booleans(text: str) -> None:
    with pytest.raises(PersistenceError, match='node "X"'):
        to_bool("X", text)


@pytest.mark.parametrize("text", ["", "1.5", "x", "9" * 41, "1 2"])
def test_no_integers(text: str) -> None:
    with pytest.raises(PersistenceError):
        to_int("X", text)
    assert to_int("X", "-12") == -12


def test_text_leaves_comments_out() -> None:
    assert text_of(element("<a>x<!-- c -->y<![CDATA[<z>]]></a>")) == "xy<z>"
    assert [c.tag for c in child_elements(element("<a><!-- c --><b/><?p?></a>"))] == ["b"]


def test_convert_splits_fields_from_the_rest() -> None:
    fields, rest = convert(
        {"A": "1", "B": "", "C": "c", "D": "0"}, {"A": ("a", to_int), "B": ("b", to_int), "D": ("d", to_bool)}
    )
    assert fields == {"a": 1, "d": False}
    assert rest == {"C": "c"}


def test_property_expressions() -> None:
    node = gather(element(f'<DTS:X {NS}><DTS:PropertyExpression DTS:Name="A">1 + 1</DTS:PropertyExpression></DTS:X>'))
    assert [(e.name, e.expression) for e in property_expressions(node)] == [("A", "1 + 1")]
