"""The two-pointer merge of a join over buffers: runs of equal keys, segments of runs, rows of segments."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, SupportsInt

from dtserve.dataflow.keys import KeyColumn
from dtserve.dataflow.queues import SpillQueue
from dtserve.dataflow.runs import held_bytes, mapped
from dtserve.dataflow.sorting import OUT_ROWS

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

__all__ = ["FULL", "INNER", "LEFT", "JoinSide", "Segments", "joined_rows", "segments"]

FULL, LEFT, INNER = 0, 1, 2


class JoinSide:
    """One input of a join: the waiting buffers, the rows being joined and their keys.

    More than ``memory`` bytes of rows being joined (a run of very many equal keys) go to
    files in ``folder`` that are mapped into memory, so that the system can let go of them.
    """

    def __init__(
        self, keys: list[KeyColumn], queue: SpillQueue, *, memory: SupportsInt = 2**30, folder: Path = Path()
    ) -> None:
        self.keys = keys
        self.queue = queue
        self.ended = False
        self._memory = memory
        self._folder = folder
        self._rows: pl.DataFrame | None = None
        self._keys: pl.Series | None = None
        self._null: pl.Series | None = None
        self._in_memory = 0
        self._files: list[Path] = []

    @property
    def held(self) -> int:
        """Rows being joined."""
        return 0 if self._rows is None else self._rows.height

    @property
    def mapped(self) -> int:
        """How many files hold rows being joined."""
        return len(self._files)

    @property
    def closed(self) -> bool:
        """Whether no row will be added any more."""
        return self.ended and not len(self.queue)

    @property
    def complete(self) -> bool:
        """Whether there is a run of equal keys that nothing can be added to."""
        if self._keys is None or not self.held:
            return False
        return self.closed or self._keys[0] != self._keys[-1]

    def rows(self) -> pl.DataFrame:
        """The rows being joined."""
        import polars as pl

        return pl.DataFrame() if self._rows is None else self._rows

    def encoded(self) -> pl.Series | None:
        """Their keys; None while there are no rows."""
        return self._keys if self.held else None

    def null(self) -> pl.Series:
        """Whether a key column is NULL."""
        import polars as pl

        return pl.Series("null", [], dtype=pl.Boolean) if self._null is None else self._null

    def add(self, rows: pl.DataFrame, keys: pl.Series, null: pl.Series) -> None:
        """Append a buffer with its keys."""
        import polars as pl

        self._in_memory += held_bytes(rows)
        if self._rows is None or self._keys is None or self._null is None or not self.held:
            self._rows, self._keys, self._null = rows, keys, null
        else:
            self._rows = pl.concat([self._rows, rows])
            self._keys = pl.concat([self._keys, keys])
            self._null = pl.concat([self._null, null])
        if self._in_memory > int(self._memory):
            self._map()

    def drop(self, count: int) -> None:
        """Forget the first rows."""
        if count and self._rows is not None and self._keys is not None and self._null is not None:
            share = (self._rows.height - count) / self._rows.height
            self._rows, self._keys, self._null = (
                self._rows.slice(count),
                self._keys.slice(count),
                self._null.slice(count),
            )
            self._in_memory = int(self._in_memory * share)
            if not self.held:
                self._rows = self._rows.clear()
                self._remove()

    def close(self) -> None:
        """Forget everything."""
        self._rows = self._keys = self._null = None
        self._remove()
        self.queue.close()

    def _map(self) -> None:
        """Move all rows being joined to a file."""
        if self._rows is None:
            return
        path = self._folder / f"join-{uuid.uuid4().hex}.arrow"
        self._files.append(path)
        self._rows = mapped(self._rows, path)
        self._in_memory = 0

    def _remove(self) -> None:
        for path in self._files:
            path.unlink(missing_ok=True)
        self._files.clear()
        self._in_memory = 0


@dataclass(frozen=True)
class Segments:
    """What is joined in one step, in order: per segment the first row and the number of rows on either side.

    A count of 0 means that the side has no row with that key. ``left_done`` and
    ``right_done`` are the rows used up; ``unordered`` tells that a side was not sorted.
    """

    left_start: np.ndarray
    left_count: np.ndarray
    right_start: np.ndarray
    right_count: np.ndarray
    left_done: int
    right_done: int
    unordered: bool

    @property
    def count(self) -> int:
        """How many segments there are."""
        return len(self.left_start)


def segments(left: JoinSide, right: JoinSide, *, nulls_match: bool) -> Segments:
    """The merge of the complete runs of both sides, up to where one of them has no more."""
    import numpy as np

    runs = []
    heads = [side.encoded() for side in (left, right)]
    starts = [_starts(keys) for keys in heads]
    order = _comparable([keys.gather(at) for keys, at in zip(heads, starts, strict=True) if keys is not None])
    unordered = False
    for side, keys, begins in zip((left, right), heads, starts, strict=True):
        own = np.empty(0, dtype=np.int64) if keys is None else order.pop(0)
        ends = np.append(begins[1:], side.held)
        if not side.closed and len(begins):
            begins, ends, own = begins[:-1], ends[:-1], own[:-1]
        unordered = unordered or bool((own[1:] < own[:-1]).any())
        never = np.zeros(len(begins), dtype=np.bool_) if nulls_match else side.null().to_numpy()[begins]
        runs.append((begins, ends - begins, own, never))
    pair = _pair_by_hand if unordered else _pair_sorted
    a, b = pair(runs[0][2], runs[1][2], runs[0][3], runs[1][3], left.closed, right.closed)
    found = []
    for places, (begins, counts, _, _) in ((a, runs[0]), (b, runs[1])):
        safe = np.maximum(places, 0)
        found.append(np.where(places >= 0, begins[safe] if len(begins) else 0, 0))
        found.append(np.where(places >= 0, counts[safe] if len(counts) else 0, 0))
    done = [int(found[i + 1].sum()) for i in (0, 2)]
    return Segments(found[0], found[1], found[2], found[3], done[0], done[1], unordered)


def _starts(keys: pl.Series | None) -> np.ndarray:
    """Where a run of equal keys begins."""
    import numpy as np
    import polars as pl

    if keys is None:
        return np.empty(0, dtype=np.int64)
    if keys.dtype == pl.Int64:
        numbers = keys.to_numpy()
        differs = numbers[1:] != numbers[:-1]
    else:
        differs = (keys != keys.shift(1)).to_numpy()[1:]
    return np.flatnonzero(np.append(True, differs))


def _comparable(keys: list[pl.Series]) -> list[np.ndarray]:
    """Keys of both sides as numbers in their order."""
    import numpy as np
    import polars as pl

    if all(each.dtype == pl.Int64 for each in keys):
        return [each.to_numpy() for each in keys]
    ranks = pl.concat(keys).rank("dense").to_numpy().astype(np.int64)
    return np.split(ranks, [len(keys[0])])[: len(keys)]


def _pair_sorted(
    a: np.ndarray, b: np.ndarray, a_never: np.ndarray, b_never: np.ndarray, a_closed: bool, b_closed: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Runs of two sorted sides side by side; -1 where a side has no such key."""
    import numpy as np

    for keys, closed in ((a, a_closed), (b, b_closed)):
        if not closed:
            most = keys[-1:]
            a, b = (side[: np.searchsorted(side, most[0], "right") if len(most) else 0] for side in (a, b))
    behind = np.searchsorted(b, a)
    inside = np.minimum(behind, max(len(b) - 1, 0))
    match = (b[inside] == a) & ~a_never[: len(a)] & ~b_never[inside] if len(b) else np.zeros(len(a), dtype=np.bool_)
    alone = np.ones(len(b) + 1, dtype=np.int64)
    alone[behind[match]] = 0
    before = np.cumsum(alone) - alone  # runs of b up to each that stand by themselves
    places = np.arange(len(a)) + before[behind]
    single = np.flatnonzero(alone[:-1])
    count = len(a) + len(single)
    left = np.full(count, -1, dtype=np.int64)
    right = np.full(count, -1, dtype=np.int64)
    left[places] = np.arange(len(a))
    right[places[match]] = behind[match]
    right[np.searchsorted(a, b[single], "right") + before[single]] = single
    return left, right


