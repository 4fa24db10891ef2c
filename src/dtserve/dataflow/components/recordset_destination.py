"""Recordset Destination: rows into an Object variable (``VariableName``), as a recordset in memory (DATA_FLOW §6).

The variable is written when the data flow has ended well; columns stand in the order of
the input, rows in the order of their buffers.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dtserve.dataflow import properties
from dtserve.dataflow.base import Destination, Emit
from dtserve.dataflow.component_errors import RecordsetBadVariableName, RecordsetBadVariableType
from dtserve.dataflow.registry import component
from dtserve.datatypes.recordset import Recordset, RecordsetColumn

if TYPE_CHECKING:
    import polars as pl

__all__ = ["RecordsetDestination"]


@component("RecordsetDestination")
class RecordsetDestination(Destination):
    """Keeps rows for the control flow."""

    def validate(self) -> None:
        """The variable must exist and be of type Object."""
        name = self._variable()
        if not name:
            raise RecordsetBadVariableName()
        spec, _ = self.host.variable(name)
        if spec is not None:
            raise RecordsetBadVariableType(variable=name)

    def start(self) -> None:
        """Begin an empty recordset."""
        self._frames: list[pl.DataFrame] = []
        self._columns = [c for c in self.model.inputs[0].columns if c.usage != "ignored"]

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """Keep the rows."""
        self._frames.append(frame.select([c.lineage_id for c in self._columns]))
        return ()

    def post_execute(self, completed: bool) -> None:
        """Write the variable."""
        if completed:
            arriving = self.input_schemas[self.model.inputs[0].ref_id]
            columns = tuple(RecordsetColumn(c.name, arriving[c.lineage_id]) for c in self._columns)
            self.host.set_variable(self._variable(), Recordset(columns, tuple(self._frames)))

    def _variable(self) -> str:
        return properties.text(self.model.properties, "VariableName").strip()
