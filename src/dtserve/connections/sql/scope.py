"""What names in a query can mean: relations, their columns, and the queries around."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dtserve.connections.sql.catalog import CatalogTable
from dtserve.datatypes import TypeSpec

__all__ = ["Columns", "Relation", "Scope", "by_name"]

Columns = list[tuple[str, TypeSpec | None]]


@dataclass
class Relation:
    """A thing in a FROM clause: its columns by lower-case name (None: unknown), in order."""

    columns: dict[str, tuple[str, TypeSpec | None]] | None = None
    table: CatalogTable | None = None
    alias: str = ""

    def ordered(self) -> Columns | None:
        """Names and types in order; None where unknown."""
        return None if self.columns is None else list(self.columns.values())


@dataclass
class Scope:
    """The relations that column names are looked up in, then those of the query around."""

    relations: dict[str, Relation] = field(default_factory=dict)
    outer: Scope | None = None
    ctes: Mapping[str, Relation] = field(default_factory=dict)
    aliases: dict[str, tuple[str, TypeSpec | None]] = field(default_factory=dict)

    def relation(self, name: str) -> Relation | None:
        """The relation of that alias or table name, here or around."""
        scope: Scope | None = self
        while scope is not None:
            if name.lower() in scope.relations:
                return scope.relations[name.lower()]
            scope = scope.outer
        return None

    def column(self, name: str) -> tuple[Relation | None, str, TypeSpec | None] | None:
        """The first relation that has that column, here or around; None when none is known to."""
        scope: Scope | None = self
        while scope is not None:
            for relation in scope.relations.values():
                if relation.columns is not None and name.lower() in relation.columns:
                    return (relation, *relation.columns[name.lower()])
            scope = scope.outer
        return None

    def all_known(self) -> bool:
        """Whether the columns of every relation here and around are known."""
        scope: Scope | None = self
        while scope is not None:
            if any(relation.columns is None for relation in scope.relations.values()):
                return False
            scope = scope.outer
        return True


def by_name(columns: Columns | None, listed: list[str]) -> dict[str, tuple[str, TypeSpec | None]] | None:
    """Columns by lower-case name, renamed by a column list where there is one; None when unknown."""
    if listed:
        kinds = [kind for _, kind in columns] if columns is not None and len(columns) == len(listed) else []
        return {name.lower(): (name, kinds[at] if kinds else None) for at, name in enumerate(listed)}
    if columns is None:
        return None
    return {name.lower(): (name, kind) for name, kind in columns if name}
