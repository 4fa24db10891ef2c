"""Numbers for short keys: whole numbers, days and texts of at most twelve bytes, compared as words of 64 bits.

Groups are mostly made by such keys. Their words are read from the columns' own buffers, and a
buffer of rows costs a few passes of numpy over them; the general way (:mod:`.hash_table`) asks
Polars for hashes, gathers the keys of all hits and compares them as columns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

__all__ = ["WordTable", "key_words"]

_STEP = 8192
"""Rows that are looked for at once: what is worked on stays in the cache."""

_MULTIPLIERS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93)
_NULL = (1 << 64) - 1
"""Stands for NULL: no text has such a length, and no number of at most 32 bits is it."""

_MOST_WORDS = 4
_INLINE = 12


def key_words(keys: pl.DataFrame) -> list[np.ndarray] | None:
    """The columns as words, equal where the keys are; None when one has other values than short ones."""
    words: list[np.ndarray] = []
    for column in keys.get_columns():
        found = _words(column)
        if found is None or len(words) + len(found) > _MOST_WORDS:
            return None
        words.extend(found)
    return words


def _words(column: pl.Series) -> list[np.ndarray] | None:
    import numpy as np
    import polars as pl

    from dtserve.dataflow.column_views import nulls

    null = column.null_count() > 0
    if column.dtype == pl.String:
        array = column.rechunk().to_arrow(compat_level=pl.CompatLevel.newest())
        if not len(array):
            return [np.empty(0, dtype=np.uint64)] * 2
        views = np.frombuffer(array.buffers()[1], dtype=np.uint64)
        pairs = views[2 * array.offset : 2 * (array.offset + len(array))].reshape(-1, 2)
        first, second = pairs[:, 0], pairs[:, 1]
        if null:
            absent = nulls(column)
            first, second = np.where(absent, np.uint64(_NULL), first), np.where(absent, np.uint64(0), second)
            lengths = first[~absent] & np.uint64(0xFFFFFFFF)
        else:
            lengths = pairs.view(np.uint32)[:, 0]
        return [first, second] if not lengths.size or int(lengths.max()) <= _INLINE else None
    narrow = column.dtype in (pl.Boolean, pl.Int8, pl.Int16, pl.Int32, pl.UInt8, pl.UInt16, pl.UInt32, pl.Date)
    if not narrow and (null or column.dtype not in (pl.Int64, pl.Datetime, pl.Time)):
        return None
    numbers = column.to_physical()
    if null:
        numbers = numbers.cast(pl.Int64).fill_null(-1 - (1 << 40))
    return [numbers.to_numpy().astype(np.int64).view(np.uint64)]


class WordTable:
    """Numbers of keys of ``width`` words, in the order of first appearance."""

    def __init__(self, width: int) -> None:
        import numpy as np

        self.count = 0
        self._words = [np.empty(0, dtype=np.uint64) for _ in range(width)]
        self._bits = 10
        self._table = np.full(1 << self._bits, -1, dtype=np.int32)

    @property
    def size(self) -> int:
        """Bytes."""
        return int(self._table.nbytes + sum(words.nbytes for words in self._words))

    def numbers(self, words: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """The number of each row, and the rows whose key is new: the first of each key."""
        import numpy as np

        height = len(words[0])
        found = np.empty(height, dtype=np.int32)
        new: list[np.ndarray] = []
        for start in range(0, height, _STEP):
            some = [each[start : start + _STEP] for each in words]
            numbers = self._find(some)
            missing = np.flatnonzero(numbers < 0)
            if missing.size:
                numbers[missing], first = self._insert([each[missing] for each in some])
                new.append(missing[first] + start)
            found[start : start + _STEP] = numbers
        return found, np.concatenate(new) if new else np.empty(0, dtype=np.int64)

    def _slots(self, words: list[np.ndarray]) -> np.ndarray:
        import numpy as np

        mixed = words[0] * np.uint64(_MULTIPLIERS[0])
        for word, multiplier in zip(words[1:], _MULTIPLIERS[1:], strict=False):
            mixed ^= mixed >> np.uint64(32)
            mixed += word * np.uint64(multiplier)
        mixed ^= mixed >> np.uint64(29)
        mixed *= np.uint64(_MULTIPLIERS[0])
        mixed >>= np.uint64(64 - self._bits)
        return mixed.view(np.int64)

    def _find(self, words: list[np.ndarray]) -> np.ndarray:
        """The number of each row, or -1."""
        import numpy as np

        slots = self._slots(words)
        found: np.ndarray = self._table[slots]
        wrong = np.zeros(len(found), dtype=np.bool_)
        if self.count:
            for own, word in zip(self._words, words, strict=True):
                wrong |= own[found] != word  # of -1 some other key, which does not matter
        pending = np.flatnonzero(wrong & (found >= 0))
        while pending.size:
            slots[pending] = at = (slots[pending] + 1) & (len(self._table) - 1)
            found[pending] = here = self._table[at]
            differs = np.zeros(len(pending), dtype=np.bool_)
            for own, word in zip(self._words, words, strict=True):
                differs |= own[here] != word[pending]
            pending = pending[differs & (here >= 0)]
        return found

    def _insert(self, words: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Numbers for keys that are not here, and the first row of each."""
        import numpy as np

        height = len(words[0])
        self._reserve(height)
        for own, word in zip(self._words, words, strict=True):
            own[self.count : self.count + height] = word
        slots, found = self._slots(words), np.empty(height, dtype=np.int32)
        owned = np.zeros(height, dtype=np.int64)  # the slot that a row's key has got, where it is the first
        pending = np.arange(height)
        while pending.size:
            at = slots[pending]
            takers = self._table[at] < 0
            self._table[at[takers][::-1]] = pending[takers][::-1] + self.count
            here = self._table[at]
            same = np.ones(len(pending), dtype=np.bool_)
            for own, word in zip(self._words, words, strict=True):
                same &= own[here] == word[pending]
            found[pending[same]] = here[same]
            owned[pending] = at
            pending = pending[~same]
            slots[pending] = (slots[pending] + 1) & (len(self._table) - 1)
        first = np.flatnonzero(found == np.arange(self.count, self.count + height))
        numbers = np.empty(height, dtype=np.int32)
        numbers[first] = np.arange(self.count, self.count + first.size)
        self._table[owned[first]] = numbers[first]
        for own, word in zip(self._words, words, strict=True):
            own[self.count : self.count + first.size] = word[first]
        found = numbers[found - self.count]
        self.count += first.size
        return found, first

    def _reserve(self, more: int) -> None:
        """Room for so many keys more, the table half empty."""
        import numpy as np

        need = self.count + more
        if need > len(self._words[0]):
            room = max(need, len(self._words[0]) * 3 // 2)
            for at, own in enumerate(self._words):
                self._words[at] = np.zeros(room, dtype=np.uint64)
                self._words[at][: self.count] = own[: self.count]
        if 2 * need <= len(self._table):
            return
        while 2 * need > 1 << self._bits:
            self._bits += 1
        self._table = np.full(1 << self._bits, -1, dtype=np.int32)
        pending = np.arange(self.count, dtype=np.int32)
        slots = self._slots([own[: self.count] for own in self._words])
        while pending.size:
            free = self._table[slots] < 0
            self._table[slots[free]] = pending[free]
            waits = self._table[slots] != pending
            pending, slots = pending[waits], (slots[waits] + 1) & (len(self._table) - 1)
