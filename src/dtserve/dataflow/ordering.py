"""The order of rows by several columns, found by sorting plain numbers.

The columns that decide are turned into whole numbers whose order is theirs, and packed one
behind the other into the upper bits of 64; the row's own number fills the lower bits. Sorting
these numbers gives the order at once, equal rows as they came: a few nanoseconds a row, where
sorting by several columns takes a hundred. Where the bits do not reach (long texts, many
columns) only the rows that are still equal are sorted by what is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    import pyarrow as pa

__all__ = ["ColumnKey", "SortColumn", "SortKey", "row_order"]

SortColumn = tuple["pl.Series", bool]
"""What rows are sorted by, and whether it runs down."""

SAMPLE_ROWS = 8192
"""Rows whose texts tell whether a column has few different ones."""

STEP = 16_384
"""Rows that are worked on at once: their numbers stay in the cache."""

_WORD = 64
_MASKS = [0, *(((1 << 64) - 1) >> (64 - 8 * n) << (64 - 8 * n) for n in range(1, 9))]
"""The first bytes of eight, by how many there are."""


class SortKey(Protocol):
    """A column of the rows by which they are sorted."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def costly(self) -> bool:
        """Whether :meth:`columns` takes much longer than sorting."""

    def columns(self, values: pl.Series) -> Sequence[SortColumn]:
        """Columns with the order of the values; of other values they may be others."""


@dataclass(frozen=True)
class ColumnKey:
    """A column that is sorted by its values as they are."""

    name: str
    down: bool = False
    costly = False

    def columns(self, values: pl.Series) -> Sequence[SortColumn]:
        """The column."""
        return [(values, self.down)]


@dataclass(frozen=True)
class _Code:
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


def row_order(rows: pl.DataFrame, keys: Sequence[SortKey], *, nulls_first: bool) -> np.ndarray:
    """The numbers of the rows in their order by ``keys``, equal ones as they came.

    A costly key is asked only for its columns of rows that those before it leave equal.
    NULL stands first in ascending and last in descending columns when ``nulls_first``, else
    the other way round.
    """
    import numpy as np
    import polars as pl

    order = places = np.arange(rows.height, dtype=np.uint32)
    groups: np.ndarray | None = None
    left = list(keys)
    while left and len(places) > 1:
        some = None if groups is None else pl.Series(order[places])
        now = 1 if left[0].costly else next((at for at, key in enumerate(left) if key.costly), len(left))
        columns: list[SortColumn] = [] if groups is None else [(pl.Series(groups), False)]
        for key in left[:now]:
            columns.extend(key.columns(_some(rows[key.name], some)))
        left = left[now:]
        found, same, exact = _packed(columns, nulls_first)
        if not exact and same.any():
            late = [(_some(rows[key.name], some), key) for key in left]
            found, left = _finished(found, same, columns, late, nulls_first), []
        if groups is None:
            order = found
        else:
            order[places] = order[places][found]
        if left:
            tied, groups = _ties(same)
            places = places[tied]
    return order


def _some(column: pl.Series, rows: pl.Series | None) -> pl.Series:
    return column if rows is None else column.gather(rows)


def _packed(columns: list[SortColumn], nulls_first: bool) -> tuple[np.ndarray, np.ndarray, bool]:
    """The order by as much of the columns as 64 bits hold, which of these rows equal the next one, and whether it is all."""
    import numpy as np

    count = len(columns[0][0])
    below = (count - 1).bit_length()
    room, exact = _WORD - below, True
    parts: list[tuple[_Code, bool, int]] = []
    for column, down in columns:
        code = _code(column, nulls_first)
        taken = min(code.bits, room)
        if taken:
            parts.append((code, down, taken))
        room -= taken
        exact = code.exact and taken == code.bits
        if not exact:
            break
    packed = np.empty(count, dtype=np.uint64)
    for start in range(0, count, STEP):
        stop = min(start + STEP, count)
        word = np.zeros(stop - start, dtype=np.uint64)
        for code, down, taken in parts:
            numbers = code.part(start, stop)
            if down:
                np.subtract(np.uint64((1 << code.bits) - 1), numbers, out=numbers)
            if taken < code.bits:
                numbers >>= np.uint64(code.bits - taken)
            word <<= np.uint64(taken)
            word |= numbers
        word <<= np.uint64(below)
        word |= np.arange(start, stop, dtype=np.uint64)
        packed[start:stop] = word
    packed.sort()
    found = np.bitwise_and(packed, np.uint64((1 << below) - 1), dtype=np.uint64).astype(np.uint32)
    packed >>= np.uint64(below)
    return found, packed[1:] == packed[:-1], exact