def _pair_by_hand(
    a: np.ndarray, b: np.ndarray, a_never: np.ndarray, b_never: np.ndarray, a_closed: bool, b_closed: bool
) -> tuple[np.ndarray, np.ndarray]:
    """The same for sides that are not sorted, step by step as SSIS goes."""
    import numpy as np

    left: list[int] = []
    right: list[int] = []
    i = j = 0
    while i < len(a) or j < len(b):
        if (i == len(a) and not a_closed) or (j == len(b) and not b_closed):
            break
        if j == len(b) or (i < len(a) and (a[i] < b[j] or (a[i] == b[j] and (a_never[i] or b_never[j])))):
            left.append(i)
            right.append(-1)
            i += 1
        elif i == len(a) or b[j] < a[i]:
            left.append(-1)
            right.append(j)
            j += 1
        else:
            left.append(i)
            right.append(j)
            i, j = i + 1, j + 1
    return np.array(left, dtype=np.int64), np.array(right, dtype=np.int64)


def joined_rows(found: Segments, kind: int, most: int = OUT_ROWS) -> Iterator[tuple[pl.Series, pl.Series]]:
    """Row numbers of both sides for each output row, NULL where a side has none; at most ``most`` rows at a time."""
    import numpy as np

    lefts, rights = found.left_count, found.right_count
    totals = np.where((lefts > 0) & (rights > 0), lefts * rights, lefts + rights)
    if kind in (LEFT, INNER):
        totals = np.where(lefts == 0, 0, totals)
    if kind == INNER:
        totals = np.where(rights == 0, 0, totals)
    ends = np.cumsum(totals)
    for start in range(0, int(ends[-1]) if len(ends) else 0, most):
        stop = min(start + most, int(ends[-1]))
        first, last = (int(at) for at in np.searchsorted(ends, [start, stop - 1], side="right"))
        some = slice(first, last + 1)
        counts = totals[some].copy()
        counts[-1] -= ends[last] - stop
        begins = ends[some] - totals[some]
        if start > begins[0]:
            counts[0] -= start - begins[0]
        left, right, offset = (
            np.repeat(each, counts) for each in (found.left_start[some], found.right_start[some], begins)
        )
        np.subtract(np.arange(start, stop), offset, out=offset)
        if rights[some].max() <= 1:
            left += offset
        elif lefts[some].max() <= 1:
            right += offset
        else:
            width, both = np.repeat(np.maximum(rights[some], 1), counts), np.repeat(rights[some] > 0, counts)
            left += np.where(both, offset // width, offset)
            right += np.where(np.repeat(lefts[some] > 0, counts), offset % width, offset)
        yield _places(left, lefts[some], counts), _places(right, rights[some], counts)


def _places(numbers: np.ndarray, rows: np.ndarray, counts: np.ndarray) -> pl.Series:
    """Row numbers, NULL where a segment has no ``rows``."""
    import numpy as np
    import polars as pl

    places = pl.Series(numbers.astype(np.uint32))
    if rows.all():
        return places
    return places.zip_with(pl.Series(np.repeat(rows > 0, counts)), pl.Series([None], dtype=pl.UInt32))
