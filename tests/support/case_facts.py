"""What the cases of a component show: empty input, one row, several buffers, NULL, and each disposition with its outcome."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from dtserve.package.names import component_part

__all__ = [
    "DISPOSITION_FACTS", "ROW_FACTS", "component_text", "facts_of_case", "has_test", "part_of", "with_properties",
]  # fmt: skip

ROW_FACTS = ("empty", "one row", "several buffers", "NULL")
DISPOSITION_FACTS = {
    "error": ("error fails", "error ignored", "error redirected"),
    "truncation": ("truncation fails", "truncation ignored", "truncation redirected"),
}
_FAILS = {0xC0209029: "error fails", 0xC0202009: "error fails", 0xC020902A: "truncation fails"}


def component_text(document: Mapping[str, Any], case: Mapping[str, Any]) -> str:
    """The XML of a case's component.

    ``set`` of a case gives properties other values, or takes them away (null): ``"CacheType"`` is one of the component,
    ``"In > KeyScale"`` of its input or output In, ``"In > id > ToBeCleaned"`` of a column there (by name or the last
    bracket of its lineage id).
    """
    text = "\n".join(case.get("component", document.get("component", [])))
    for name, value in {**document.get("with", {}), **case.get("with", {})}.items():
        text = text.replace("{" + name + "}", str(value))
    return with_properties(text, case["set"]) if "set" in case else text


def with_properties(text: str, changes: Mapping[str, str | None]) -> str:
    """A component's XML with other properties."""
    component = etree.fromstring(text)
    for path, value in changes.items():
        *where, name = path.split(" > ")
        owner = _owner(component, where)
        kept = owner.find("properties")
        if kept is None:
            kept = etree.Element("properties")
            owner.insert(0, kept)
        for stored in [each for each in kept if each.get("name") == name]:
            kept.remove(stored)
        if value is not None:
            etree.SubElement(kept, "property", name=name).text = value
    return etree.tostring(component, encoding="unicode")


def _owner(component: etree._Element, where: list[str]) -> etree._Element:
    """The component, an input or output of it, or a column of that."""
    if not where:
        return component
    sides = [side for side in component.iter("input", "output") if side.get("name") == where[0]]
    assert len(sides) == 1, where
    if len(where) == 1:
        return sides[0]
    columns = [
        column
        for column in sides[0].iter("inputColumn", "outputColumn", "externalMetadataColumn")
        if where[1] in (column.get("name"), column.get("lineageId", "").rpartition("[")[2].rstrip("]"))
    ]
    assert len(columns) == 1, where
    return columns[0]


def part_of(text: str) -> str:
    """The part name of a component's XML."""
    class_id = re.search(r"componentClassID=['\"]([^'\"]+)", text)
    user_type = re.search(r"UserComponentTypeName['\"][^>]*>([^<]+)", text)
    return component_part(class_id[1] if class_id else "", user_type[1] if user_type else "")


def facts_of_case(document: Mapping[str, Any], case: Mapping[str, Any]) -> set[str]:
    """What one case shows."""
    codes = {int(code, 16) for code in case.get("errors", [])}
    found = {fact for code, fact in _FAILS.items() if code in codes}
    found |= set(case.get("shows", []))
    if codes:
        return found
    inputs = {**document.get("inputs", {}), **case.get("inputs", {})}
    found |= _of_inputs(inputs, case) if inputs else _of_outputs(case)
    return found | _of_dispositions(component_text(document, case), case)


def _of_inputs(inputs: Mapping[str, Any], case: Mapping[str, Any]) -> set[str]:
    rows = [row for spec in inputs.values() for row in spec.get("rows", [])]
    found = {"empty"} if not rows else set()
    if len(rows) == 1:
        found.add("one row")
    if any(len(spec.get("rows", [])) > case.get("batch", spec.get("batch", 2)) for spec in inputs.values()):
        found.add("several buffers")
    return found | ({"NULL"} if any(None in row for row in rows) else set())


def _of_outputs(case: Mapping[str, Any]) -> set[str]:
    rows = [row for wanted in case.get("outputs", {}).values() for row in wanted.get("rows", [])]
    found = {"empty"} if case.get("outputs") and not rows else set()
    if len(rows) == 1:
        found.add("one row")
    if case.get("buffers"):
        found.add("several buffers")
    return found | ({"NULL"} if any(None in row for row in rows) else set())


def _of_dispositions(text: str, case: Mapping[str, Any]) -> set[str]:
    redirected = any(
        re.search("err", name, re.I) and wanted.get("rows") for name, wanted in case.get("outputs", {}).items()
    )
    found = set()
    for kind in DISPOSITION_FACTS:
        for value in re.findall(rf"{kind}RowDisposition=['\"](\w+)", text):
            if value == "RedirectRow" and redirected:
                found.add(f"{kind} redirected")
            if value == "IgnoreFailure" and not redirected:
                found.add(f"{kind} ignored")
    return found


@cache
def _tests_of(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def has_test(folder: Path, names: Iterable[str]) -> list[str]:
    """Those of ``file::test`` names that do not exist below a folder."""
    missing = []
    for name in names:
        file, _, test = name.partition("::")
        path = folder / file
        if not path.exists() or test not in _tests_of(path):
            missing.append(name)
    return missing
