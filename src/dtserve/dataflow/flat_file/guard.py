"""Whether a chunk is regular throughout, so that Polars reads it exactly.

Every qualifier must open or close a whole field or be one of a doubled pair, and every
carriage return outside qualified text must belong to a row delimiter (see :mod:`fast`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dtserve.dataflow.flat_file.bitmaps import RowEnds, after, before, below, count, counts_below, inside, last, marks

__all__ = ["Regular", "examine"]

_CR = 13


@dataclass(frozen=True)
class Regular:
    """A regular chunk: where its rows end, how many there are, and how many separators they have."""

    limit: int
    ends: RowEnds
    rows: int
    marks: np.ndarray
    quoted: bool

    @property
    def separators(self) -> int:
        """The separators of all rows."""
        return count(self.marks)

    def separators_of(self, rows: np.ndarray) -> np.ndarray:
        """The separators of each of some rows."""
        begins, stops = self.ends.bounds(rows)
        return np.asarray(counts_below(self.marks, stops) - counts_below(self.marks, begins))


def examine(data: bytes, separator: int, row: bytes, quote: int) -> Regular | None:
    """What the guard finds; None where the chunk is not regular or has no row end. ``quote`` is -1 for none."""
    array = np.frombuffer(data, dtype=np.uint8)
    ends, separators = marks(array, row[-1]), marks(array, separator)
    quoted = quote >= 0 and quote in data
    if quoted:
        quotes = marks(array, quote)
        within = inside(quotes)
        outside = ~within
        ends &= outside
        separators &= outside
    limit = last(ends) + 1
    if not limit or (len(row) == 2 and data.startswith(row[-1:])):
        return None
    row_starts = after(ends) if len(row) == 2 else ends
    if row != b"\r":
        returns = marks(array, _CR)
        if quoted:
            returns &= outside
        wanted = row_starts if len(row) == 2 else np.zeros_like(ends)
        if not np.array_equal(below(returns, limit), wanted):
            return None
    if quoted and below(_misplaced(quotes, within, separators, ends, row_starts), limit).any():
        return None
    return Regular(limit, RowEnds(ends), count(ends), below(separators, limit), quoted)


def _misplaced(
    quotes: np.ndarray, within: np.ndarray, separators: np.ndarray, ends: np.ndarray, row_starts: np.ndarray
) -> np.ndarray:
    """The qualifiers that neither begin nor end a field and are no part of a doubled one."""
    opens, closes = quotes & within, quotes & ~within
    may_open = before(separators | ends | closes)
    may_open[0] |= np.uint64(1)
    may_close = after(separators | row_starts | opens)
    return np.asarray((opens & ~may_open) | (closes & ~may_close))
