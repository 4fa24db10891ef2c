"""The values of a column as whole numbers in the same order, for :mod:`.ordering`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    import pyarrow as pa

__all__ = ["STEP", "WORD", "Code", "code_of", "few_values"]

WORD = 64
"""Bits of a number."""

STEP = 8192
"""Rows that are worked on at once: their numbers stay in the cache, and in memory that is at hand."""

SAMPLE_ROWS = 8192
"""Rows whose texts tell whether a column has few different ones."""

FEW = 8
"""How often a text of few comes on average, at least."""

_MASKS = [0, *(((1 << 64) - 1) >> (64 - 8 * n) << (64 - 8 * n) for n in range(1, 9))]
"""The first bytes of eight, by how many there are."""


@dataclass(frozen=True)
class Code:
    """Whole numbers in the order of a column, of ``bits`` bits; ``exact``: equal ones stand for equal values.

    ``numbers`` less ``low``, shifted by ``cut`` bits; those of ``null`` are ``instead``, the others ``up`` more.
    """

    numbers: np.ndarray
    low: int
    bits: int
    exact: bool
    null: np.ndarray | None = None
    instead: int = 0
    up: int = 0
    cut: int = 0

    def part(self, start: int, stop: int) -> np.ndarray:
        """The numbers of some rows."""
        import numpy as np

        found = self.numbers[start:stop]
        if found.dtype.kind == "i":
            found = (found.astype(np.int64) - np.int64(self.low)).view(np.uint64)
        else:
            found = found.astype(np.uint64) - np.uint64(self.low)
        if self.null is not None:
            found >>= np.uint64(self.cut)
            found += np.uint64(self.up)
            found[self.null[start:stop]] = self.instead
        return found


_Numbers = tuple["np.ndarray", bool]
"""Whole numbers in the order of a column without its NULLs, and whether equal ones stand for equal values."""


def _is_text(column: pl.Series) -> bool:
    import polars as pl

    return column.dtype in (pl.String, pl.Binary)


def code_of(column: pl.Series, nulls_first: bool) -> Code:
    """A column as whole numbers, NULL below or above all of its values."""

    from dtserve.dataflow.column_views import nulls

    numbers, exact = _text(column) if _is_text(column) else _number(column)
    null = nulls(column) if column.null_count() else None
    known = numbers if null is None else numbers[~null]
    if not known.size:
        return Code(numbers, 0, 0, exact=True)
    low = int(known.min())
    top = int(known.max()) - low
    if null is None:
        return Code(numbers, low, top.bit_length(), exact)
    cut = int(top == (1 << WORD) - 1)
    top = (top >> cut) + 1
    return Code(
        numbers,
        low,
        top.bit_length(),
        exact and not cut,
        null,
        instead=0 if nulls_first else top,
        up=int(nulls_first),
        cut=cut,
    )


def _number(column: pl.Series) -> _Numbers:
    """Numbers, dates and truth values."""
    import polars as pl

    if isinstance(column.dtype, pl.Decimal):
        return _decimal(column)
    values = column.to_physical()
    if values.dtype == pl.Boolean:
        values = values.cast(pl.UInt8)
    if values.null_count():
        values = values.fill_null(pl.Series([0]).cast(values.dtype)[0])
    if values.dtype.is_float():
        return _float(values.cast(pl.Float64)), True
    return values.to_numpy(), True


def _decimal(column: pl.Series) -> _Numbers:
    """The unscaled values where all have 64 bits, else floats near them."""
    import numpy as np
    import polars as pl

    array = column.fill_null(0).rechunk().to_arrow()
    if array.type.bit_width == 128:
        words = np.frombuffer(array.buffers()[1], dtype=np.int64)[2 * array.offset : 2 * (array.offset + len(array))]
        low, high = words[::2], words[1::2]
        if (high == low >> 63).all():
            return low, True
    return _float(column.fill_null(0).to_physical().cast(pl.Float64)), False


def _float(values: pl.Series) -> np.ndarray:
    """Floats by their bits: what is no number above all, 0 and -0 the same."""
    import numpy as np

    numbers = values.to_numpy() + 0.0
    bits = np.where(np.isnan(numbers), np.nan, numbers).view(np.uint64)
    sign = np.uint64(1 << 63)
    return np.where(bits & sign, ~bits, bits | sign)


def _text(column: pl.Series) -> _Numbers:
    """Texts by their rank where there are few different ones, else by the bytes behind what all begin with."""
    import numpy as np
    import polars as pl

    from dtserve.dataflow.column_views import nulls

    found = few_values(column)
    if found is not None:
        values, index = found
        ranks = np.zeros(max(len(values), 1), dtype=np.uint64)
        ranks[values.arg_sort(nulls_last=True).to_numpy()] = np.arange(len(values), dtype=np.uint64)
        return ranks[index.fill_null(0).to_numpy()], True
    texts = _Texts(column.to_arrow(compat_level=pl.CompatLevel.oldest()))
    sizes = texts.sizes
    if column.null_count():
        sizes = np.where(nulls(column), np.iinfo(np.int32).max, sizes)
    at = texts.common(sizes)
    exact = int(texts.sizes.max()) - at < 8
    numbers = np.empty(len(column), dtype=np.uint64)
    for start in range(0, len(column), STEP):
        stop = min(start + STEP, len(column))
        numbers[start:stop] = texts.eight(at, start, stop)
        if exact:  # the eighth byte is free for the length: a text stands before a longer one that goes on with zeros
            numbers[start:stop] |= np.maximum(texts.sizes[start:stop] - at, 0).astype(np.uint64)
    return numbers, exact


class _Texts:
    """The bytes of texts one after the other, where each begins, and how long it is."""

    def __init__(self, array: pa.LargeStringArray) -> None:
        import numpy as np

        _, offsets, data = array.buffers()
        ends = np.frombuffer(offsets, dtype=np.int64)[array.offset : array.offset + len(array) + 1]
        first, self._last = int(ends[0]), int(ends[-1] - ends[0])
        padded = np.zeros(self._last + 8, dtype=np.uint8)
        padded[: self._last] = np.frombuffer(data or b"", dtype=np.uint8)[first : first + self._last]
        self._words = np.ndarray((self._last + 1,), "<u8", padded, 0, strides=(1,))
        self._begins = ends[:-1] - first if first else ends[:-1]
        self.sizes = np.diff(ends)

    def common(self, sizes: np.ndarray) -> int:
        """With how many bytes all begin; those with a great ``size`` do not count."""
        import numpy as np

        counts = sizes < np.iinfo(np.int32).max
        if not counts.any():
            return 0
        first, shortest, at = int(counts.argmax()), int(sizes.min()), 0
        while True:
            alike = 8
            one = self.eight(at, first, first + 1)
            for start in range(0, len(sizes), STEP):
                other = (self.eight(at, start, start + STEP) ^ one)[counts[start : start + STEP]]
                differ = int(np.bitwise_or.reduce(other, initial=0)).bit_length()
                alike = min(alike, 8 - (differ + 7) // 8)
                if not alike:
                    return at
            more = min(alike, shortest - at)
            at += more
            if more < 8:
                return at

    def eight(self, at: int, start: int, stop: int) -> np.ndarray:
        """Eight bytes of some texts as numbers, those before first; zeros behind their end."""
        import numpy as np

        found = self._words[np.minimum(self._begins[start:stop] + at, self._last)].byteswap()
        rest = np.clip(self.sizes[start:stop] - at, 0, 8)
        if not (rest == 8).all():
            found &= np.array(_MASKS, dtype=np.uint64)[rest]
        return found


def few_values(column: pl.Series) -> tuple[pl.Series, pl.Series] | None:
    """The different texts of a long column, and the place of each row's among them; None where there are many."""
    import numpy as np
    import polars as pl

    from dtserve.dataflow.word_table import WordTable, key_words
    from dtserve.datatypes.distinct import encode

    if len(column) <= SAMPLE_ROWS or FEW * column.head(SAMPLE_ROWS).n_unique() > SAMPLE_ROWS:
        return None
    words = key_words(column.to_frame())
    if words is None:
        return encode(column)
    index, first = WordTable(len(words)).numbers(words)
    return column.gather(pl.Series(first.astype(np.uint32))), pl.Series(index)
