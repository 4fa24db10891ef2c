"""A persistent hash table over frames: the reference rows of a Lookup (ENGINE §6).

Built once, probed with whole buffers. Open addressing in numpy over 64-bit hashes of the
key columns; every hit is verified against the keys themselves, NULL equal to NULL and
texts by their characters, trailing blanks included. Of rows with equal keys the first one
counts; :attr:`HashTable.duplicates` tells how many others there were.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

__all__ = ["HashTable"]

_SEED = 0x5D75


class HashTable:
    """Finds the rows of ``reference`` by the values of its columns ``keys``."""

    def __init__(self, reference: pl.DataFrame, keys: list[str]) -> None:
        import numpy as np

        self._keys = reference.select(keys).rechunk()
        self.duplicates = 0
        count = reference.height
        size = 16
        while size < 2 * max(count, 1):
            size *= 2
        self._mask = np.uint64(size - 1)
        self._table = np.full(size, -1, dtype=np.int64)
        self._hashes = self._keys.hash_rows(_SEED).to_numpy() if count else np.empty(0, dtype=np.uint64)
        self._fill(count)

    def find(self, frame: pl.DataFrame) -> np.ndarray:
        """Per row of ``frame`` (its columns in the order and types of the keys) the reference row, or -1."""
        import numpy as np

        if not len(self._hashes) or not frame.height:
            return np.full(frame.height, -1, dtype=np.int64)
        probe = frame.rename(dict(zip(frame.columns, self._keys.columns, strict=True)))
        hashes = probe.hash_rows(_SEED).to_numpy()
        found = np.full(frame.height, -1, dtype=np.int64)
        pending = np.arange(frame.height)
        slots = (hashes & self._mask).astype(np.int64)
        while pending.size:
            rows = self._table[slots[pending]]
            used = rows >= 0
            pending, rows = pending[used], rows[used]
            same = self._hashes[rows] == hashes[pending]
            hits = pending[same]
            if hits.size:
                true = self._equal(probe, hits, rows[same])
                found[hits[true]] = rows[same][true]
                same[np.flatnonzero(same)[~true]] = False
            pending = pending[~same]
            slots[pending] = (slots[pending] + 1) & int(self._mask)
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

        left = frame[pl.Series(rows.astype(np.uint32))]
        right = self._keys[pl.Series(others.astype(np.uint32))]
        same = [left[name].eq_missing(right[name]) for name in self._keys.columns]
        return pl.DataFrame(same).select(pl.all_horizontal(pl.all())).to_series().to_numpy()
