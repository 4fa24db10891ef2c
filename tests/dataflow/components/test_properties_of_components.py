"""Properties of components: those that change no row change none, and every one that packages use is met by some test."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest
from lxml import etree

from dtserve.dataflow.registry import MODULES, supported_parts
from dtserve.package.names import component_part
from support.case_facts import component_text, part_of
from support.flow_cases import load_cases, run_case
from support.package_corpus import SHARED, needs_corpus

TESTS = Path(__file__).parent.parent
CASES = load_cases(TESTS / "cases")
PAGES = {"DefaultCodePage": ("1252", "932", "65001"), "AlwaysUseDefaultCodePage": ("true", "false")}
INDIFFERENT = {
    "Aggregate": {
        "AutoExtendFactor": ("1", "100"), "CountDistinctKeys": ("0", "7"), "CountDistinctScale": ("0", "3"),
        "KeyScale": ("1", "2", "3"), "Keys": ("0", "1000"), "WarnOnDivideByZero": ("true", "false"),
    },
    "Lookup": {"DefaultCodePage": PAGES["DefaultCodePage"]},
    "MergeJoin": {"MaxBuffersPerInput": ("0", "5")},
    "OLEDBCommand": {"DefaultCodePage": PAGES["DefaultCodePage"]},
    "OLEDBDestination": PAGES,
    "OLEDBSource": PAGES,
    "SCD": {"DefaultCodePage": PAGES["DefaultCodePage"]},
    "SQLServerDestination": {**PAGES, "BulkInsertOrder": ("", "id ASC")},
    "SSISODBCSrc": {
        "BatchSize": ("1", "5000"), "BindCharColumnsAs": ("0", "1"), "BindNumericAs": ("0", "1"),
        "DefaultCodePage": PAGES["DefaultCodePage"], "ExposeCharColumnsAsUnicode": ("true", "false"),
        "FetchMethod": ("0", "1"), "LobChunkSize": ("1", "32768"),
    },
    "Sort": {"MaximumThreads": ("-1", "0", "4")},
}  # fmt: skip
"""Part → properties that do not change what a component gives, with values."""

DESIGNER = {
    "CLRType", "DefaultStringLength", "UserComponentTypeName", "XMLIntegerMapping",
    ("ExcelDestination", "CommandTimeout"), ("ExcelDestination", "FastLoadKeepIdentity"),
    ("ExcelDestination", "FastLoadKeepNulls"), ("ExcelDestination", "FastLoadMaxInsertCommitSize"),
    ("ExcelDestination", "FastLoadOptions"), ("ExcelSource", "CommandTimeout"),
}  # fmt: skip
"""Properties that the designer reads, or that the provider of workbooks never had a use for."""


def first_case(part):
    """The first case of a part that gives rows."""
    return next(
        (document, case)
        for _, document, case in CASES
        if not case.get("errors") and part_of(component_text(document, case)) == part
    )


def with_property(text, name, value):
    """A component's XML with another value of a property."""
    component = etree.fromstring(text)
    owner = component.find("properties")
    if owner is None:
        owner = etree.Element("properties")
        component.insert(0, owner)
    for stored in [each for each in owner if each.get("name") == name]:
        owner.remove(stored)
    etree.SubElement(owner, "property", name=name).text = value
    return etree.tostring(component, encoding="unicode")


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [(part, name, value) for part, found in INDIFFERENT.items() for name, values in found.items() for value in values],
)
def test_it_changes_no_row(part, name, value, tmp_path):
    document, case = first_case(part)
    text = with_property(component_text(document, case), name, value)
    run_case(document, {**case, "component": [text], "with": {}}, tmp_path)


def used_properties():
    """Part → names of the properties that packages of the collection have."""
    found, part = defaultdict(set), ""
    census = SHARED / "reference" / "APPENDIX-pipeline-properties.md"
    for line in census.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            head = line[3:].strip()
            part = component_part(head) or component_part("", "", head)
        row = re.match(r"\| (?:component|input|output|\w+Column) \| ([^|]+) \|", line)
        if row and part:
            found[part].add(row[1].strip())
    return found


@needs_corpus
def test_every_property_that_packages_use_is_met_by_a_test():
    texts = {path: path.read_text(encoding="utf-8") for path in TESTS.rglob("*") if path.suffix in (".py", ".json")}
    used = used_properties()
    assert len(used) > 30
    missing = []
    for part in supported_parts():
        own = "\n".join(t for p, t in texts.items() if MODULES[part] in str(p) or (p.suffix == ".py" and part in t))
        for name in sorted(used[part]):
            if name not in DESIGNER and (part, name) not in DESIGNER and name not in own:
                missing.append(f"{part}.{name}")
    assert missing == []
