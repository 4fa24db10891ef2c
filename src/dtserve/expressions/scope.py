"""What an expression sees of the world: variables, parameters and input columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from dtserve.datatypes import TypeSpec
from dtserve.expressions.errors import (
    AmbiguousColumn,
    AmbiguousVariable,
    NoColumnCollection,
    UnknownColumn,
    UnknownLineage,
    UnknownVariable,
)
from dtserve.expressions.nodes import Column, Lineage
from dtserve.expressions.switches import current

__all__ = ["ColumnBinding", "MappingScope", "TypedValue", "VariableScope", "find_column", "index_columns"]


@dataclass(frozen=True, slots=True)
class TypedValue:
    """A value with its type. NULL is None; the Python forms are those of ``datatypes``."""

    type: TypeSpec
    value: Any


class VariableScope(Protocol):
    """Variables and parameters that can be read."""

    def lookup(self, name: str) -> tuple[TypeSpec, Any]:
        """Type and value of a variable by its name as written (``User::x``, ``x``, ``$Package::p``).

        A DateTime variable is DT_DATE, a String variable DT_WSTR with the length of its
        value (EXPRESSIONS §4.2). Raises UnknownVariable, AmbiguousVariable, or VariableType
        for a variable without expression type (Object).
        """


class MappingScope:
    """A scope from a mapping, for tests and the command line.

    >>> from dtserve.datatypes import DT
    >>> MappingScope({"User::x": TypedValue(TypeSpec(DT.I4), 7)}).lookup("x")[1]
    7
    """

    def __init__(self, values: Mapping[str, TypedValue] | None = None) -> None:
        self._values = dict(values or {})
        self._ambiguous: set[str] = set()
        for name in [name for name in self._values if "::" in name and not name.startswith("$")]:
            bare = name.rpartition("::")[2]
            if bare in self._values:
                self._ambiguous.add(bare)
            self._values.setdefault(bare, self._values[name])

    def lookup(self, name: str) -> tuple[TypeSpec, Any]:
        """Type and value; UnknownVariable otherwise. Names are case-sensitive.

        A bare name of several namespaces is the first one, or AmbiguousVariable (a switch).
        """
        if name in self._ambiguous and current().ambiguous_variable == "error":
            raise AmbiguousVariable(name=name)
        found = self._values.get(name)
        if found is None:
            raise UnknownVariable(name=name)
        return found.type, found.value


@dataclass(frozen=True, slots=True)
class ColumnBinding:
    """An input column.

    ``frame_name`` is its name in the frame (the lineage id in a data flow); ``names`` are
    the ways to write it: ``Column``, ``Component.Column`` (for ``[Component].[Column]``),
    and any further lineage id, with or without ``#``. Lineage references find
    ``frame_name`` too.
    """

    frame_name: str
    type: TypeSpec
    names: tuple[str, ...] = ()


def find_column(node: Column | Lineage, columns: Mapping[str, list[ColumnBinding]] | None) -> ColumnBinding:
    """The binding a node refers to, in a mapping made by :func:`index_columns`.

    UnknownColumn, UnknownLineage, AmbiguousColumn, or NoColumnCollection where ``columns``
    is None (outside a data flow).
    """
    if isinstance(node, Lineage):
        if columns is None:
            raise NoColumnCollection(name=f"#{node.id}")
        for key in (node.id, f"#{node.id}", f"#{{{node.id}}}"):
            if key in columns:
                return columns[key][0]
        raise UnknownLineage(name=node.id)
    written = f"{node.source}.{node.name}" if node.source else node.name
    if columns is None:
        raise NoColumnCollection(name=written)
    found = columns.get(written) or columns.get("\0" + written.casefold())
    if not found:
        raise UnknownColumn(name=written)
    if len(found) > 1:
        raise AmbiguousColumn(name=written)
    return found[0]


def index_columns(columns: tuple[ColumnBinding, ...]) -> dict[str, list[ColumnBinding]]:
    """Every way to write a column → the columns it may mean; names without regard to case have a NUL before."""
    index: dict[str, list[ColumnBinding]] = {}
    for binding in columns:
        keys = {binding.frame_name, *binding.names}
        for key in keys | {"\0" + name.casefold() for name in binding.names}:
            index.setdefault(key, []).append(binding)
    return index
