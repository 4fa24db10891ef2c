"""CDC Splitter: change rows to the output of their operation (DATA_FLOW §4.8).

``__$operation`` 1 is a delete, 2 an insert, 3 the row before an update, 4 an update, 5 a
merge. Outputs are told by ``OutputType``: 0 insert, 1 update, 2 delete, 3 error, 4 update
before. A merge counts as an update, and so does the row before an update where there is no
output for it. Any other operation is an error of the row, for which the disposition of
the input counts; its ErrorCode is 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dtserve.dataflow import properties
from dtserve.dataflow.base import Emit, RowTransform
from dtserve.dataflow.component_errors import OperationUnknown
from dtserve.dataflow.dispositions import RowErrors
from dtserve.dataflow.errors import BadMetadata
from dtserve.dataflow.registry import component

if TYPE_CHECKING:
    import polars as pl

    from dtserve.package.model import Column, Output

__all__ = ["CdcSplitter"]

OPERATION = "__$operation"
INSERT, UPDATE, DELETE, ERROR, UPDATE_BEFORE = range(5)
_OUTPUT_OF = {1: DELETE, 2: INSERT, 3: UPDATE_BEFORE, 4: UPDATE, 5: UPDATE}

UNKNOWN_OPERATION = 1
"""ErrorCode of a row with an unknown operation."""


@component("CdcSplitterComponent")
class CdcSplitter(RowTransform):
    """Splits changes."""

    concurrent = True

    def validate(self) -> None:
        """There must be an operation column."""
        self._operation()

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """Route one buffer."""
        import polars as pl

        operation = frame[self._operation().lineage_id]
        left = pl.repeat(True, frame.height, dtype=pl.Boolean, eager=True)
        masks: dict[str, pl.Series] = {}
        for code, kind in _OUTPUT_OF.items():
            output = self._output_of(kind) or (self._output_of(UPDATE) if kind == UPDATE_BEFORE else None)
            mask = (operation == code).fill_null(False)
            left = left & ~mask
            if output is not None:
                masks[output.ref_id] = masks[output.ref_id] | mask if output.ref_id in masks else mask
        for output_ref, mask in masks.items():
            if mask.any():
                yield output_ref, frame.filter(mask)
        if left.any():
            yield from self._unknown(input_ref, frame, left)

    def _unknown(self, input_ref: str, frame: pl.DataFrame, mask: pl.Series) -> Iterable[Emit]:
        """Rows with an unknown operation: fail, drop or redirect."""
        import polars as pl

        errors = RowErrors(self, frame.height)
        codes = pl.repeat(UNKNOWN_OPERATION, frame.height, dtype=pl.UInt32, eager=True)
        cause = OperationUnknown(component=self.model.name)
        owner = self.input_named(input_ref)
        errors.errors(owner, codes.set(~mask, None), cause=lambda row, code, truncated: cause)
        _, away = errors.settle(frame, frame)
        error = next((o for o in self.model.outputs if o.is_error_out), None)
        if away is not None and error is not None:
            numbers = pl.lit(self._operation().number, dtype=pl.Int32)
            named = [c.lineage_id for c in error.columns if c.special_flags == 2 or c.name == "ErrorColumn"]
            yield error.ref_id, away.with_columns(numbers.alias(name) for name in named)

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
