"""Foreach ADO enumerator (CONTROL_FLOW §7.2): rows or tables of an Object variable.

The variable holds what a full result set or a Recordset Destination put there; reading it does not use it
up. NULL can only go to an Object variable.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import Any

from dtserve.controlflow.containers.errors import EnumeratorError
from dtserve.controlflow.enumerator import Enumerator
from dtserve.controlflow.properties import Property
from dtserve.controlflow.registry import enumerator
from dtserve.datatypes.recordset import DataSet, Recordset

__all__ = ["AdoEnumerator", "AdoMode"]


class AdoMode(enum.IntEnum):
    """What an element is."""

    ENUMERATE_TABLES = 0
    ENUMERATE_ALL_ROWS = 1
    ENUMERATE_ROWS_IN_FIRST_TABLE = 2


@enumerator("ForEachADOEnumerator")
class AdoEnumerator(Enumerator):
    """Gives rows (a value per column) or tables."""

    mode = Property(
        "Type",
        AdoMode,
        AdoMode.ENUMERATE_ROWS_IN_FIRST_TABLE,
        xml="EnumType",
        aliases=("EnumType",),
        text="EnumerateTables, EnumerateAllRows, EnumerateRowsInFirstTable.",
    )
    variable = Property("DataObjectVariable", str, "", xml="VarName", aliases=("VarName",), text="The Object variable.")

    def validate(self) -> None:
        """The variable must be there."""
        self.loop.scope.variable(self.variable)

    def elements(self) -> Iterator[tuple[Any, ...]]:
        """The rows or tables."""
        tables = self._tables(self.loop.scope.value(self.variable))
        if self.mode is AdoMode.ENUMERATE_TABLES:
            return iter([(table,) for table in tables])
        chosen = tables if self.mode is AdoMode.ENUMERATE_ALL_ROWS else tables[:1]
        return (row for table in chosen for row in table.rows())

    def _tables(self, value: Any) -> list[Recordset]:
        if isinstance(value, Recordset):
            return [value]
        if isinstance(value, DataSet):
            return list(value.tables)
        raise EnumeratorError(
            name=self.loop.name,
            detail=f'variable "{self.variable}" does not contain a Recordset, DataTable or DataSet.',
        )
