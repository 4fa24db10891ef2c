"""Row Count: counts rows into a variable (DATA_FLOW §5, FORMAT §6).

The variable is written once, in PostExecute, so nobody sees it during the data flow. A
data flow that fails still writes the rows counted so far, as PostExecute runs then too.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from dtserve.dataflow import properties
from dtserve.dataflow.base import Emit, RowTransform
from dtserve.dataflow.registry import component
from dtserve.dataflow.transform_errors import RowCountBadVariableName, RowCountBadVariableType
from dtserve.datatypes import DT
from dtserve.expressions.errors import UnknownVariable

if TYPE_CHECKING:
    import polars as pl

__all__ = ["RowCount"]

_COUNTERS = (DT.I4, DT.UI4, DT.I8, DT.UI8)


@component("RowCount")
class RowCount(RowTransform):
    """Passes rows through and counts them."""

    concurrent = True
    stateless = False
    side_effects = True
    _rows = 0

    def start(self) -> None:
        """Buffers may be counted in several threads."""
        self._lock = threading.Lock()

    def validate(self) -> None:
        """The variable must exist and be an integer of four or eight bytes (0xC02020EE, 0xC02020EF)."""
        name = self._variable()
        if not name:
            raise RowCountBadVariableName(variable=name)
        try:
            spec, _ = self.host.variable(name)
        except UnknownVariable:
            raise RowCountBadVariableName(variable=name) from None
        if spec is None or spec.dt not in _COUNTERS:
            raise RowCountBadVariableType(variable=name)

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """Count and pass on."""
        with self._lock:
            self._rows += frame.height
        return [(output.ref_id, frame) for output in self.model.outputs if not output.is_error_out]

    def post_execute(self, completed: bool) -> None:
        """Write the variable."""
        self.host.set_variable(self._variable(), self._rows)

    def _variable(self) -> str:
        return properties.text(self.model.properties, "VariableName").strip()
