"""Sorting more rows than memory holds: stable, in steps that can be stopped (ENGINE §9).

Rows are put in order in runs of up to a million while they arrive (:mod:`.ordering`). Up to
``memory`` bytes of runs stay in memory, as they came and with the order beside them; the others are
files in ``folder``. In the end the runs are merged (:mod:`.run_merge`). Rows with equal keys keep the
order of arrival.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, SupportsInt

from dtserve.dataflow.ordering import SortKey, row_order
from dtserve.dataflow.run_merge import merged_runs
from dtserve.dataflow.runs import DiskRun, MemoryRun, compact, held_bytes

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

__all__ = ["OUT_ROWS", "ExternalSort"]

OUT_ROWS = 65_536
"""Rows per buffer that a blocking component gives."""

RUN_ROWS = 1_000_000
"""Rows of a run: what is sorted in one go, half a second at most."""

RUN_SHARE = 3
"""A run takes this part of the memory at most; while it is put in order it needs as much again."""

BLOCK_BYTES, SMALL_BLOCK_BYTES = 2**21, 2**16
"""Bytes of a run that are loaded at once in a merge: a part of the memory within these bounds."""

FAN, LEAST_FAN = 16, 8
"""Runs that are merged at once as far as half of the memory holds a block of each, and at least."""

LEAST_ROWS = 1024
"""Rows that are loaded at least."""


class ExternalSort:
    """Collects frames and gives them back sorted.

    NULL stands first in ascending and last in descending columns when ``nulls_first``, else
    the other way round.
    """

    def __init__(self, by: Sequence[SortKey], *, nulls_first: bool, memory: SupportsInt, folder: Path) -> None:
        self._by = by
        self._nulls_first = nulls_first
        self._share = memory
        self._folder = folder
        self._pending: list[pl.DataFrame] = []
        self._pending_rows = 0
        self._pending_bytes = 0
        self._runs: list[MemoryRun | DiskRun] = []
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
        if self._pending_rows >= RUN_ROWS or self._pending_bytes * RUN_SHARE >= self._memory:
            self._close_run()

    def sorted(self) -> Iterator[pl.DataFrame]:
        """All rows in order, in buffers; call once."""
        self._close_run()
        blocks = self._memory // (2 * BLOCK_BYTES)
        fan = max(blocks // 4, min(blocks, FAN), LEAST_FAN)  # to sort blocks takes several times their size
        while len(self._runs) > fan:
            groups = [self._runs[at : at + fan] for at in range(0, len(self._runs), fan)]
            self._runs = []
            for group in groups:
                self._runs.append(self._joined(group))
            if self._stop.is_set():
                return
        yield from self._merged(self._runs)

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
        whole = pl.concat(self._pending, rechunk=True)
        self._pending.clear()
        self._pending_rows = self._pending_bytes = 0
        self._runs.append(MemoryRun(whole, self._order(whole)))
        if self.held * 3 > self._memory:  # the next run needs room, too
            for at, run in enumerate(self._runs):
                if isinstance(run, MemoryRun) and not self._stop.is_set():
                    self._runs[at] = self._written(run.blocks(self._block // max(run.row_bytes, 1) + 1))
                    run.close()
                if self.held * 6 <= self._memory:
                    break

    def _written(self, frames: Iterator[pl.DataFrame]) -> DiskRun:
        run = DiskRun(self._folder)
        run.write(frames, self._block)
        return run

    def _joined(self, runs: list[MemoryRun | DiskRun]) -> DiskRun:
        """One run of several that follow each other."""
        try:
            return self._written(self._merged(runs))
        finally:
            for run in runs:
                run.close()

    def _order(self, rows: pl.DataFrame) -> np.ndarray:
        """The numbers of the rows in order, equal ones as they came."""
        return row_order(rows, self._by, nulls_first=self._nulls_first)

    def _merged(self, runs: list[MemoryRun | DiskRun]) -> Iterator[pl.DataFrame]:
        """The rows of runs in order."""
        for frame in merged_runs(runs, self._order, block=self._block, least=LEAST_ROWS, most=OUT_ROWS):
            if self._stop.is_set():
                return
            yield frame
