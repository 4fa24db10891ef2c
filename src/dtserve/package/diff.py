"""The structural difference of two packages, in the words of SSIS.

``Lookup *Customers*: CacheType Full → Partial``. Order of elements, white space, layout and
ids make no difference; text of several lines shows as changed lines.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from dtserve.package.diff_facts import Fact, facts_of
from dtserve.package.document import PackageDocument
from dtserve.package.model import Package
from dtserve.package.xml import DTS

__all__ = ["Change", "diff", "diff_documents", "to_json", "to_text"]

_LONG = 120


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: ``action`` is ``added``, ``removed`` or ``changed``; the rest names what."""

    action: str
    kind: str
    object: str
    where: str
    property: str = ""
    before: str = ""
    after: str = ""


def diff(before: Package, after: Package, *, ids: bool = False) -> list[Change]:
    """The differences between two packages in the order of the objects; empty when they do the same."""
    shared = _shared_ids(before, after)
    old, new = facts_of(before, shared, ids=ids), facts_of(after, shared, ids=ids)
    changes: list[Change] = []
    for key, fact in old.items():
        if key not in new:
            changes.append(Change("removed", fact.kind, fact.title, fact.where))
        else:
            changes += _compare(fact, new[key])
    changes += [Change("added", f.kind, f.title, f.where) for key, f in new.items() if key not in old]
    gone = {change.object for change in changes if change.action != "changed"}
    return [change for change in changes if change.where not in gone]


def _shared_ids(before: Package, after: Package) -> frozenset[str]:
    """DTSIDs that name one executable or connection manager in each of both."""

    def ids(package: Package) -> set[str]:
        found = [e.dtsid for e in package.walk()] + [c.dtsid for c in package.connections]
        return {each for each in found if each and found.count(each) == 1}

    return frozenset(ids(before) & ids(after))


def _compare(old: Fact, new: Fact) -> list[Change]:
    names = dict.fromkeys((*old.properties, *new.properties))
    return [
        Change(
            "changed", new.kind, new.title, new.where, name, old.properties.get(name, ""), new.properties.get(name, "")
        )
        for name in names
        if old.properties.get(name, "") != new.properties.get(name, "")
    ]


def diff_documents(
    before: PackageDocument, after: PackageDocument, *, ids: bool = False, layout: bool = False
) -> list[Change]:
    """The differences of two opened documents; ``layout`` also compares what the designer keeps."""
    changes = diff(before.model, after.model, ids=ids)
    if layout and _layout(before) != _layout(after):
        changes.append(Change("changed", "Package", "Package", "", "layout", "", ""))
    return changes


def _layout(document: PackageDocument) -> list[str]:
    """The designer's data: CDATA of 2012 and later, package variables of older formats."""
    found = document.root.iter(f"{{{DTS}}}DesignTimeProperties", f"{{{DTS}}}PackageVariable")
    return ["".join(element.itertext()) for element in found]


def to_text(changes: Sequence[Change]) -> str:
    """The differences as lines, one per difference, indented lines for texts of several lines."""
    return "\n".join(line for change in changes for line in _lines(change))


def _lines(change: Change) -> list[str]:
    place = f" in {change.where}" if change.where and change.where != "Package" else ""
    if change.action != "changed":
        return [f"{'+' if change.action == 'added' else '-'} {change.object}{place} {change.action}"]
    before, after = change.before, change.after
    if change.property == "layout":
        return ["Package: layout changed"]
    if "\n" in before or "\n" in after or len(before) > _LONG or len(after) > _LONG:
        compared = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1)
        body = [f"    {line}" for line in compared if not line.startswith(("---", "+++"))]
        return [f"{change.object}{place}: {change.property} changed", *body]
    return [f"{change.object}{place}: {change.property} {before or '(empty)'} → {after or '(empty)'}"]


def to_json(changes: Sequence[Change]) -> str:
    """The differences as a JSON array of objects with the fields of :class:`Change`."""
    return json.dumps([asdict(change) for change in changes], ensure_ascii=False, indent=1)
