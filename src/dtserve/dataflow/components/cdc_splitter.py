"""CDC Splitter: change rows to the output of their operation (DATA_FLOW §4.8).

``__$operation`` 1 is a delete, 2 an insert, 3 the row before an update, 4 an update, 5 a
merge. Outputs are told by ``OutputType``: 0 insert, 1 update, 2 delete, 3 error, 4 update
before; a merge counts as an update. Any other operation goes to the error output.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dtserve.dataflow import properties
from dtserve.dataflow.base import Emit, RowTransform
from dtserve.dataflow.dispositions import error_columns
from dtserve.dataflow.errors import BadMetadata
from dtserve.dataflow.registry import component
from dtserve.errors import signed

if TYPE_CHECKING:
    import polars as pl

    from dtserve.package.model import Column, Output

__all__ = ["CdcSplitter"]

OPERATION = "__$operation"
INSERT, UPDATE, DELETE, ERROR, UPDATE_BEFORE = range(5)
_OUTPUT_OF = {1: DELETE, 2: INSERT, 3: UPDATE_BEFORE, 4: UPDATE, 5: UPDATE}

UNKNOWN_OPERATION = 0xC0209072
"""ErrorCode of a row with an unknown operation."""


@component("CdcSplitterComponent")
class CdcSplitter(RowTransform):
    """Splits changes."""

    def validate(self) -> None:
        """There must be an operation column."""
        self._operation()

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """Route one buffer."""
        import numpy as np
        import polars as pl

        column = self._operation()
        operation = frame[column.lineage_id]
        left = pl.repeat(True, frame.height, dtype=pl.Boolean, eager=True)
        for code, kind in _OUTPUT_OF.items():
            output = self._output_of(kind)
            if output is None:
                continue
            mask = (operation == code).fill_null(False)
            left = left & ~mask
            if mask.any():
                yield output.ref_id, frame.filter(mask)
        error = next((o for o in self.model.outputs if o.is_error_out), None)
        if error is not None and left.any():
            rows = frame.filter(left)
            codes = np.full(rows.height, signed(UNKNOWN_OPERATION), dtype=np.int32)
            columns = np.full(rows.height, column.number, dtype=np.int32)
            yield error.ref_id, rows.with_columns(error_columns(error, codes, columns))

    def _operation(self) -> Column:
        for column in self.model.inputs[0].columns:
            if column.name == OPERATION:
                return column
        raise BadMetadata(component=self.model.name, detail=f"there is no input column {OPERATION}")

    def _output_of(self, kind: int) -> Output | None:
        for output in self.model.outputs:
            if not output.is_error_out and properties.integer(output.properties, "OutputType", -1) == kind:
                return output
        return None
