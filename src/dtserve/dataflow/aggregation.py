"""Grouping and aggregates over any number of rows, exact and inside a memory limit.

Buffers are added to the state of the groups (:mod:`.group_totals`) as long as it fits
into memory and all values into 64 bits. After that they are reduced to partial results
per group; partial results are reduced again as they pile up. When the groups themselves
outgrow the limit, the partial results go to files by a hash of the group, and the last
step takes one file after the other. There integers are summed as 38-digit decimals and
decimals in their own scale, so nothing overflows unseen.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, SupportsInt

from dtserve.dataflow.aggregate_items import (
    AVERAGE,
    COUNT,
    COUNT_ALL,
    COUNT_DISTINCT,
    GROUP_BY,
    MAXIMUM,
    MINIMUM,
    SUM,
    Item,
    check_sums,
    first_step,
    second_step,
)
from dtserve.dataflow.group_totals import GroupTotals
from dtserve.dataflow.ordering import ColumnKey
from dtserve.dataflow.runs import Partitions, compact, held_bytes
from dtserve.dataflow.sorting import OUT_ROWS, ExternalSort

if TYPE_CHECKING:
    import polars as pl

__all__ = ["AVERAGE", "COUNT", "COUNT_ALL", "COUNT_DISTINCT", "GROUP_BY", "MAXIMUM", "MINIMUM", "SUM", "Groups", "Item"]

FIRST = "__first"
FILES = 64
"""Files that groups are spread over when they do not fit into memory."""

BATCH_ROWS = 400_000
"""Rows that are reduced to partial results in one go."""

DIRECT_ROWS = 32_768
"""Rows that are worth adding to the groups by themselves."""


class Groups:
    """The state of one output of an Aggregate."""

    def __init__(self, items: Sequence[Item], *, memory: SupportsInt, folder: Path) -> None:
        self._items = items
        self._keys = [f"k{i}" for i, item in enumerate(items) if item.kind == GROUP_BY] or ["k0"]
        self._key_columns = [item.key or item.column for item in items if item.kind == GROUP_BY]
        self._distinct = [item for item in items if item.kind == COUNT_DISTINCT]
        self._needed = list(dict.fromkeys([*self._key_columns, *(i.key for i in items if i.key), *_columns(items)]))
        self._share = memory
        self._folder = folder
        self._waiting: list[pl.DataFrame] = []
        self._waiting_rows = 0
        self._waiting_bytes = 0
        self._partial: list[pl.DataFrame] = []
        self._seen: dict[str, list[pl.DataFrame]] = {item.name: [] for item in self._distinct}
        self._bytes = 0
        self._rows = 0
        self._spilled: Partitions | None = None
        self._seen_files: dict[str, Partitions] = {}
        self._stop = threading.Event()
        self._schema: dict[str, pl.DataType] = {}
        self._totals: GroupTotals | None = GroupTotals(items, self._keys, self._key_columns, FIRST)

    @property
    def _memory(self) -> int:
        """Bytes that may stay in memory, which may become less."""
        return int(self._share)

    def add(self, frame: pl.DataFrame) -> None:
        """Take a buffer."""
        kept = frame.select(self._needed) if self._needed else frame
        if self._totals is not None and kept.height >= DIRECT_ROWS and not self._waiting:
            self._absorb(kept)
            return
        kept = compact(kept)
        self._waiting.append(kept)
        self._waiting_rows += kept.height
        self._waiting_bytes += held_bytes(kept)
        enough = BATCH_ROWS if self._totals is None else DIRECT_ROWS
        if self._waiting_rows >= enough or self._waiting_bytes * 4 > self._memory:
            self._absorb_waiting()

    def _absorb_waiting(self) -> None:
        """Take the buffers that wait together."""
        import polars as pl

        if self._waiting:
            frame = pl.concat(self._waiting)
            self._waiting.clear()
            self._waiting_rows = self._waiting_bytes = 0
            self._absorb(frame)

    def _absorb(self, frame: pl.DataFrame) -> None:
        """Add rows to the groups, or reduce them to partial results."""
        if self._totals is not None:
            if self._totals.add(frame, self._rows):
                self._rows += frame.height
                if self._totals.size > self._memory:
                    self._leave_totals(self._totals)
                return
            self._leave_totals(self._totals)
        self._partly(frame)

    def _leave_totals(self, totals: GroupTotals) -> None:
        """The state of the groups as partial results, to go on with those."""
        import polars as pl

        self._totals = None
        if self._rows:
            part = totals.frame()
            self._schema = {**part.schema, **{f"{item.name}.n": pl.Int64() for item in self._distinct}}
            self._keep(part, {item.name: totals.seen(item.name) for item in self._distinct})

    def _keep(self, part: pl.DataFrame, seen: dict[str, pl.DataFrame]) -> None:
        """Partial results and distinct values wait; too many are reduced."""
        self._partial.append(part)
        self._bytes += held_bytes(part)
        for name, values in seen.items():
            self._seen[name].append(values)
            self._bytes += held_bytes(values)
        if self._bytes > self._memory:
            self._reduce()

    def _partly(self, frame: pl.DataFrame) -> None:
        """Reduce rows to partial results."""
        import polars as pl

        rows = pl.int_range(self._rows, self._rows + frame.height, dtype=pl.Int64)
        made = [pl.col(column) for column in self._key_columns] or [pl.lit(0, pl.Int8)]
        keyed = frame.with_columns(*(e.alias(key) for key, e in zip(self._keys, made, strict=True)), rows.alias(FIRST))
        keys = self._keys
        self._rows += frame.height
        summed = [i.column for i in self._items if i.kind in (SUM, AVERAGE) and i.type.family == "decimal"]
        check_sums(keyed, keys, summed)
        part = keyed.group_by(keys, maintain_order=True).agg(
            pl.col(FIRST).min(), *(expr for item in self._items for expr in first_step(item))
        )
        self._schema = {**part.schema, **{f"{item.name}.n": pl.Int64() for item in self._distinct}}
        self._keep(
            part,
            {
                item.name: keyed.select(*keys, pl.col(item.key or item.column).alias("v"))
                .filter(pl.col("v").is_not_null())
                .unique()
                for item in self._distinct
            },
        )

    def results(self) -> Iterator[pl.DataFrame]:
        """The groups in the order in which they first appeared: partial columns, and ``name.n`` of distinct counts."""
        import polars as pl

        self._absorb_waiting()
        if not self._rows:
            return
        if self._spilled is None:
            if self._totals is not None:
                whole = self._totals.frame()
                whole = whole.with_columns(self._totals.distinct(item.name) for item in self._distinct)
            else:
                whole = self._joined(pl.concat(self._partial)).sort(FIRST)
                for item in self._distinct:
                    found = self._counted(item, pl.concat(self._seen[item.name]))
                    whole = whole.join(found, on=self._keys, how="left", nulls_equal=True, maintain_order="left")
            for start in range(0, whole.height, OUT_ROWS):
                yield whole.slice(start, OUT_ROWS)
            return
        self._flush(self._spilled)
        ordered = ExternalSort([ColumnKey(FIRST)], nulls_first=True, memory=self._share, folder=self._folder)
        try:
            for frame in self._from_disk(self._spilled):
                ordered.add(frame)
            yield from ordered.sorted()
        finally:
            ordered.close()

    def interrupt(self) -> None:
        """End the last step, which runs in another thread, at its next file."""
        self._stop.set()

    def close(self) -> None:
        """Forget everything."""
        self._waiting.clear()
        self._totals = None
        self._partial.clear()
        self._seen.clear()
        for files in (self._spilled, *self._seen_files.values()):
            if files is not None:
                files.close()
        self._spilled = None

    def _reduce(self) -> None:
        """Join what has piled up; to disk when that does not help."""
        import polars as pl

        if self._spilled is None:
            self._partial = [self._joined(pl.concat(self._partial))]
            self._seen = {name: [pl.concat(frames).unique()] for name, frames in self._seen.items()}
            held = [*self._partial, *(frame for frames in self._seen.values() for frame in frames)]
            self._bytes = sum(held_bytes(frame) for frame in held)
            if self._bytes < self._memory // 2:
                return
            self._spilled = Partitions(self._folder, FILES)
            self._seen_files = {item.name: Partitions(self._folder, FILES) for item in self._distinct}
        self._flush(self._spilled)

    def _flush(self, files: Partitions) -> None:
        """All partial results to disk; distinct values by themselves, so that a group may have any number of them."""
        import polars as pl

        zeros = [pl.lit(0, pl.Int64).alias(f"{item.name}.n") for item in self._distinct]
        for frame in self._partial:
            files.add(frame.with_columns(zeros), self._keys)
        for item in self._distinct:
            for frame in self._seen[item.name]:
                self._seen_files[item.name].add(frame, [*self._keys, "v"])
            self._seen[item.name] = []
        self._partial = []
        self._bytes = 0

    def _from_disk(self, files: Partitions) -> Iterator[pl.DataFrame]:
        """The groups, file by file; the counts of distinct values join the partial results first."""
        import polars as pl

        for item in self._distinct:
            seen = self._seen_files[item.name]
            for number in range(seen.count):
                values = seen.read(number)
                if self._stop.is_set():
                    return
                if values is not None:
                    counted = self._counted(item, values)
                    missing = [
                        pl.lit(None, dtype=t).alias(n) for n, t in self._schema.items() if n not in counted.columns
                    ]
                    files.add(counted.with_columns(missing).select(list(self._schema)), self._keys)
        for number in range(files.count):
            parts = files.read(number)
            if self._stop.is_set():
                return
            if parts is not None:
                yield self._joined(parts)

    def _counted(self, item: Item, values: pl.DataFrame) -> pl.DataFrame:
        """How many distinct values each group has."""
        import polars as pl

        return values.unique().group_by(self._keys).agg(pl.len().cast(pl.Int64).alias(f"{item.name}.n"))

    def _joined(self, parts: pl.DataFrame) -> pl.DataFrame:
        """Partial results with one row per group."""
        import polars as pl

        summed = [i for i in self._items if i.kind in (SUM, AVERAGE) and i.type.family != "float"]
        check_sums(parts, self._keys, [f"{item.name}.s" for item in summed])
        counts = [pl.col(f"{item.name}.n").sum() for item in self._distinct if f"{item.name}.n" in parts.columns]
        return parts.group_by(self._keys, maintain_order=True).agg(
            pl.col(FIRST).min(),
            *(second_step(name, how) for item in self._items for name, how in item.parts.items()),
            *counts,
        )


def _columns(items: Sequence[Item]) -> list[str]:
    """The columns that are read."""
    return [item.column for item in items if item.column]
