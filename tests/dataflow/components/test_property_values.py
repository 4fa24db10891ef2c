"""Every value of every property is met by an executed case with rows or an error, in the tables of ``property_values``.

``RULES`` of the components say which values there are; other values are coded errors of the validation that name
component and property.
"""

from __future__ import annotations

import re
from pathlib import Path as FilePath

import pytest
from lxml import etree

from dtserve.dataflow.engine import validate_data_flow
from dtserve.dataflow.errors import BadProperty, DataFlowFailed
from dtserve.dataflow.property_rules import RULES, Bits, Choice, Truth
from dtserve.dataflow.registry import MODULES, supported_parts
from dtserve.package.model import DataFlow, Path
from dtserve.package.names import component_part
from support.case_facts import component_text, has_test, part_of
from support.flow_cases import load_cases, read_components, run_case, source_of
from support.flows import RecordingHost
from support.package_corpus import SHARED, needs_corpus
from support.property_facts import LEVELS, bad_values, read_tables, shown_by, wanted_by

HERE = FilePath(__file__).parent
TABLES = read_tables(HERE / "property_values")
CASES = [(part_of(component_text(d, c)), d, c) for _, d, c in load_cases(HERE.parent / "cases")]


def first_case(part):
    """The first case of a part that gives rows."""
    return next((d, c) for p, d, c in CASES if p == part and not c.get("errors"))


def missing(part):
    """What the table of a part asks for and nothing shows."""
    table = TABLES[part]
    found = set()
    for each, document, case in CASES:
        if each == part:
            found |= shown_by(document, case, table)
    for name, values in table.get("alike", {}).items():
        found |= {f"component.{name}={value or 'empty'}" for value in values}
    for values in table.get("elsewhere", {}).values():
        found |= set(values)
    return wanted_by(table) - found


@pytest.mark.parametrize("part", supported_parts())
def test_every_value_is_shown(part):
    assert sorted(missing(part)) == []


def test_tables_are_named_as_the_components_are():
    names = {MODULES[part] for part in supported_parts()}
    assert {path.stem for path in (HERE / "property_values").glob("*.json")} == names
    assert {MODULES[part] for part in TABLES} == names


@pytest.mark.parametrize("part", supported_parts())
def test_tests_elsewhere_exist_and_speak_of_the_property(part):
    elsewhere = TABLES[part].get("elsewhere", {})
    assert has_test(HERE, elsewhere) == []
    for test, values in elsewhere.items():
        text = (HERE / test.partition("::")[0]).read_text(encoding="utf-8")
        unknown = [value for value in values if "=absent" not in value and _name(value) not in text]
        assert (test, unknown) == (test, [])
        assert set(values) <= wanted_by(TABLES[part])


def _name(value):
    return re.split(r"[.=]", value)[1]


@pytest.mark.parametrize("part", supported_parts())
def test_the_table_has_every_value_of_the_rules(part):
    names: dict[str, set[str]] = {}
    for where in LEVELS:
        for name, values in TABLES[part].get(where, {}).items():
            names.setdefault(name, set()).update(values.split())
    for name, rule in RULES.get(part, {}).items():
        assert name in names
        if isinstance(rule, Truth):
            assert {"absent", "true", "false"} <= {value.lstrip("!") for value in names[name]}, name
        if isinstance(rule, Choice):
            assert {"absent", *map(str, rule.values)} <= {value.lstrip("!") for value in names[name]}, name
        if isinstance(rule, Bits):
            found = {int(value.lstrip("!")) for value in names[name] - {"absent", "empty"}}
            assert {0, *rule.values} <= found, name
            assert any(value.bit_count() > 1 for value in found), name


@needs_corpus
def test_the_tables_have_every_property_that_packages_use():
    part, unknown = "", []
    census = SHARED / "reference" / "APPENDIX-pipeline-properties.md"
    for line in census.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            head = line[3:].strip()
            part = component_part(head) or component_part("", "", head)
        row = re.match(r"\| (component|input|output|\w+Column) \| ([^|]+) \|", line)
        if row and part in TABLES and row[2].strip() not in TABLES[part].get(row[1], {}):
            unknown.append(f"{part}.{row[1]}.{row[2].strip()}")
    assert sorted(set(unknown)) == []


ALIKE = [
    (part, name, value)
    for part, table in TABLES.items()
    for name, values in table.get("alike", {}).items()
    for value in values
]


@pytest.mark.parametrize(("part", "name", "value"), ALIKE)
def test_it_changes_no_row(part, name, value, tmp_path):
    document, case = first_case(part)
    run_case(document, {**case, "set": {**case.get("set", {}), name: value}}, tmp_path)


def bare(part, where, name, value):
    """A component that has nothing but one property, and an input with side effects, so that it is not left out."""
    component = etree.Element("component", refId="Package\\T\\X", componentClassID=f"Microsoft.{part}", name="Part X")
    for side in ("input", "output"):
        owner = etree.SubElement(etree.SubElement(component, side + "s"), side, refId=f"x.{side}", name="Side")
        for column in (f"{side}Column", "externalMetadataColumn"):
            etree.SubElement(
                etree.SubElement(owner, column + "s"), column, refId=f"x.{column}", lineageId="x.c", name="c"
            )
    component.find("inputs/input").set("hasSideEffects", "true")
    owner = next(component.iter(where))
    owner.insert(0, etree.Element("properties"))
    etree.SubElement(owner[0], "property", name=name).text = value
    (made,) = read_components([etree.tostring(component, encoding="unicode")], {})
    assert made.part == part
    return made


BAD = [
    (part, where, name)
    for part in supported_parts()
    for where in LEVELS
    for name in TABLES[part].get(where, {})
    if name in RULES.get(part, {})
]


@pytest.mark.parametrize(("part", "where", "name"), BAD)
def test_other_values_are_errors_of_the_validation(part, where, name, tmp_path):
    for value in bad_values(RULES[part][name]):
        host = RecordingHost(tmp_path)
        source = source_of("In", {"columns": {"c": "i4"}})
        path = Path("p", "p", source.outputs[0].ref_id, "x.input")
        flow = DataFlow((source, bare(part, where, name, value)), (path,))
        with pytest.raises(DataFlowFailed) as caught:
            validate_data_flow(flow, host)
        assert isinstance(caught.value.error, BadProperty), value
        assert caught.value.error.facts["property"] == name
        assert caught.value.error.facts["component"] == "Part X"
        assert host.codes("OnError")[0] == BadProperty.code
