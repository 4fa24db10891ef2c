"""Merge Join: two sorted inputs joined by their leading sort keys (DATA_FLOW §5).

``JoinType`` 0 full, 1 left outer, 2 inner; ``NumKeyColumns`` leading sort key columns of
each input are compared, with the comparison flags of the columns; many-to-many gives the
cross product per key. ``TreatNullsAsEqual`` (default true) joins NULL to NULL. Output
columns name their input column in ``InputColumnID``. MaxBuffersPerInput has no effect.

The order of the inputs is believed, not checked: of unsorted inputs the smaller head goes
on and matches are missed, as in SSIS; here the warning 0x80D51430 says so once.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dtserve.dataflow import properties
from dtserve.dataflow.base import BlockingTransform, Emit
from dtserve.dataflow.budget import Lease, lease
from dtserve.dataflow.errors import BadMetadata, InputNotConnected
from dtserve.dataflow.join_errors import (
    MergeJoinDirections,
    MergeJoinFlags,
    MergeJoinKeyCount,
    MergeJoinNotEnoughKeys,
    MergeJoinOutputColumn,
    MergeJoinType,
    MergeJoinTypes,
)
from dtserve.dataflow.keys import KeyColumn, RowKeys, common_type, sort_key_columns
from dtserve.dataflow.merging import FULL, INNER, LEFT, JoinSide, joined_rows, segments
from dtserve.dataflow.queues import MAX_BYTES, SpillQueue
from dtserve.dataflow.registry import component
from dtserve.dataflow.transform_errors import InputMustBeSorted
from dtserve.datatypes import TypeSpec

if TYPE_CHECKING:
    import polars as pl

    from dtserve.package.model import Input

__all__ = ["MergeJoin"]

HELD_ROWS = 200_000
"""Rows of one input that may wait for the other before its source is held back."""

NOT_SORTED = 0x80D51430
"""Warning: an input is not in the order it is declared to have."""


@component("MergeJoin")
class MergeJoin(BlockingTransform):
    """Joins two inputs."""

    _keys: RowKeys | None = None
    _lease: Lease | None = None
    _sides: dict[str, JoinSide]
    _warned = False

    def validate(self) -> None:
        """Two sorted inputs whose keys fit, a known join type, output columns that name an input column."""
        if len(self.model.inputs) != 2:
            raise BadMetadata(component=self.model.name, detail="a merge join has two inputs")
        if self._join_type() not in (FULL, LEFT, INNER):
            raise MergeJoinType(component=self.model.name, value=self._join_type())
        for one in self.model.inputs:
            if one.ref_id not in self.input_schemas:
                raise InputNotConnected(input=one.name, component=self.model.name)
            if not self._sorted(one):
                raise InputMustBeSorted(object=one.name)
        count = self._key_count()
        left, right = (self._sorted(one) for one in self.model.inputs)
        if count < 1:
            raise MergeJoinKeyCount(component=self.model.name, most=min(len(left), len(right)))
        for one, keys in zip(self.model.inputs, (left, right), strict=True):
            if len(keys) < count:
                raise MergeJoinNotEnoughKeys(object=one.name, count=count)
        for position, (a, b) in enumerate(zip(left[:count], right[:count], strict=True), start=1):
            if a.type.dt is not b.type.dt:
                raise MergeJoinTypes(position=position)
            if a.descending is not b.descending:
                raise MergeJoinDirections(position=position)
            if a.flags != b.flags:
                raise MergeJoinFlags(position=position)
        self._outputs()

    def start(self) -> None:
        """Prepare both sides."""
        self._keys = RowKeys(self.locale)
        self._outer = self._join_type()
        self._nulls_match = properties.boolean(self.model.properties, "TreatNullsAsEqual", True, owner=self.model.name)
        self._columns = self._outputs()
        count = self._key_count()
        left, right = (self._sorted(one)[:count] for one in self.model.inputs)
        self._key_types = [common_type(a.type, b.type) or a.type for a, b in zip(left, right, strict=True)]
        folder = self.host.settings.temp
        self._lease = lease(self.host.settings.memory_limit)
        memory, waiting = self._lease.part(2), self._lease.part(2, MAX_BYTES)
        self._sides = {
            one.ref_id: JoinSide(keys, SpillQueue(folder, waiting), memory=memory, folder=folder)
            for one, keys in zip(self.model.inputs, (left, right), strict=True)
        }

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """Take a buffer and join what can be."""
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
        side = self._sides[input_ref]
        return side.queue.rows + side.held < HELD_ROWS

    def close(self) -> None:
        """Forget the rows."""
        if self._keys is not None:
            self._keys.close()
            for side in self._sides.values():
                side.close()
        if self._lease is not None:
            self._lease.give_back()

    def _advance(self) -> Iterable[Emit]:
        """Join as far as the complete runs of both sides go."""
        left, right = (self._sides[one.ref_id] for one in self.model.inputs)
        while self._filled(left) and self._filled(right):
            found = segments(left, right, nulls_match=self._nulls_match)
            if found.unordered and not self._warned:
                self._warned = True
                self.host.fire_warning(
                    NOT_SORTED,
                    self.label,
                    f'The rows of an input of "{self.model.name}" are not in the order that the input is declared to '
                    "have. Matches are missing in the result. Sort the data, or set IsSorted to False and add a Sort.",
                )
            if not found.count:
                return
            for lefts, rights in joined_rows(found, self._outer):
                yield self.output().ref_id, self._emitted(left, right, lefts, rights)
            left.drop(found.left_done)
            right.drop(found.right_done)

    def _filled(self, side: JoinSide) -> bool:
        """Take waiting buffers until a run of equal keys is complete; False when more have to come for that."""
        while not side.complete and not side.closed and len(side.queue):
            self._take(side)
        return side.complete or side.closed

    def _take(self, side: JoinSide) -> None:
        """Add the next waiting buffer to the rows of a side."""
        import polars as pl

        if self._keys is None:
            return
        _, frame = side.queue.take()
        if self._nulls_match:
            null = pl.repeat(False, frame.height, dtype=pl.Boolean, eager=True)
        else:
            null = self._keys.has_null(frame, side.keys)
        side.add(frame, self._keys.encode(frame, side.keys, self._key_types), null)

    def _emitted(self, left: JoinSide, right: JoinSide, lefts: pl.Series, rights: pl.Series) -> pl.DataFrame:
        """Output rows from row numbers of both sides (NULL where a side has none)."""
        import polars as pl

        made = []
        for lineage, spec, from_left, source in self._columns:
            side, places = (left, lefts) if from_left else (right, rights)
            if side.held:
                made.append(side.rows()[source].gather(places).cast(spec.polars()).alias(lineage))
            else:
                made.append(pl.repeat(None, places.len(), dtype=spec.polars(), eager=True).alias(lineage))
        return pl.DataFrame(made)

    def _join_type(self) -> int:
        return properties.integer(self.model.properties, "JoinType", INNER, owner=self.model.name)

    def _key_count(self) -> int:
        return properties.integer(self.model.properties, "NumKeyColumns", 1, owner=self.model.name)

    def _sorted(self, one: Input) -> list[KeyColumn]:
        schema = self.input_schemas.get(one.ref_id, {})
        return sort_key_columns(
            [
                (c.lineage_id, schema.get(c.lineage_id, c.type), c.sort_key_position, c.comparison_flags)
                for c in one.columns
            ]
        )

    def _outputs(self) -> list[tuple[str, TypeSpec, bool, str]]:
        """Lineage id, type, whether from the left input, lineage id of the source; per output column."""
        left, right = self.model.inputs
        sources: dict[str, tuple[bool, str]] = {}
        for one in (right, left):
            for column in one.columns:
                sources[column.ref_id] = (one is left, column.lineage_id)
        found = []
        for column in self.output().columns:
            source = sources.get(properties.reference(column.properties, "InputColumnID"))
            if source is None:
                raise MergeJoinOutputColumn(column=column.name)
            found.append((column.lineage_id, column.type, *source))
        return found
