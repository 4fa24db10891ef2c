"""The texts of a column as numbers of some bytes each, so that many are looked at together.

Short texts stand in the column's string views themselves, sixteen bytes a row: where all
are short their bytes are read there. Otherwise the texts are put one after the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
import polars as pl

from dtserve.dataflow.column_views import byte_lengths

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Joined", "TextWords", "text_words", "too_many_bits"]

_INLINE = 12
_VIEW = 16
_PAD = 32
_SHIFTS = np.array([8 * (8 - length) if length else 63 for length in range(9)], dtype=np.uint64)
"""By how many bits eight bytes are too many for a text of so many characters."""


class TextWords(Protocol):
    """Some bytes of each text of a block of rows, as numbers with the little end first."""

    lengths: np.ndarray
    """The bytes of each text; below one for NULL."""

    def head(self, rows: slice, size: int, at: int) -> np.ndarray:
        """The ``size`` bytes (2 or 8) from ``at`` on; only those of the text mean anything."""

    def tail(self, rows: slice) -> np.ndarray:
        """The last eight bytes of texts of at most eight; what stands before a shorter one is no part of it."""


def text_words(texts: pl.Series) -> TextWords:
    """The texts of a column."""
    lengths = byte_lengths(texts)
    if texts.n_chunks() == 1 and len(lengths) and lengths.max() <= _INLINE:
        return _Inline(texts, lengths)
    return Joined(texts)


def too_many_bits(lengths: np.ndarray) -> np.ndarray:
    """The bits of eight bytes that texts of at most eight do not fill."""
    return np.asarray(_SHIFTS[np.clip(lengths, 0, 8)])


class _Inline:
    def __init__(self, texts: pl.Series, lengths: np.ndarray) -> None:
        array = texts.to_arrow(compat_level=pl.CompatLevel.newest())
        self.lengths = lengths
        self._views = array.buffers()[1]
        self._first = array.offset * _VIEW

    def head(self, rows: slice, size: int, at: int) -> np.ndarray:
        begin = self._first + rows.start * _VIEW + 4 + at
        count = min(rows.stop, len(self.lengths)) - rows.start
        return np.ndarray((count,), f"<u{size}", self._views, begin, strides=(_VIEW,)).copy()

    def tail(self, rows: slice) -> np.ndarray:
        found = self.head(rows, 8, 0)
        found <<= too_many_bits(self.lengths[rows])
        return found


class Joined:
    """The texts one after the other: where each begins and ends in ``array``."""

    def __init__(self, texts: pl.Series) -> None:
        array: pa.LargeStringArray = texts.to_arrow(compat_level=pl.CompatLevel.oldest())
        _, offsets, data = array.buffers()
        found = np.frombuffer(offsets, dtype=np.int64, count=len(texts) + 1, offset=array.offset * 8)
        found = found - found[0] if found[0] else found
        self.begins, self.ends = found[:-1], found[1:]
        self.lengths = self.ends - self.begins
        first, last = int(found[0]), int(found[-1])
        kept = b"" if data is None else memoryview(data)[first:last]
        self._padded = b"".join((bytes(_PAD), kept, bytes(_PAD)))
        self.array = np.frombuffer(self._padded, dtype=np.uint8)[_PAD:-_PAD]

    def head(self, rows: slice, size: int, at: int) -> np.ndarray:
        """The ``size`` bytes (2 or 8) from ``at`` on."""
        return np.asarray(self._words(size, at)[self.begins[rows]])

    def tail(self, rows: slice) -> np.ndarray:
        """The last eight bytes."""
        return np.asarray(self._words(8, -8)[self.ends[rows]])

    def _words(self, size: int, at: int) -> np.ndarray:
        count = len(self._padded) - _PAD - size - max(at, 0) + 1
        return np.ndarray((count,), f"<u{size}", self._padded, _PAD + at, strides=(1,))
