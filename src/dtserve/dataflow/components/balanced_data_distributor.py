"""Balanced Data Distributor: whole buffers to its outputs in turn (DATA_FLOW §5).

Buffers are those of SSIS (DefaultBufferMaxRows within DefaultBufferSize), so the rows of
each output are cut as they would be there. Outputs without a path are left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dtserve.dataflow.base import Emit, RowTransform
from dtserve.dataflow.registry import component

if TYPE_CHECKING:
    import polars as pl

__all__ = ["BalancedDataDistributor"]


@component("BDD")
class BalancedDataDistributor(RowTransform):
    """Deals buffers out."""

    stateless = False
    _turn = 0
    _dealt = 0

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """Fill the buffer of the output whose turn it is, then the next one's."""
        outputs = [o.ref_id for o in self.model.outputs if o.ref_id in self.output_schemas]
        at = 0
        while outputs and at < frame.height:
            count = min(self.buffer_rows - self._dealt, frame.height - at)
            yield outputs[self._turn % len(outputs)], frame.slice(at, count)
            at += count
            self._dealt += count
            if self._dealt == self.buffer_rows:
                self._turn, self._dealt = self._turn + 1, 0
