"""Where a byte stands in a chunk, as bits: 64 places in one number.

Questions about every byte of a chunk (which row ends stand in qualified text, what stands
beside each qualifier) are answered for 64 bytes with one operation. Bit ``n`` of word ``w``
is byte ``64 * w + n``.
"""

from __future__ import annotations

import numpy as np

__all__ = ["RowEnds", "after", "before", "below", "count", "counts_below", "inside", "last", "marks", "places"]

_BLOCK = 1 << 18
"""Bytes compared at once: what the processor's cache holds."""

_NEAR = 64
"""Words at the end that are looked at first."""

_MANY = 1000
"""Rows that are looked up one by one; for more all places are listed."""

_ONE = np.uint64(1)
_TOP = np.uint64(63)


def marks(array: np.ndarray, byte: int) -> np.ndarray:
    """The places of a byte."""
    packed = np.zeros((len(array) + 63) // 64 * 8, dtype=np.uint8)
    equal = np.empty(min(_BLOCK, len(array)), dtype=np.bool_)
    for start in range(0, len(array), _BLOCK):
        part = array[start : start + _BLOCK]
        found = equal[: len(part)]
        np.equal(part, byte, out=found)
        bits = np.packbits(found, bitorder="little")
        packed[start >> 3 : (start >> 3) + len(bits)] = bits
    return packed.view("<u8")


def before(words: np.ndarray) -> np.ndarray:
    """The places behind the marked ones: those with a mark before them."""
    moved = words << _ONE
    moved[1:] |= words[:-1] >> _TOP
    return moved


def after(words: np.ndarray) -> np.ndarray:
    """The places in front of the marked ones: those with a mark after them."""
    moved = words >> _ONE
    moved[:-1] |= words[1:] << _TOP
    return moved


def inside(quotes: np.ndarray) -> np.ndarray:
    """The places from each odd mark up to the next one, that one excluded."""
    odd = quotes.copy()
    for shift in (1, 2, 4, 8, 16, 32):
        odd ^= odd << np.uint64(shift)
    carried = np.bitwise_xor.accumulate(odd >> _TOP)
    odd[1:] ^= np.uint64(0) - carried[:-1]
    return odd


def below(words: np.ndarray, limit: int) -> np.ndarray:
    """The marks in front of a place."""
    word, bit = divmod(limit, 64)
    if word >= len(words):
        return words
    kept = words.copy()
    kept[word] &= np.uint64((1 << bit) - 1)
    kept[word + 1 :] = 0
    return kept


def count(words: np.ndarray) -> int:
    """How many marks there are."""
    return int(np.bitwise_count(words).sum(dtype=np.int64))


def last(words: np.ndarray) -> int:
    """The last marked place; -1 when there is none."""
    for end in (_NEAR, len(words)):
        found = np.flatnonzero(words[-end:]) + max(0, len(words) - end)
        if len(found):
            break
    return int(found[-1]) * 64 + int(words[found[-1]]).bit_length() - 1 if len(found) else -1


def places(words: np.ndarray) -> np.ndarray:
    """All marked places."""
    return np.flatnonzero(np.unpackbits(words.view(np.uint8), bitorder="little").view(np.bool_))


def counts_below(words: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """How many marks there are in front of each of some places."""
    until = np.zeros(len(words) + 1, dtype=np.int64)
    np.cumsum(np.bitwise_count(words), out=until[1:])
    word = limits >> 6
    inside_word = (_ONE << (limits & 63).astype(np.uint64)) - _ONE
    rest = words[np.minimum(word, len(words) - 1)] & inside_word
    return np.asarray(until[word] + np.bitwise_count(rest))


class RowEnds:
    """The last byte of each row of a chunk, as marks; what is asked for is looked up."""

    def __init__(self, words: np.ndarray) -> None:
        self._words = words

    @property
    def next(self) -> int:
        """Where the rows end."""
        return last(self._words) + 1

    @property
    def starts(self) -> np.ndarray:
        """Where each row begins, and where the rows end."""
        return np.append(0, places(self._words) + 1)

    def bounds(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where these rows begin and end (delimiter included)."""
        if len(rows) > _MANY:
            starts = self.starts
            return starts[rows], starts[rows + 1]
        counts = np.bitwise_count(self._words)
        until = np.cumsum(counts, dtype=np.int64)
        stops = self._places(rows, counts, until) + 1
        begins = np.zeros_like(stops)
        later = rows > 0
        begins[later] = self._places(rows[later] - 1, counts, until) + 1
        return begins, stops

    def _places(self, numbers: np.ndarray, counts: np.ndarray, until: np.ndarray) -> np.ndarray:
        word = np.searchsorted(until, numbers, side="right")
        rank = numbers - (until[word] - counts[word])
        bits = np.unpackbits(self._words[word].view(np.uint8).reshape(-1, 8), axis=1, bitorder="little")
        reached = np.cumsum(bits, axis=1, dtype=np.int64) > rank[:, None]
        return np.asarray(word * 64 + reached.argmax(axis=1))
