"""What an aggregate keeps of each group while its rows come: counts, sums, extremes, distinct values.

Each keeps arrays with a place per group. ``prepare`` looks into a buffer for what there is to
add and raises :class:`.Unfit` where a value has more than 64 bits; ``add`` puts it to the
groups; ``columns`` gives the partial results. What several items need of a buffer, its values
and how many there are, is found once (:mod:`.group_rows`).
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Protocol

from dtserve.dataflow import aggregate_items as agg
from dtserve.dataflow.aggregate_items import Item
from dtserve.dataflow.group_numbers import GroupNumbers
from dtserve.dataflow.group_rows import Places, Rows

if TYPE_CHECKING:
    import numpy as np
    import polars as pl


__all__ = ["Distinct", "Extreme", "GroupState", "Sum"]

_WORD = 32
_LOW = (1 << _WORD) - 1
_ROOM = 1 << 62
_PAIRS = 1 << 20
"""New pairs of group and value that wait until they are put among the others."""


class GroupState(Protocol):
    """What an aggregate keeps about all groups for one column, a place for each."""

    def __init__(self, item: Item, kind: pl.DataType) -> None:
        """``kind`` is the type of the item's column."""

    @property
    def size(self) -> int:
        """Bytes."""

    def prepare(self, rows: Rows) -> None:
        """Look into a buffer that is added next; raises Unfit where it cannot be."""

    def add(self, numbers: np.ndarray, rows: Rows, count: int) -> None:
        """Add a buffer: the group of each row, and how many groups there are."""

    def columns(self, name: str, counts: np.ndarray) -> list[pl.Series]:
        """The partial results ``name`` of all groups, of which ``counts`` tells the number of values."""


class Sum:
    """The sum of the values."""

    def __init__(self, item: Item, kind: pl.DataType) -> None:
        self._column = item.column
        self._float = item.type.family == "float"
        self._scale = int(getattr(kind, "scale", 0))
        self._low = Places(0, "float64" if self._float else "int64")
        self._high = Places(0, "int64")
        self._bound = 0

    @property
    def size(self) -> int:
        """Bytes."""
        return self._low.size + self._high.size

    def prepare(self, rows: Rows) -> None:
        """Take the values out."""
        rows.values(self._column)

    def add(self, numbers: np.ndarray, rows: Rows, count: int) -> None:
        """Add them up."""
        import numpy as np

        at, values = rows.groups(self._column, numbers), rows.values(self._column)
        low, high = self._low.reach(count), self._high.reach(count if not self._float else 0)
        if self._float:
            np.add.at(low, at, values.astype(np.float64))
            return
        largest = max(abs(int(values.max(initial=0))), abs(int(values.min(initial=0))))
        wide = largest * values.size >= _ROOM
        more = values.size << _WORD if wide else largest * values.size
        if self._bound + more >= _ROOM:
            high += low >> _WORD
            low &= _LOW
            self._bound = 1 << _WORD
        self._bound += more
        np.add.at(low, at, values & _LOW if wide else values)
        if wide:
            np.add.at(high, at, values >> _WORD)

    def columns(self, name: str, counts: np.ndarray) -> list[pl.Series]:
        """Sum and number of values."""
        import polars as pl

        count = len(counts)
        low, number = self._low.reach(count)[:count], pl.Series(f"{name}.n", counts)
        if self._float:
            return [pl.Series(f"{name}.s", low), number]
        return [_decimals(f"{name}.s", low, self._high.reach(count)[:count], self._scale), number]


class Extreme:
    """The least or the greatest value."""

    def __init__(self, item: Item, kind: pl.DataType) -> None:
        import numpy as np

        self._column = item.column
        self._type = kind
        self._least = item.kind == agg.MINIMUM
        self._float = kind.is_float()
        ends = np.iinfo(np.int64)
        start = np.nan if self._float else ends.max if self._least else ends.min
        self._found = Places(start, "float64" if self._float else "int64")

    @property
    def size(self) -> int:
        """Bytes."""
        return self._found.size

    def prepare(self, rows: Rows) -> None:
        """Take the values out."""
        rows.values(self._column)

    def add(self, numbers: np.ndarray, rows: Rows, count: int) -> None:
        """Compare them; what is no number does not count beside numbers."""
        import numpy as np

        better: np.ufunc = np.minimum if self._least else np.maximum
        if self._float:
            better = np.fmin if self._least else np.fmax
        better.at(self._found.reach(count), rows.groups(self._column, numbers), rows.values(self._column))

    def columns(self, name: str, counts: np.ndarray) -> list[pl.Series]:
        """The value of each group, NULL where there is none."""
        import numpy as np
        import polars as pl

        from dtserve.dataflow.column_views import decimals_with_nulls

        name, known = f"{name}.v", counts > 0
        found = self._found.reach(len(counts))[: len(counts)]
        if isinstance(self._type, pl.Decimal):
            return [decimals_with_nulls(name, np.where(known, found, 0), known, self._type)]
        values = pl.Series(name, found).zip_with(pl.Series(known), pl.Series([None], dtype=pl.Series(found).dtype))
        whole = pl.Int32 if self._type == pl.Date else values.dtype
        return [values.cast(whole).cast(self._type).alias(name)]


