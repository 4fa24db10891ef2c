"""Sorting more rows than memory holds: stable, in steps that can be stopped (ENGINE §9).

Rows are sorted in runs of up to a million while they arrive. Up to ``memory`` bytes
of runs stay in memory, the others are files in ``folder``. In the end the runs are
merged: a block of each is loaded, all are sorted together, and what lies before the last
loaded row of every run can go. Rows with equal keys keep the order of arrival.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, SupportsInt

from dtserve.dataflow.runs import DiskRun, MemoryRun, compact, held_bytes

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

__all__ = ["OUT_ROWS", "ExternalSort", "SortColumns"]

OUT_ROWS = 65_536
"""Rows per buffer that a blocking component gives."""

RUN_ROWS = 1_000_000
"""Rows of a run: what is sorted in one go, half a second at most."""

BLOCK_BYTES, SMALL_BLOCK_BYTES = 2**21, 2**16
"""Bytes of a run that are loaded at once in a merge: a part of the memory within these bounds."""

FAN, LEAST_FAN = 16, 8
"""Runs that are merged at once as far as half of the memory holds a block of each, and at least."""

LEAST_ROWS = 1024
"""Rows that are loaded at least."""

SAMPLE_ROWS = 8192
"""Rows whose texts tell whether a column has few different ones."""

_ORDER = "__order"
_RUN_BITS = 40


SortColumns = Callable[["pl.DataFrame"], Sequence[tuple["pl.Series", bool]]]
"""From rows to what they are sorted by: columns of the same height and whether each runs down."""


class ExternalSort:
    """Collects frames and gives them back sorted.

    ``by`` are columns of the frames with their direction (True runs down), or a function
    that makes such columns for any rows; their order alone counts, so it may make others for
    other rows. NULL stands first in ascending and last in descending columns when
    ``nulls_first``, else the other way round.
    """

    def __init__(
        self, by: list[tuple[str, bool]] | SortColumns, *, nulls_first: bool, memory: SupportsInt, folder: Path
    ) -> None:
        self._by: SortColumns
        if callable(by):
            self._by = by
        else:
            named = by
            self._by = lambda rows: [(rows[name], down) for name, down in named]
        self._nulls_first = nulls_first
        self._share = memory
        self._folder = folder
        self._pending: list[pl.DataFrame] = []
        self._pending_rows = 0
        self._pending_bytes = 0
        self._runs: list[MemoryRun | DiskRun] = []
        self._rows = 0
        self._stop = threading.Event()

    @property
    def _memory(self) -> int:
        """Bytes of runs that may stay in memory, which may become less."""
        return int(self._share)

    @property
    def _block(self) -> int:
        """Bytes of a run that are loaded at once."""
        return min(max(self._memory // 32, SMALL_BLOCK_BYTES), BLOCK_BYTES)

    @property
    def spilled(self) -> bool:
        """Whether rows went to disk."""
        return any(isinstance(run, DiskRun) for run in self._runs)

    @property
    def held(self) -> int:
        """Bytes of rows in memory."""
        return self._pending_bytes + sum(run.size for run in self._runs if isinstance(run, MemoryRun))

    def add(self, frame: pl.DataFrame) -> None:
        """Take a frame."""
        kept = compact(frame)
        self._pending.append(kept)
        self._pending_rows += kept.height
        self._pending_bytes += held_bytes(kept)
        if self._pending_rows >= RUN_ROWS or self._pending_bytes * 8 >= self._memory:
            self._close_run()

    def sorted(self) -> Iterator[pl.DataFrame]:
        """All rows in order, in buffers; call once."""
        self._close_run()
        blocks = self._memory // (2 * BLOCK_BYTES)
        fan = max(blocks // 4, min(blocks, FAN), LEAST_FAN)  # to sort blocks takes several times their size
        while len(self._runs) > fan:
            groups = [self._runs[at : at + fan] for at in range(0, len(self._runs), fan)]
            self._runs = []
            for number, group in enumerate(groups):
                self._runs.append(self._joined(group, number))
            if self._stop.is_set():
                return
        for frame in self._merged(self._runs):
            yield frame.drop(_ORDER)

    def interrupt(self) -> None:
        """End a sort that runs in another thread at its next step."""
        self._stop.set()

    def close(self) -> None:
        """Forget everything, remove the files."""
        self._pending.clear()
        for run in self._runs:
            run.close()
        self._runs.clear()

    def _close_run(self) -> None:
        """Sort what has come since the last run; to disk with the oldest runs when there is too much."""
        import polars as pl

        if not self._pending:
            return
        whole = pl.concat(self._pending)
        self._pending.clear()
        self._pending_rows = self._pending_bytes = 0
        first = len(self._runs) << _RUN_BITS
        arrival = pl.int_range(first, first + whole.height, dtype=pl.Int64, eager=True).alias(_ORDER)
        self._runs.append(MemoryRun(self._ordered(whole.with_columns(arrival))))
        if self.held * 3 > self._memory:  # the next run needs room, too, and twice as much while it is sorted
            for at, run in enumerate(self._runs):
                if isinstance(run, MemoryRun) and not self._stop.is_set():
                    spilled = DiskRun(self._folder)
                    self._runs[at] = spilled
                    spilled.write(iter([run.frame]), self._block)
                if self.held * 6 <= self._memory:
                    break

    def _joined(self, runs: list[MemoryRun | DiskRun], number: int) -> DiskRun:
        """One run of several that follow each other."""
        import polars as pl

        def renumbered() -> Iterator[pl.DataFrame]:
            first = number << _RUN_BITS
            for frame in self._merged(runs):
                order = pl.int_range(first, first + frame.height, dtype=pl.Int64, eager=True)
                first += frame.height
                yield frame.with_columns(order.alias(_ORDER))

        joined = DiskRun(self._folder)
        try:
            joined.write(renumbered(), self._block)
        finally:
            for run in runs:
                run.close()
        return joined

    def _ordered(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows sorted, those with equal keys by their arrival."""
        columns = [*((_ranked(column), down) for column, down in self._by(rows)), (rows[_ORDER], False)]
        names = [f"__by{at}" for at in range(len(columns))]
        keyed = rows.with_columns(column.alias(name) for name, (column, _) in zip(names, columns, strict=True))
        down = [descending for _, descending in columns]
        last = [descending if self._nulls_first else not descending for descending in down]
        return keyed.sort(names, descending=down, nulls_last=last).drop(names)

    def _merged(self, runs: list[MemoryRun | DiskRun]) -> Iterator[pl.DataFrame]:
        """The rows of runs in order, with their place of arrival."""
        if len(runs) == 1:
            yield from runs[0].blocks(OUT_ROWS)
            return
        merge = _Merge(runs, self._ordered, self._block)
        while not self._stop.is_set():
            ready = merge.step()
            if ready is None:
                return
            for start in range(0, ready.height, OUT_ROWS):
                yield ready.slice(start, OUT_ROWS)


