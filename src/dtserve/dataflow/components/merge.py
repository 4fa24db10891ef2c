"""Merge: two sorted inputs into one sorted output (DATA_FLOW §5).

A plain two-way merge, the left (first) input before the right one where keys are equal.
That the inputs are sorted is believed, not checked, as SSIS does: of unsorted inputs
always the smaller head row goes next. The key is that of the inputs' columns with a sort
key position, compared with their comparison flags.

How it works on buffers: a two-way merge of any two sequences equals the merge of their
running maxima, so each buffer is ranked by the greatest key so far, and all rows that
come before the last known row of the other input can go.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dtserve.dataflow import properties
from dtserve.dataflow.base import BlockingTransform, Emit
from dtserve.dataflow.budget import Lease, lease
from dtserve.dataflow.errors import BadMetadata, InputNotConnected
from dtserve.dataflow.keys import KeyColumn, RowKeys, common_type, sort_key_columns
from dtserve.dataflow.queues import MAX_BYTES, SpillQueue
from dtserve.dataflow.registry import component
from dtserve.dataflow.transform_errors import IncompatibleColumns, InputMustBeSorted, NoKeyColumns

if TYPE_CHECKING:
    import polars as pl

    from dtserve.package.model import Input

__all__ = ["Merge"]

HELD_ROWS = 200_000
"""Rows of one input that may wait for the other before its source is held back."""

_KEY = "__key"


@component("Merge")
class Merge(BlockingTransform):
    """Merges two inputs."""

    _keys: RowKeys | None = None
    _lease: Lease | None = None
    _sides: dict[str, _Side]

    def validate(self) -> None:
        """Two connected inputs with equal keys."""
        if len(self.model.inputs) != 2:
            raise BadMetadata(component=self.model.name, detail="a merge has two inputs")
        for one in self.model.inputs:
            if one.ref_id not in self.input_schemas:
                raise InputNotConnected(input=one.name, component=self.model.name)
        left, right = (self._key_columns(one) for one in self.model.inputs)
        if not left or not right:
            raise InputMustBeSorted(object=(self.model.inputs[0] if not left else self.model.inputs[1]).name)
        if len(left) != len(right):
            raise NoKeyColumns(object=self.model.inputs[1].name)
        for a, b in zip(left, right, strict=True):
            if common_type(a.type, b.type) is None or a.descending is not b.descending or a.flags != b.flags:
                raise IncompatibleColumns(first=a.name, second=b.name)

    def start(self) -> None:
        """Prepare both sides."""
        self._keys = RowKeys(self.locale)
        self._sides = {}
        pairs = zip(*(self._key_columns(one) for one in self.model.inputs), strict=True)
        self._types = [common_type(a.type, b.type) or a.type for a, b in pairs]
        self._lease = lease(self.host.settings.memory_limit)
        for one in self.model.inputs:
            mapping = {properties.reference(c.properties, "OutputColumnLineageID"): c.lineage_id for c in one.columns}
            queue = SpillQueue(self.host.settings.temp, self._lease.part(2, MAX_BYTES))
            self._sides[one.ref_id] = _Side(self._key_columns(one), mapping, queue)

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """Take a buffer and give what can go."""
        if self._lease is not None:
            self._lease.take()
        self._sides[input_ref].queue.put(frame)
        return self._advance()

    def end_of_input(self, input_ref: str) -> Iterable[Emit]:
        """The other input may go on alone."""
        self._sides[input_ref].ended = True
        return self._advance()

    def hungry(self, input_ref: str) -> bool:
        """Not while many rows of this input wait."""
        return self._sides[input_ref].queue.rows < HELD_ROWS

    def close(self) -> None:
        """Forget the rows."""
        if self._keys is not None:
            self._keys.close()
            for side in self._sides.values():
                side.queue.close()
        if self._lease is not None:
            self._lease.give_back()

    def _key_columns(self, one: Input) -> list[KeyColumn]:
        schema = self.input_schemas.get(one.ref_id, {})
        return sort_key_columns(
            [
                (c.lineage_id, schema.get(c.lineage_id, c.type), c.sort_key_position, c.comparison_flags)
                for c in one.columns
            ]
        )

    def _advance(self) -> Iterable[Emit]:
        """Merge as far as the known rows of both sides allow."""
        left, right = (self._sides[one.ref_id] for one in self.model.inputs)
        output = self.output()
        while True:
            for side in (left, right):
                self._refill(side)
            if left.rows is None or right.rows is None:
                alone, other = (left, right) if right.rows is None else (right, left)
                if alone.rows is None or not other.ended:
                    return
                rows, alone.rows = alone.rows, None
                yield output.ref_id, self._renamed(rows, alone)
                continue
            yield output.ref_id, self._merged(left, right)

    def _refill(self, side: _Side) -> None:
        """Take the next buffer of a side whose last one is used up, with the greatest key up to each row."""
        if side.rows is not None or not len(side.queue) or self._keys is None:
            return
        _, frame = side.queue.take()
        keys = running_greatest(self._keys.encode(frame, side.keys, self._types), side.highest)
        side.highest = keys[-1]
        side.rows = frame.with_columns(keys.alias(_KEY))

    def _merged(self, left: _Side, right: _Side) -> pl.DataFrame:
        """The rows that can go, in order; the rest stays on its side."""
        import numpy as np
        import polars as pl

        both = pl.concat([left.keys_held(), right.keys_held()])
        ranks = both.rank("dense").to_numpy()
        a, b = np.split(ranks, [left.keys_held().len()])
        go_left = int(np.searchsorted(a, b[-1], side="right"))
        go_right = int(np.searchsorted(b, a[-1], side="left"))
        order = np.argsort(np.concatenate([a[:go_left] * 2, b[:go_right] * 2 + 1]), kind="stable")
        gone = [self._renamed(left.take(go_left), left), self._renamed(right.take(go_right), right)]
        return pl.concat(gone)[pl.Series(order.astype(np.uint32))]

    def _renamed(self, rows: pl.DataFrame, side: _Side) -> pl.DataFrame:
        """Rows under the names and types of the output."""
        import polars as pl

        made = []
        for column in self.output().columns:
            declared = column.type.polars()
            source = side.mapping.get(column.lineage_id)
            value = pl.col(source).cast(declared) if source in rows.columns else pl.lit(None, dtype=declared)
            made.append(value.alias(column.lineage_id))
        return rows.select(made)


class _Side:
    """One input: what waits, what is being merged, the greatest key so far."""

    def __init__(self, keys: list[KeyColumn], mapping: dict[str, str], queue: SpillQueue) -> None:
        self.keys = keys
        self.mapping = mapping
        self.queue = queue
        self.rows: pl.DataFrame | None = None
        self.highest: str | int | None = None
        self.ended = False

    def keys_held(self) -> pl.Series:
        """The keys of the rows being merged."""
        return self._present()[_KEY]

    def take(self, count: int) -> pl.DataFrame:
        """Split off the first rows."""
        rows = self._present()
        self.rows = rows.slice(count) if count < rows.height else None
        return rows.head(count)

    def _present(self) -> pl.DataFrame:
        if self.rows is None:
            raise LookupError("no rows are held")
        return self.rows


def running_greatest(keys: pl.Series, before: str | int | None) -> pl.Series:
    """Per row the greatest key up to it, ``before`` included."""
    import numpy as np
    import polars as pl

    whole = keys if before is None else pl.concat([pl.Series([before], dtype=keys.dtype), keys])
    ranks = whole.rank("dense").to_numpy()
    places = np.where(ranks == np.maximum.accumulate(ranks), np.arange(len(ranks)), 0)
    found = whole[pl.Series(np.maximum.accumulate(places).astype(np.uint32))]
    return found if before is None else found.slice(1)
