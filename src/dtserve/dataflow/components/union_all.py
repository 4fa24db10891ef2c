"""Union All: several inputs into one output, in the order of arrival (DATA_FLOW §5).

An output column takes the input column whose ``OutputColumnLineageID`` names it; inputs
that map nothing give NULL. Values are converted where an input's type differs from the
output's in length or precision only; other differences are refused, as SSIS does, and so is
a value that does not fit the output column.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dtserve.dataflow import properties
from dtserve.dataflow.base import BlockingTransform, Emit
from dtserve.dataflow.conversion import widened
from dtserve.dataflow.registry import component
from dtserve.dataflow.transform_errors import IncompatibleColumns

if TYPE_CHECKING:
    import polars as pl

    from dtserve.package.model import Column, Input

__all__ = ["UnionAll"]


@component("UnionAll")
class UnionAll(BlockingTransform):
    """Renames and passes on; blocks nothing."""

    stateless = True

    def validate(self) -> None:
        """Mapped columns must have the output column's kind of type."""
        targets = {c.lineage_id: c for c in self.output().columns}
        for one in self.model.inputs:
            arriving = self.input_schemas.get(one.ref_id, {})
            for lineage, source in self._mapping(one).items():
                target = targets.get(lineage)
                found = arriving.get(source.lineage_id)
                if target is not None and found is not None and found.family != target.type.family:
                    raise IncompatibleColumns(first=source.name, second=target.name)

    def start(self) -> None:
        """Resolve the mapping of each input once."""
        self._maps = {one.ref_id: self._mapping(one) for one in self.model.inputs}

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """The rows of one input under the output's names."""
        import polars as pl

        output = self.output()
        mapping = self._maps[input_ref]
        arriving = self.input_schemas[input_ref]
        columns = []
        for column in output.columns:
            source = mapping.get(column.lineage_id)
            if source is None or source.lineage_id not in frame.columns:
                values = pl.repeat(None, frame.height, dtype=column.type.polars(), eager=True)
            else:
                spec = arriving.get(source.lineage_id, source.type)
                values = widened(frame[source.lineage_id], spec, column.type, (source.name, column.name))
            columns.append(values.alias(column.lineage_id))
        return [(output.ref_id, pl.DataFrame(columns))]

    @staticmethod
    def _mapping(one: Input) -> dict[str, Column]:
        """Output lineage id → input column."""
        return {properties.reference(c.properties, "OutputColumnLineageID"): c for c in one.columns}
