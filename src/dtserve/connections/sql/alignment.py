"""Literals and parameters take the type of what they stand beside.

``d = '20240102'`` compares dates in T-SQL, ``ISNULL(n, '5')`` gives a number: elsewhere the
literal has to be written as what it is, and a parameter has to be sent as it.
"""

from __future__ import annotations

from sqlglot import exp

from dtserve.connections.sql.nodes import Slot, typed
from dtserve.connections.sql.tsql_types import common, type_of
from dtserve.datatypes import TypeSpec

__all__ = ["Alignment"]


class Alignment:
    """The part of a target's rules that types literals and slots; ``slot_types`` keeps what was found."""

    def __init__(self) -> None:
        self.slot_types: dict[str, TypeSpec | None] = {}

    def align(self, node: exp.Expr) -> None:
        """Bring literals and slots beside a typed expression to its type."""
        places: list[tuple[str, int | None]] = [(key, None) for key in ("this", "expression", "low", "high")]
        places += [("expressions", at) for at in range(len(node.args.get("expressions") or []))]
        parts = [(key, at, node.args.get(key) if at is None else node.args[key][at]) for key, at in places]
        kinds = [type_of(part) for _, _, part in parts if isinstance(part, exp.Expr) and not self.plain(part)]
        kind = next((found for found in kinds if found is not None), None)
        if kind is None:
            return
        for key, at, part in parts:
            if isinstance(part, exp.Expr) and self.plain(part):
                changed = self.fit(part, kind)
                if at is None:
                    node.set(key, changed)
                else:
                    node.args[key][at] = changed
                    changed.parent = node

    def align_branches(self, node: exp.Case) -> None:
        """The same for the branches of a CASE."""
        places: list[tuple[exp.Expr, str]] = [(branch, "true") for branch in node.args["ifs"]]
        places += [(node, "default")] if node.args.get("default") is not None else []
        kind = common([type_of(owner.args[key]) for owner, key in places if not self.plain(owner.args[key])])
        for owner, key in places:
            if kind is not None and self.plain(owner.args[key]):
                owner.set(key, self.fit(owner.args[key], kind))

    def plain(self, node: exp.Expr) -> bool:
        """Literals, slots and negative numbers."""
        return isinstance(node, exp.Literal | Slot) or (
            isinstance(node, exp.Neg) and isinstance(node.this, exp.Literal)
        )

    def fit(self, node: exp.Expr, kind: TypeSpec) -> exp.Expr:
        """A literal or slot that is to be stored in, or compared with, something of type ``kind``."""
        if isinstance(node, Slot):
            self.slot_types.setdefault(str(node.this), kind)
            return typed(node, kind)
        return node

    def unify(self, arguments: list[exp.Expr], start: int) -> list[exp.Expr]:
        """Literals and slots among arguments that have one type are brought to it (ISNULL(d, '19000101'))."""
        kinds = [type_of(a) for a in arguments[start:] if not self.plain(a)]
        kind = common(kinds)
        if kind is None:
            return arguments
        fitted = [self.fit(a, kind) if self.plain(a) else a for a in arguments[start:]]
        return [*arguments[:start], *fitted]