def _finished(
    found: np.ndarray,
    same: np.ndarray,
    columns: Sequence[SortColumn],
    late: Sequence[tuple[pl.Series, SortKey]],
    nulls_first: bool,
) -> np.ndarray:
    """The order ``found`` with its equal neighbours put in order by all of the columns, then by the keys after them."""
    import numpy as np
    import polars as pl

    places, groups = _ties(same)
    tied = pl.Series(found[places])
    by: list[SortColumn] = [(pl.Series(groups), False), *((column.gather(tied), down) for column, down in columns)]
    for values, key in late:
        by.extend(key.columns(values.gather(tied)))
    by.append((pl.Series(np.arange(len(places), dtype=np.uint32)), False))
    names = [f"{at}" for at in range(len(by))]
    down = [descending for _, descending in by]
    last = [descending if nulls_first else not descending for descending in down]
    frame = pl.DataFrame([column.alias(name) for name, (column, _) in zip(names, by, strict=True)])
    sorted_at = frame.sort(names, descending=down, nulls_last=last)[names[-1]].to_numpy()
    made = found.copy()
    made[places] = found[places][sorted_at]
    return made


def _ties(same: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The places of rows that equal a neighbour, and a number for each set of equal ones."""
    import numpy as np

    tied = np.zeros(len(same) + 1, dtype=np.bool_)
    tied[1:] = same
    tied[:-1] |= same
    numbers = np.zeros(len(tied), dtype=np.uint32)
    np.cumsum(~same, out=numbers[1:], dtype=np.uint32)
    places = np.flatnonzero(tied)
    return places, numbers[places]


def _is_text(column: pl.Series) -> bool:
    import polars as pl

    return column.dtype in (pl.String, pl.Binary)


def _code(column: pl.Series, nulls_first: bool) -> _Code:
    """A column as whole numbers, NULL below or above all of its values."""

    from dtserve.dataflow.column_views import nulls

    numbers, exact = _text(column) if _is_text(column) else _number(column)
    null = nulls(column) if column.null_count() else None
    known = numbers if null is None else numbers[~null]
    if not known.size:
        return _Code(numbers, 0, 0, exact=True)
    low = int(known.min())
    top = int(known.max()) - low
    if null is None:
        return _Code(numbers, low, top.bit_length(), exact)
    cut = int(top == (1 << _WORD) - 1)
    top = (top >> cut) + 1
    return _Code(
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

    values = column.to_physical()
    if values.null_count():
        values = values.fill_null(pl.Series([0]).cast(values.dtype)[0])
    if values.dtype == pl.Boolean:
        values = values.cast(pl.UInt8)
    if values.dtype == pl.Int128:
        low, high = cast("int", values.min()), cast("int", values.max())
        if low < -(2**63) or high >= 2**63:
            return _float(values.cast(pl.Float64)), False
        values = values.cast(pl.Int64)
    if values.dtype.is_float():
        return _float(values.cast(pl.Float64)), True
    return values.to_numpy(), True


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

    if len(column) > SAMPLE_ROWS and 8 * column.head(SAMPLE_ROWS).n_unique() <= SAMPLE_ROWS:
        return _ranks(column), True
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


def _ranks(column: pl.Series) -> np.ndarray:
    """The place of each text among the different ones."""
    import numpy as np

    from dtserve.datatypes.distinct import encode

    values, index = encode(column)
    ranks = np.zeros(max(len(values), 1), dtype=np.uint64)
    ranks[values.arg_sort().to_numpy()] = np.arange(len(values), dtype=np.uint64)
    found: np.ndarray = ranks[index.fill_null(0).to_numpy()]
    return found
