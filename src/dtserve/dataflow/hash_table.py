"""Persistent indexes over frames: the reference rows of a Lookup (ENGINE §6).

Built once, probed with whole buffers; NULL equals NULL and texts compare by their
characters, trailing blanks included. Of rows with equal keys the first one counts;
``duplicates`` tells how many others there were. :func:`index_of` chooses:

- :class:`DirectTable` for one whole-number or date key whose values lie close together:
  the value itself is the place.
- :class:`HashTable` for everything else: open addressing in numpy over 64-bit hashes of
  the key columns. Every hit is verified against the keys themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

__all__ = ["DirectTable", "HashTable", "Index", "index_of"]

_SEED = 0x5D75
_SPARSE = 16
"""A direct table may have so many places per row."""

_SMALL = 1 << 16


class Index(Protocol):
    """Finds rows of the reference by their keys."""

    duplicates: int

    def find(self, frame: pl.DataFrame) -> np.ndarray:
        """Per row of ``frame`` (its columns in the order and types of the keys) the reference row, or -1."""


def index_of(reference: pl.DataFrame, keys: list[str]) -> Index:
    """An index over the columns ``keys`` of ``reference``."""
    if len(keys) == 1 and reference.height:
        column = reference[keys[0]]
        if _whole(column.dtype) and column.null_count() < len(column):
            low, high = (int(found) for found in (column.to_physical().min(), column.to_physical().max()))  # type: ignore[arg-type]
            if high - low < max(_SPARSE * reference.height, _SMALL):
                return DirectTable(column, low, high)
    return HashTable(reference, keys)


def _whole(dtype: pl.DataType) -> bool:
    """Whether values are stored as whole numbers of at most 64 signed bits."""
    import polars as pl

    return (dtype.is_integer() and dtype != pl.UInt64) or dtype == pl.Date


class DirectTable:
    """A table from value to row for one key column."""

    def __init__(self, keys: pl.Series, low: int, high: int) -> None:
        import numpy as np

        values, null = _values(keys)
        size = high - low + 1
        self._low = np.int64(low)
        self._rows = np.full(size + 1, -1, dtype=np.int32)  # the last place is that of all other values
        rows = np.arange(len(values), dtype=np.int32)
        at = values - self._low
        if null is not None:
            rows, at = rows[~null], at[~null]
        self._rows[at[::-1]] = rows[::-1]
        self._null = -1 if null is None or not null.any() else int(null.argmax())
        self.duplicates = len(values) - int((self._rows >= 0).sum()) - int(self._null >= 0)

    def find(self, frame: pl.DataFrame) -> np.ndarray:
        """Per row the reference row, or -1."""
        import numpy as np

        values, null = _values(frame.to_series())
        with np.errstate(over="ignore"):
            at = (values - self._low).view(np.uint64)
        np.minimum(at, np.uint64(len(self._rows) - 1), out=at)
        found: np.ndarray = self._rows[at.view(np.int64)]
        if null is not None:
            found[null] = self._null
        return found


def _values(keys: pl.Series) -> tuple[np.ndarray, np.ndarray | None]:
    """Whole numbers, and where they are NULL (None where they never are)."""
    import numpy as np

    from dtserve.dataflow.column_views import nulls

    if not keys.null_count():
        return keys.to_physical().to_numpy().astype(np.int64), None
    return keys.to_physical().fill_null(0).to_numpy().astype(np.int64), nulls(keys)


class HashTable:
    """Finds the rows of ``reference`` by the values of its columns ``keys``."""

    def __init__(self, reference: pl.DataFrame, keys: list[str]) -> None:
        import numpy as np

        self._keys = reference.select(keys).rechunk()
        self.duplicates = 0
        count = reference.height
        size = 16
        while size < 3 * count:
            size *= 2
        self._mask = np.uint64(size - 1)
        self._table = np.full(size, -1, dtype=np.int32)
        self._hashes = self._hash(self._keys) if count else np.empty(0, dtype=np.uint64)
        self._fill(count)

    def find(self, frame: pl.DataFrame) -> np.ndarray:
        """Per row the reference row, or -1."""
        import numpy as np

        if not len(self._hashes) or not frame.height:
            return np.full(frame.height, -1, dtype=np.int32)
        probe = frame.rename(dict(zip(frame.columns, self._keys.columns, strict=True)))
        hashes = self._hash(probe)
        slots = (hashes & self._mask).astype(np.int64)
        found = self._by_hash(hashes, slots)
        hits = np.flatnonzero(found >= 0)
        wrong = hits[~self._equal(probe, hits, found[hits])]
        while wrong.size:  # equal hashes of different keys: look on
            slots[wrong] = (slots[wrong] + 1) & int(self._mask)
            found[wrong] = self._by_hash(hashes[wrong], at := slots[wrong])
            slots[wrong] = at
            wrong = wrong[found[wrong] >= 0]
            wrong = wrong[~self._equal(probe, wrong, found[wrong])]
        return found

    def _hash(self, frame: pl.DataFrame) -> np.ndarray:
        """A 64-bit hash per row."""
        hashes: np.ndarray = frame.hash_rows(_SEED).to_numpy()
        return hashes

    def _by_hash(self, hashes: np.ndarray, slots: np.ndarray) -> np.ndarray:
        """Per hash the first row with that hash from its slot on, or -1; ``slots`` become where it was found."""
        import numpy as np

        found: np.ndarray = self._table[slots]
        pending = np.flatnonzero(found >= 0)
        pending = pending[self._hashes[found[pending]] != hashes[pending]]
        while pending.size:
            at = (slots[pending] + 1) & int(self._mask)
            slots[pending] = at
            rows = self._table[at]
            found[pending] = rows
            used = rows >= 0
            pending, rows = pending[used], rows[used]
            pending = pending[self._hashes[rows] != hashes[pending]]
        return found

    def _fill(self, count: int) -> None:
        """Insert all rows; of equal keys the first stays."""
        import numpy as np

        pending = np.arange(count)
        slots = (self._hashes & self._mask).astype(np.int64)
        while pending.size:
            free = self._table[slots[pending]] < 0
            takers = pending[free][::-1]
            self._table[slots[takers]] = takers
            residents = self._table[slots[pending]]
            settled = residents == pending
            pending, residents = pending[~settled], residents[~settled]
            twin = self._hashes[pending] == self._hashes[residents]
            if twin.any():
                true = self._equal(self._keys, pending[twin], residents[twin])
                self.duplicates += int(true.sum())
                twin[np.flatnonzero(twin)[~true]] = False
                pending = pending[~twin]
            slots[pending] = (slots[pending] + 1) & int(self._mask)

    def _equal(self, frame: pl.DataFrame, rows: np.ndarray, others: np.ndarray) -> np.ndarray:
        """Whether rows of a frame have the keys of reference rows."""
        import numpy as np
        import polars as pl

        if not rows.size:
            return np.zeros(0, dtype=np.bool_)
        left = (
            frame[pl.Series(rows.astype(np.uint32))] if rows.size < frame.height else frame
        )  # else every row, in order
        right = self._keys[pl.Series(others.astype(np.uint32))]
        same = np.ones(rows.size, dtype=np.bool_)
        for name in self._keys.columns:
            same &= left[name].eq_missing(right[name]).to_numpy()
        return same
