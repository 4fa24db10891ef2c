"""Copy Column: further columns with the values of input columns (``copyColumnId``, DATA_FLOW §5)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dtserve.dataflow import properties
from dtserve.dataflow.base import Emit, RowTransform
from dtserve.dataflow.registry import component
from dtserve.dataflow.transform_errors import CopyMapMismatch, CopyMapNotMapped

if TYPE_CHECKING:
    import polars as pl

__all__ = ["CopyColumn"]


@component("CopyMap")
class CopyColumn(RowTransform):
    """Copies columns."""

    concurrent = True

    def validate(self) -> None:
        """Each output column must name an input column of the same type."""
        arriving = self.input_schemas.get(self.model.inputs[0].ref_id, {})
        for column in self.output().columns:
            source = properties.reference(column.properties, "copyColumnId")
            if source not in arriving:
                raise CopyMapNotMapped(column=column.lineage_id)
            if arriving[source] != column.type:
                raise CopyMapMismatch(first=source, second=column.lineage_id)

    def start(self) -> None:
        """Resolve the columns once."""
        self._copies = {c.lineage_id: properties.reference(c.properties, "copyColumnId") for c in self.output().columns}

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """Add the copies; buffers share the values."""
        made = [frame[source].alias(target) for target, source in self._copies.items()]
        return [(self.output().ref_id, frame.with_columns(made))]
