"""Foreach From Variable enumerator (CONTROL_FLOW §7.2): the elements of an enumerable object.

Lists give their elements, text its characters, tables their rows (each row one object).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dtserve.controlflow.containers.errors import EnumeratorError
from dtserve.controlflow.enumerator import Enumerator
from dtserve.controlflow.properties import Property
from dtserve.controlflow.registry import enumerator
from dtserve.datatypes.recordset import DataSet, Recordset

__all__ = ["VariableEnumerator"]


@enumerator("ForEachFromVarEnumerator")
class VariableEnumerator(Enumerator):
    """Gives the elements of a variable's value: one value each."""

    variable = Property("VariableName", str, "", text="The variable to enumerate.")

    def validate(self) -> None:
        """The variable must be there."""
        self.loop.scope.variable(self.variable)

    def elements(self) -> Iterator[tuple[Any, ...]]:
        """The elements of the value it has now."""
        return ((each,) for each in self._items(self.loop.scope.value(self.variable)))

    def _items(self, value: Any) -> list[Any]:
        if isinstance(value, Recordset):
            return list(value.rows())
        if isinstance(value, DataSet):
            return list(value.tables)
        if isinstance(value, Mapping):
            return list(value.items())
        if isinstance(value, str | list | tuple | set | frozenset | range):
            return list(value)
        raise EnumeratorError(name=self.loop.name, detail=f'variable "{self.variable}" is not enumerable.')
