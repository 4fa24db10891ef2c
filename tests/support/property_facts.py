"""Which values of properties cases show, and which a component's table asks for.

A table (``tests/dataflow/components/property_values/<module>.json``) holds, for ``component``, ``input``, ``output``,
``inputColumn``, ``outputColumn`` and ``externalMetadataColumn``, the properties and after each its values: ``absent``,
``empty``, ``typical`` (any other text or reference) or the value itself. One that begins with ``!`` must be an error of
the component itself. ``alike`` are values that give the rows of the part's first case; ``elsewhere`` names tests that
show what no case can.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lxml import etree

from dtserve.dataflow.property_rules import RULES, Bits, Choice, Real, Rule, Truth, Whole
from support.case_facts import component_text, part_of

__all__ = ["LEVELS", "asserts_rows", "bad_values", "read_tables", "shown_by", "wanted_by"]

LEVELS = ("component", "input", "output", "inputColumn", "outputColumn", "externalMetadataColumn")


def read_tables(folder: Path) -> dict[str, dict[str, Any]]:
    """Part → table."""
    tables = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    return {table["part"]: table for table in tables if "part" in table}


def wanted_by(table: Mapping[str, Any]) -> set[str]:
    """``where.property=value`` for all that a table asks for."""
    return {
        f"{where}.{name}={value}"
        for where in LEVELS
        for name, values in table.get(where, {}).items()
        for value in values.split()
    }


def shown_by(document: Mapping[str, Any], case: Mapping[str, Any], table: Mapping[str, Any]) -> set[str]:
    """``where.property=value`` for all that a case shows of what a table has."""
    text = component_text(document, case)
    rules = RULES.get(part_of(text), {})
    failing = bool(case.get("errors"))
    if not failing and not asserts_rows(case):
        return set()
    mark = "!" if failing else ""
    found = set()
    for element in etree.fromstring(text).iter("component", *LEVELS):
        own = {each.get("name"): each for each in element.iterfind("properties/property")}
        for name in table.get(element.tag, {}):
            values = _values(own.get(name), rules.get(name))
            found |= {f"{element.tag}.{name}={mark}{value}" for value in values}
    return found


def asserts_rows(case: Mapping[str, Any]) -> bool:
    """Whether a case without error says what comes of it."""
    told = ("buffers", "variables_after", "database_after", "files_after", "workbooks_after", "messages", "warnings")
    return any(case.get(name) for name in told) or any("rows" in each for each in case.get("outputs", {}).values())


def _values(stored: etree._Element | None, rule: Rule | None) -> set[str]:
    """What a property's value is called in a table."""
    if stored is None:
        return {"absent"}
    items = [each.text or "" for each in stored.iter("arrayElement")]
    text = ("".join(items) if items else stored.text or "").strip()
    if not text:
        return {"empty"}
    if isinstance(rule, Truth) and text.lower() in ("true", "1", "-1", "false", "0"):
        return {str(text.lower() in ("true", "1", "-1")).lower()}
    try:
        if isinstance(rule, Whole | Choice | Bits):
            return {str(int(text, 0))}
        return {f"{float(text):g}"} if isinstance(rule, Real) else {"typical", text}
    except ValueError:
        return {text}


def bad_values(rule: Rule) -> Iterator[str]:
    """Values that a rule refuses: no number, and the ones beyond each of its bounds."""
    if isinstance(rule, Truth):
        yield from ("maybe", "2", "ja")
        return
    yield from ("many", "1_0", "1 2", "--1")
    if isinstance(rule, Choice):
        yield from (str(max(rule.values) + 1), str(min(rule.values) - 1), "0.5")
    elif isinstance(rule, Bits):
        unknown = next(1 << at for at in range(32) if 1 << at not in rule.values)
        yield from ("-1", str(unknown), str(unknown | rule.values[0]), "1.5")
    elif isinstance(rule, Whole):
        yield from (str(rule.low - 1), str(rule.high + 1), "1.5")
    else:
        yield from (str(rule.low - 0.001), str(rule.high + 0.001), "nan", "inf", "0,5")
