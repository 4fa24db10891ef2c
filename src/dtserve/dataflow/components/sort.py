"""Sort: rows by key columns, optionally without duplicates (DATA_FLOW §5).

``NewSortKeyPosition`` of an input column gives its place in the key, negative for
descending, 0 for a column that only passes through; ``NewComparisonFlags`` how its texts
compare. Output columns name their input column in ``SortColumnId``. Rows with equal keys
keep the order of arrival. MaximumThreads is accepted and has no effect. Large inputs
spill to disk.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from dtserve.dataflow import properties
from dtserve.dataflow.base import BlockingTransform, Emit
from dtserve.dataflow.budget import Lease, lease
from dtserve.dataflow.collation import NULLS_FIRST, Letters, SortKeys, fold, letters_of
from dtserve.dataflow.flat_file.prefetch import prefetched
from dtserve.dataflow.key_codes import few_values
from dtserve.dataflow.ordering import dense_ranks
from dtserve.dataflow.registry import component
from dtserve.dataflow.sorting import ExternalSort
from dtserve.dataflow.transform_errors import OutputColumnNotInInput, SortDuplicateKey, SortNeedsKey

if TYPE_CHECKING:
    import polars as pl

    from dtserve.datatypes import TypeSpec
    from dtserve.package.model import Column

__all__ = ["Sort"]

SURVIVOR = "last"
"""Which of equal rows EliminateDuplicates keeps: the last, as committed outputs of SSIS show; ``first`` otherwise."""


@component("Sort")
class Sort(BlockingTransform):
    """Collects all rows, then gives them in order."""

    _sort: ExternalSort | None = None
    _lease: Lease | None = None
    _texts: SortKeys | None = None
    _ahead: Generator[pl.DataFrame, None, None] | None = None

    def validate(self) -> None:
        """There must be a key, each position once, and every output column must come from an input column."""
        keys = self._keys()
        if not keys:
            raise SortNeedsKey()
        for (column, position), (after, again) in pairwise(keys):
            if abs(position) == abs(again):
                raise SortDuplicateKey(
                    first=column.name, first_number=column.number,
                    second=after.name, second_number=after.number, weight=abs(position),
                )  # fmt: skip
        self._outputs()

    def start(self) -> None:
        """Prepare the sort."""
        into = self.model.inputs[0]
        types = self.input_schemas[into.ref_id]
        texts = self._texts = SortKeys(self.locale)
        self._by = [
            _Key(c.lineage_id, types.get(c.lineage_id, c.type), position < 0, self._flags(c), texts)
            for c, position in self._keys()
        ]
        self._names = self._outputs()
        self._distinct = properties.boolean(self.model.properties, "EliminateDuplicates", owner=self.model.name)
        self._lease = lease(self.host.settings.memory_limit)
        self._sort = ExternalSort(self._by, nulls_first=NULLS_FIRST, memory=self._lease, folder=self.host.settings.temp)

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """Keep the rows."""
        if self._sort is not None and self._lease is not None:
            self._lease.take()
            for key in self._by:
                key.look_at(frame)
            self._sort.add(frame.select([*dict.fromkeys([*self._names.values(), *(key.name for key in self._by)])]))
        return ()

    def finish(self) -> Iterator[Emit]:
        """All rows in order, under the names of the output."""
        import polars as pl

        if self._sort is None:
            return
        output = self.output().ref_id
        rename = [pl.col(source).alias(target) for target, source in self._names.items()]
        self._ahead = prefetched(self._sort.sorted())
        for frame in self._without_duplicates(self._ahead) if self._distinct else self._ahead:
            yield output, frame.select(rename)
        self.close()

    def interrupt(self) -> None:
        """End a sort on disk."""
        if self._sort is not None:
            self._sort.interrupt()

    def close(self) -> None:
        """Forget the rows; the thread that sorted ahead has ended then."""
        if self._ahead is not None:
            self._ahead.close()
        if self._sort is not None:
            self._sort.close()
        if self._lease is not None:
            self._lease.give_back()
        if self._texts is not None:
            self._texts.close()

    def _keys(self) -> list[tuple[Column, int]]:
        found = [
            (c, properties.integer(c.properties, "NewSortKeyPosition", owner=self.model.name))
            for c in self.model.inputs[0].columns
        ]
        return sorted((pair for pair in found if pair[1]), key=lambda pair: abs(pair[1]))

    def _flags(self, column: Column) -> int:
        return properties.integer(column.properties, "NewComparisonFlags", owner=self.model.name)

    def _outputs(self) -> dict[str, str]:
        """Output lineage id → input lineage id, for the columns that arrive."""
        arriving = self.input_schemas.get(self.model.inputs[0].ref_id, {})
        found = {}
        for column in self.output().columns:
            source = properties.reference(column.properties, "SortColumnId")
            if source not in arriving:
                raise OutputColumnNotInInput(column=column.name, number=column.number, lineage=source)
            found[column.lineage_id] = source
        return found

    def _without_duplicates(self, frames: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
        """One row of each run of equal keys; a run may go over buffers."""
        import polars as pl

        held: pl.DataFrame | None = None
        for frame in frames:
            rows = frame if held is None else pl.concat([held, frame])
            starts = self._run_starts(rows)
            at = starts.arg_true()
            if at.len() < 2:
                held = rows if SURVIVOR == "last" or held is None else held
                held = held.tail(1) if SURVIVOR == "last" else held.head(1)
                continue
            picks = at.slice(1).cast(pl.Int64) - 1 if SURVIVOR == "last" else at.head(at.len() - 1)
            yield rows[picks.cast(pl.UInt32)]
            open_run = rows.slice(int(at[-1]))
            held = open_run.tail(1) if SURVIVOR == "last" else open_run.head(1)
        if held is not None:
            yield held

    def _run_starts(self, rows: pl.DataFrame) -> pl.Series:
        """True at each row whose key differs from that of the row before."""
        import polars as pl

        compared = pl.DataFrame([key.folded(rows).alias(str(i)) for i, key in enumerate(self._by)])
        return compared.select(
            pl.any_horizontal(pl.all().ne_missing(pl.all().shift())) | (pl.int_range(pl.len()) == 0)
        ).to_series()


class _Key:
    """A key column."""

    def __init__(self, name: str, spec: TypeSpec, descending: bool, flags: int, texts: SortKeys) -> None:
        self.name = name
        self._descending = descending
        self._flags = flags
        self._linguistic = spec.family == "text"
        self._nested = spec.dt.name == "DBTIMESTAMPOFFSET"
        self._texts = texts
        self._letters = Letters()

    @property
    def costly(self) -> bool:
        """Whether its texts need the collator."""
        return self._linguistic and not self._texts.plain(self._letters)

    def look_at(self, rows: pl.DataFrame) -> None:
        """Note what the texts are made of, before they are sorted."""
        if self._linguistic and self._letters.plain:
            self._letters &= letters_of(rows[self.name])

    def columns(self, values: pl.Series) -> list[tuple[pl.Series, bool]]:
        """What rows are sorted by for this key, and whether it runs down."""
        few = few_values(values) if self._linguistic else None
        if few is not None:
            different, index = few
            return [(dense_ranks(self._texts.columns(different, self._flags)).gather(index), self._descending)]
        if self._linguistic:
            made = self._texts.columns(values, self._flags, self._letters if self._letters.plain else None)
            return [(column, self._descending is not reverse) for column, reverse in made]
        return [(self._plain(values), self._descending)]

    def folded(self, rows: pl.DataFrame) -> pl.Series:
        """What makes rows equal."""
        values = rows[self.name]
        return fold(values, self._flags) if self._linguistic and self._flags else self._plain(values)

    def _plain(self, values: pl.Series) -> pl.Series:
        return values.struct.field("utc") if self._nested else values