class Distinct:
    """Which values each group has: a number of 64 bits for each pair of a group and a value."""

    def __init__(self, item: Item, kind: pl.DataType) -> None:
        import numpy as np
        import polars as pl

        self._column = item.key or item.column
        self._taken = np.empty(0, dtype=np.int64)
        self._short = kind in (pl.Int8, pl.Int16, pl.Int32, pl.UInt8, pl.UInt16, pl.Date, pl.Boolean)
        self._values: GroupNumbers | None = None
        self._type: pl.DataType | None = None
        self._pairs = np.empty(0, dtype=np.int64)
        self._new: list[np.ndarray] = []
        self._waiting = 0

    @property
    def size(self) -> int:
        """Bytes."""
        return 8 * (len(self._pairs) + self._waiting) + (self._values.size if self._values is not None else 0)

    def prepare(self, rows: Rows) -> None:
        """Take a number for each value."""
        import numpy as np
        import polars as pl

        column, present = rows.frame[self._column], rows.present(self._column)
        if present is not None:
            column = column.filter(pl.Series(present))
        self._type = column.dtype
        if self._short:
            self._taken = column.to_physical().cast(pl.Int64).to_numpy() + (1 << _WORD - 1)
            return
        if self._values is None:
            self._values = GroupNumbers(pl.DataFrame(schema={"v": column.dtype}))
        self._taken = self._values.numbers(column.to_frame("v"))[0].astype(np.int64)

    def add(self, numbers: np.ndarray, rows: Rows, count: int) -> None:
        """Note the pairs."""
        import numpy as np

        at = rows.groups(self._column, numbers)
        self._new.append(at.astype(np.int64) << _WORD | self._taken)
        self._waiting += at.size
        if self._waiting >= max(_PAIRS, len(self._pairs) // 2):
            self._join()

    def columns(self, name: str, counts: np.ndarray) -> list[pl.Series]:
        """None: the values are asked for with :meth:`pairs` and :meth:`counted`."""
        return []

    def counted(self, count: int) -> pl.Series:
        """How many values each group has."""
        import numpy as np
        import polars as pl

        self._join()
        return pl.Series(np.bincount(self._pairs >> _WORD, minlength=count).astype(np.int64))

    def pairs(self) -> tuple[pl.Series, pl.Series]:
        """Group numbers and their values."""
        import numpy as np
        import polars as pl

        self._join()
        numbers = pl.Series((self._pairs >> _WORD).astype(np.uint32))
        values = self._pairs & _LOW
        if self._values is not None:
            return numbers, self._values.keys["v"][pl.Series(values.astype(np.uint32))]
        plain = pl.Series(values - (1 << _WORD - 1))
        kind = self._type or pl.Int64()
        return numbers, plain.cast(pl.Int32).cast(kind) if kind == pl.Date else plain.cast(kind)

    def _join(self) -> None:
        """Each pair once, in order."""
        import numpy as np

        if self._new:
            every = np.concatenate([self._pairs, *self._new])
            self._new, self._waiting = [], 0
            every.sort()
            keep = np.ones(len(every), dtype=np.bool_)
            np.not_equal(every[1:], every[:-1], out=keep[1:])
            self._pairs = every[keep]


def _decimals(name: str, low: np.ndarray, high: np.ndarray, scale: int) -> pl.Series:
    """The sums ``high`` × 2³² + ``low`` as decimals."""
    import numpy as np
    import polars as pl

    from dtserve.dataflow.column_views import decimals_with_nulls

    kind = pl.Decimal(38, scale)
    high, low = high + (low >> _WORD), low & _LOW
    if not ((high >= _ROOM >> _WORD) | (high < -(_ROOM >> _WORD))).any():
        return decimals_with_nulls(name, (high << _WORD) + low, np.ones(len(low), dtype=np.bool_), kind)
    with localcontext() as context:
        context.prec = 60
        sums = [Decimal((int(h) << _WORD) + int(rest)).scaleb(-scale) for h, rest in zip(high, low, strict=True)]
    return pl.Series(name, sums, dtype=kind)