def _ranked(column: pl.Series) -> pl.Series:
    """Texts of which there are few, as numbers in the same order: numbers are sorted in a fraction of the time."""
    import numpy as np
    import polars as pl

    from dtserve.datatypes.distinct import encode

    sample = column.head(SAMPLE_ROWS)
    if column.dtype not in (pl.String, pl.Binary) or len(column) <= SAMPLE_ROWS or 8 * sample.n_unique() > SAMPLE_ROWS:
        return column
    values, index = encode(column)
    ranks = np.empty(len(values), dtype=np.uint32)
    ranks[values.arg_sort().to_numpy()] = np.arange(len(values), dtype=np.uint32)
    return pl.Series(ranks).gather(index)


class _Merge:
    """Several runs going on together."""

    def __init__(
        self, runs: list[MemoryRun | DiskRun], ordered: Callable[[pl.DataFrame], pl.DataFrame], block: int
    ) -> None:
        self._readers = [run.blocks(max(block // max(run.row_bytes, 1), LEAST_ROWS)) for run in runs]
        self._ordered = ordered
        self._open = [True] * len(runs)
        self._last = [-1] * len(runs)
        self._held = [0] * len(runs)
        self._full = [0] * len(runs)
        self._rest: pl.DataFrame | None = None

    def step(self) -> pl.DataFrame | None:
        """The next rows in order; None after the last."""
        import numpy as np
        import polars as pl

        parts = [self._rest] if self._rest is not None else []
        for at, reader in enumerate(self._readers):
            while self._open[at] and self._held[at] * 2 <= self._full[at]:
                block = next(reader, None)
                if block is None:
                    self._open[at] = False
                    break
                parts.append(block)
                self._held[at] += block.height
                self._full[at] = max(block.height, 1)
                self._last[at] = int(block[_ORDER][-1])
        if not parts:
            return None
        whole = pl.concat(parts)
        if len(parts) > 1:
            whole = self._ordered(whole)
        order = whole[_ORDER].to_numpy()
        bounds = [last for last, more in zip(self._last, self._open, strict=True) if more]
        end = whole.height
        if bounds:
            end = int(np.flatnonzero(np.isin(order, bounds))[0]) + 1
        self._rest = whole.slice(end) if end < whole.height else None
        self._count(order[end:])
        return whole.head(end)

    def _count(self, order: np.ndarray) -> None:
        """How many rows of each run wait."""
        import numpy as np

        left = np.sort(order)
        for at, last in enumerate(self._last):
            if last >= 0:
                first = last >> _RUN_BITS << _RUN_BITS
                low, high = np.searchsorted(left, [first, first + (1 << _RUN_BITS)])
                self._held[at] = int(high - low)
