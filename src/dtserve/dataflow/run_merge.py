"""Several sorted runs as one: a block of each is loaded, and what comes before the last loaded row of every run can go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from dtserve.dataflow.runs import DiskRun, MemoryRun

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

__all__ = ["merged_runs"]


def merged_runs(
    runs: Sequence[MemoryRun | DiskRun],
    ordered: Callable[[pl.DataFrame], np.ndarray],
    *,
    block: int,
    least: int,
    most: int,
) -> Iterator[pl.DataFrame]:
    """The rows of runs in order, at most ``most`` at a time; of equal ones those of the earlier run come first.

    ``ordered`` gives the numbers of any rows in their order, equal ones as they stand.
    ``block`` bytes of a run are loaded at once, ``least`` rows at least.
    """
    if len(runs) == 1:
        yield from runs[0].blocks(most)
        return
    readers = [_Reader(run, max(block // max(run.row_bytes, 1), least)) for run in runs]
    while True:
        waiting = [reader for reader in readers if reader.fill()]
        if not waiting:
            return
        yield from _step(waiting, ordered, most)


class _Reader:
    """A run that is read: the rows that are loaded and have not gone."""

    def __init__(self, run: MemoryRun | DiskRun, rows: int) -> None:
        self._blocks = run.blocks(rows)
        self._full = 0
        self.open = True
        self.rows: list[pl.DataFrame] = []
        self.height = 0

    def fill(self) -> bool:
        """Load the next block when half of the last one has gone; False when the run has ended."""
        while self.open and self.height * 2 <= self._full:
            block = next(self._blocks, None)
            if block is None:
                self.open = False
                break
            self.rows.append(block)
            self.height += block.height
            self._full = max(block.height, 1)
        return self.height > 0

    def drop(self, count: int) -> None:
        """The first rows have gone."""
        self.height -= count
        while self.rows and count >= self.rows[0].height:
            count -= self.rows.pop(0).height
        if count:
            self.rows[0] = self.rows[0].slice(count)


def _step(
    readers: Sequence[_Reader], ordered: Callable[[pl.DataFrame], np.ndarray], most: int
) -> Iterator[pl.DataFrame]:
    """The rows that can go; the others stay with their readers."""
    import numpy as np
    import polars as pl

    whole = pl.concat([rows for reader in readers for rows in reader.rows], rechunk=True)
    if len(readers) == 1:
        for start in range(0, whole.height, most):
            yield whole.slice(start, most)
        readers[0].drop(whole.height)
        return
    order = ordered(whole)
    ends = np.cumsum([reader.height for reader in readers])
    last = np.zeros(whole.height, dtype=np.bool_)
    last[[end - 1 for end, reader in zip(ends, readers, strict=True) if reader.open]] = True
    stops = np.flatnonzero(last[order])
    count = int(stops[0]) + 1 if stops.size else whole.height
    going = np.zeros(whole.height, dtype=np.bool_)
    going[order[:count]] = True
    for end, reader in zip(ends, readers, strict=True):
        reader.drop(int(np.count_nonzero(going[end - reader.height : end])))
    for start in range(0, count, most):
        yield whole[pl.Series(order[start : min(start + most, count)])]
