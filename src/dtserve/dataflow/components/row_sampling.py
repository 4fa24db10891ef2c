"""Row Sampling: exactly so many rows (``SamplingValue``, default 10), or all when there are fewer (DATA_FLOW §5).

Every row has the same chance; ``SamplingSeed`` 0 draws anew each time, another number
repeats its draw (with another generator than SSIS). Selected and unselected rows keep
their order. All rows wait, on disk where they are many, until the last one is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from dtserve.dataflow import properties
from dtserve.dataflow.base import BlockingTransform, Emit
from dtserve.dataflow.queues import SpillQueue
from dtserve.dataflow.registry import component
from dtserve.dataflow.transform_errors import OutputColumnNotInInput, SamplingBadRows

if TYPE_CHECKING:
    import polars as pl

    from dtserve.package.model import Output

__all__ = ["RowSampling"]


@component("RowSampling")
class RowSampling(BlockingTransform):
    """Samples by number."""

    _queue: SpillQueue | None = None
    _rows = 0

    def validate(self) -> None:
        """At least one row, output columns that come from an input column."""
        if self._value() <= 0:
            raise SamplingBadRows(property="SamplingValue", value=self._value())
        arriving = self.input_schemas.get(self.model.inputs[0].ref_id, {})
        for output in self.model.outputs:
            for column in output.columns:
                source = properties.reference(column.properties, "InputColumnLineageID")
                if source not in arriving:
                    raise OutputColumnNotInInput(column=column.name, number=column.number, lineage=source)

    def start(self) -> None:
        """Begin to collect."""
        self._queue = SpillQueue(self.host.settings.temp)

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """Keep the rows."""
        if self._queue is not None:
            self._queue.put(frame)
            self._rows += frame.height
        return ()

    def finish(self) -> Iterator[Emit]:
        """Draw, then give both parts."""
        import numpy as np
        import polars as pl

        if self._queue is None:
            return
        seed = properties.integer(self.model.properties, "SamplingSeed", owner=self.model.name)
        random = np.random.default_rng(abs(seed) if seed else None)
        chosen = np.zeros(self._rows, dtype=bool)
        chosen[random.permutation(self._rows)[: self._value()]] = True
        at = 0
        while len(self._queue):
            _, frame = self._queue.take()
            drawn = pl.Series("drawn", chosen[at : at + frame.height])
            at += frame.height
            for output in self.model.outputs:
                selected = properties.boolean(output.properties, "Selected", owner=self.model.name)
                yield output.ref_id, self._renamed(frame.filter(drawn if selected else ~drawn), output)

    def close(self) -> None:
        """Forget the rows."""
        if self._queue is not None:
            self._queue.close()

    def _renamed(self, rows: pl.DataFrame, output: Output) -> pl.DataFrame:
        """Rows under the names of an output."""
        import polars as pl

        sources = {c.lineage_id: properties.reference(c.properties, "InputColumnLineageID") for c in output.columns}
        return rows.select(pl.col(source).alias(lineage) for lineage, source in sources.items()) if sources else rows

    def _value(self) -> int:
        return properties.integer(self.model.properties, "SamplingValue", 10, owner=self.model.name)
