"""Multicast: every row to every output (DATA_FLOW §5). Supported in full."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dtserve.dataflow.base import Emit, RowTransform
from dtserve.dataflow.registry import component

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Multicast"]


@component("Multicast")
class Multicast(RowTransform):
    """Hands the buffer to each output; buffers are immutable, so nothing is copied."""

    concurrent = True

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """The same rows on each output."""
        return [(output.ref_id, frame) for output in self.model.outputs]
