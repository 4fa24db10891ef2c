"""The requests of a Data Profiling Task, as its ``ProfileInput`` document has them (CONTROL_FLOW §24)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from dtserve.controlflow.task import local_name
from dtserve.controlflow.tasks.profile_errors import ProfileInputInvalid, ProfileOptionUnsupported
from dtserve.errors import DtserveError

__all__ = ["KINDS", "NAMESPACE", "ColumnChoice", "ProfileRequest", "TableChoice", "read_requests"]

NAMESPACE = "http://schemas.microsoft.com/sqlserver/2008/DataDebugger/"

KINDS = (
    "CandidateKey",
    "ColumnLengthDistribution",
    "ColumnNullRatio",
    "ColumnPattern",
    "ColumnStatistics",
    "ColumnValueDistribution",
    "FunctionalDependency",
    "Inclusion",
)
"""Profiles; a request's element is called like it with ``ProfileRequest`` behind."""

_PARTS = {
    "CandidateKey": ("Table", "KeyColumns"),
    "FunctionalDependency": ("Table", "DeterminantColumns", "DependentColumn"),
    "Inclusion": ("SubsetTable", "SupersetTable", "InclusionColumns"),
}
"""Elements that a request has, where they are not Table and Column."""

_NUMBERS = re.compile(r".*Threshold|MaxNumberOf.*|Percentage.*")
_DEFAULT_COMPARISON = ("", "0", "default")


@dataclass(frozen=True, slots=True)
class TableChoice:
    """A table or view."""

    schema: str
    name: str


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """A column by name, or every suitable one; empty name = every one."""

    name: str = ""


@dataclass(frozen=True)
class ProfileRequest:
    """One request. ``options`` are its plain elements; ``columns`` the lists of columns by element."""

    kind: str
    id: str
    source: str
    tables: dict[str, TableChoice]
    columns: dict[str, list[ColumnChoice]]
    options: dict[str, str] = field(default_factory=dict)

    def text(self, name: str, default: str = "") -> str:
        """An option as text."""
        return self.options.get(name, default)

    def number(self, name: str, default: float) -> float:
        """An option as a number."""
        text = self.options.get(name, "").strip()
        return float(text) if text else default

    def flag(self, name: str, default: bool) -> bool:
        """An option as a truth value."""
        text = self.options.get(name, "").strip().lower()
        return text in ("true", "1", "-1") if text else default

    def reports(self, strength: float, setting: str, threshold: str) -> bool:
        """Whether a strength is reported under a threshold setting (None, Specified, Exact)."""
        chosen = self.text(setting, "Specified")
        if chosen == "None":
            return True
        return strength >= 1.0 if chosen == "Exact" else strength > self.number(threshold, 0.95)


def read_requests(text: str, task: str) -> tuple[Any, list[ProfileRequest]]:
    """The document and its requests; raises ProfileInputInvalid, ProfileOptionUnsupported."""
    from dtserve.package.xml import parse_xml, to_utf8

    def fail(detail: str) -> ProfileInputInvalid:
        return ProfileInputInvalid(task=task, detail=detail)

    if not text.strip():
        raise fail("there are none")
    try:
        root = parse_xml(to_utf8(text.lstrip("\ufeff \t\r\n").encode("utf-8")))
    except DtserveError as error:
        raise fail(error.message.rstrip(".")) from error
    holder = next(root.iter(f"{{{NAMESPACE}}}Requests"), None)
    if holder is None:
        raise fail("the document has no Requests")
    return root, [_request(each, task, fail) for each in holder if isinstance(each.tag, str)]


def _request(element: Any, task: str, fail: Callable[[str], ProfileInputInvalid]) -> ProfileRequest:
    tag = local_name(element.tag)
    kind = tag.removesuffix("ProfileRequest")
    if kind not in KINDS or not tag.endswith("ProfileRequest"):
        raise fail(f'"{tag}" is not known')
    identifier = element.get("ID", "")
    tables: dict[str, TableChoice] = {}
    columns: dict[str, list[ColumnChoice]] = {}
    options: dict[str, str] = {}
    for child in element:
        name = local_name(child.tag)
        if name.endswith("Table"):
            tables[name] = TableChoice(child.get("Schema", ""), child.get("Table", ""))
        elif name in ("Column", "DependentColumn"):
            columns[name] = [_column(child, identifier, task)]
        elif name.endswith("Columns"):
            _read_lists(child, name, columns, identifier, task)
        elif name:
            options[name] = child.text or ""
    source = options.pop("DataSourceID", "")
    found = {*tables, *columns, *(["InclusionColumns"] if "SubsetInclusionColumns" in columns else ())}
    missing = [each for each in _PARTS.get(kind, ("Table", "Column")) if each not in found]
    if missing or not source:
        raise fail(f'request "{identifier}" has no {missing[0] if missing else "DataSourceID"}')
    wrong = [
        f'{name} "{value}"' for name, value in options.items() if _NUMBERS.fullmatch(name) and not _is_number(value)
    ]
    if wrong:
        raise fail(f'{wrong[0]} of request "{identifier}" is no number')
    return ProfileRequest(kind, identifier, source, tables, columns, options)


def _is_number(text: str) -> bool:
    try:
        return not text.strip() or math.isfinite(float(text))
    except ValueError:
        return False


def _read_lists(element: Any, name: str, columns: dict[str, list[ColumnChoice]], request: str, task: str) -> None:
    """``KeyColumns`` hold ``Column``; ``InclusionColumns`` pairs of a subset's and a superset's column."""
    for each in element.iter():
        tag = local_name(each.tag)
        if tag.endswith("Column") and each is not element:
            side = tag.removesuffix("Column")
            columns.setdefault(f"{side}{name}" if side else name, []).append(_column(each, request, task))


def _column(element: Any, request: str, task: str) -> ColumnChoice:
    compared = element.get("StringCompareOptions", "").strip().lower()
    if compared not in _DEFAULT_COMPARISON:
        raise ProfileOptionUnsupported(
            request=request, task=task, detail="its StringCompareOptions differ from the database's own comparison."
        )
    if element.get("IsWildCard", "").lower() == "true":
        return ColumnChoice()
    return ColumnChoice(element.get("ColumnName") or element.get("Name") or "")
