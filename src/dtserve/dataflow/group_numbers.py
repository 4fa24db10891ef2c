"""Numbers for the groups of an aggregate: equal keys have the same, in the order of first appearance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtserve.dataflow.hash_table import HashTable
from dtserve.dataflow.runs import compact, held_bytes
from dtserve.dataflow.word_table import WordTable, key_words

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

__all__ = ["GroupNumbers"]

_CHUNKS = 8
"""Pieces that the keys may lie in before they are put together."""


class GroupNumbers(HashTable):
    """A hash table that takes in the keys it does not know. NULL is a key like others.

    As long as all keys are short ones, a table of their words is used instead.
    """

    def __init__(self, keys: pl.DataFrame) -> None:
        """``keys`` is an empty frame with the columns of the keys."""
        super().__init__(keys, keys.columns)
        self._bytes = 0
        words = key_words(keys)
        self._short = WordTable(len(words)) if words else None

    @property
    def keys(self) -> pl.DataFrame:
        """The key of each number."""
        return self._keys

    @property
    def count(self) -> int:
        """How many there are."""
        return self._keys.height

    @property
    def size(self) -> int:
        """Bytes."""
        if self._short is not None:
            return self._bytes + self._short.size
        return self._bytes + int(self._table.nbytes + self._hashes.nbytes)

    def numbers(self, keys: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """The number of each row, and the rows whose key is new: the first of each key."""
        import numpy as np
        import polars as pl

        if self._short is not None:
            words = key_words(keys)
            if words is not None:
                found, missing = self._short.numbers(words)
                if missing.size:
                    self._keep(keys[pl.Series(missing.astype(np.uint32))])
                return found, missing
            self._short = None
            super().__init__(self._keys, self._keys.columns)
        found = self.find(keys)
        missing = np.flatnonzero(found < 0)
        if not missing.size:
            return found, missing
        unknown = keys[pl.Series(missing.astype(np.uint32))] if missing.size < keys.height else keys
        places = unknown.select(pl.int_range(pl.len(), dtype=pl.UInt32).alias("__at"), pl.all())
        first = places.unique(unknown.columns, keep="first", maintain_order=True)
        self._append(first.drop("__at"))
        found[missing] = self.find(unknown)
        return found, missing[first["__at"].to_numpy()]

    def _append(self, keys: pl.DataFrame) -> None:
        """Keys that are not here yet, each once."""
        import numpy as np

        before = self._keys.height
        own = self._keep(keys)
        self._hashes = np.concatenate([self._hashes, self._hash(own)])
        count = before + keys.height
        if 2 * count > len(self._table):
            size = len(self._table)
            while 3 * count > size:
                size *= 2
            self._table = np.full(size, -1, dtype=np.int32)
            self._mask = np.uint64(len(self._table) - 1)
            before = 0
        self._insert(np.arange(before, count))

    def _keep(self, keys: pl.DataFrame) -> pl.DataFrame:
        """The keys themselves, by which the numbers are told."""
        import polars as pl

        own = compact(keys)
        self._bytes += held_bytes(own)
        self._keys = pl.concat([self._keys, own], rechunk=self._keys.n_chunks() >= _CHUNKS)
        return own

    def _insert(self, pending: np.ndarray) -> None:
        """Give numbers their places; no two have the same key."""
        import numpy as np

        slots = (self._hashes[pending] & self._mask).astype(np.int64)
        while pending.size:
            free = self._table[slots] < 0
            self._table[slots[free]] = pending[free]
            waits = self._table[slots] != pending
            pending, slots = pending[waits], (slots[waits] + 1) & int(self._mask)
