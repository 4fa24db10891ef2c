"""What an aggregate keeps of each group while its rows come: counts, sums, extremes, distinct values.

Each keeps arrays with a place per group. ``prepared`` takes from a buffer what there is to
add and raises :class:`Unfit` where a value has more than 64 bits; ``add`` puts it to the
groups; ``columns`` gives the partial results.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Any, Protocol

from dtserve.dataflow import aggregate_items as agg
from dtserve.dataflow.aggregate_items import Item
from dtserve.dataflow.group_numbers import GroupNumbers

if TYPE_CHECKING:
    import numpy as np
    import polars as pl


__all__ = ["Count", "Distinct", "Extreme", "GroupState", "Sum", "Unfit"]

_WORD = 32
_LOW = (1 << _WORD) - 1
_ROOM = 1 << 62
_PAIRS = 1 << 20
"""New pairs of group and value that wait until they are put among the others."""


class Unfit(Exception):
    """A column that has values of more than 64 bits."""


class _Places:
    """An array with a place per group that grows."""

    def __init__(self, start: Any, dtype: str) -> None:
        import numpy as np

        self._start = start
        self.all = np.full(0, start, dtype=dtype)

    def reach(self, count: int) -> np.ndarray:
        """At least ``count`` places."""
        import numpy as np

        if count > len(self.all):
            more = np.full(max(count, 2 * len(self.all)) - len(self.all), self._start, dtype=self.all.dtype)
            self.all = np.concatenate([self.all, more])
        return self.all

    @property
    def size(self) -> int:
        """Bytes."""
        return int(self.all.nbytes)


class GroupState(Protocol):
    """What one item of an aggregate keeps about all groups, a place for each."""

    def __init__(self, item: Item, kind: pl.DataType) -> None:
        """``kind`` is the type of the item's column."""

    @property
    def size(self) -> int:
        """Bytes."""

    def prepared(self, frame: pl.DataFrame) -> Any:
        """What :meth:`add` needs of a buffer; raises Unfit where it cannot be taken."""

    def add(self, numbers: np.ndarray, taken: Any, count: int) -> None:
        """Add a buffer: the group of each row, what was prepared, and how many groups there are."""

    def columns(self, count: int) -> list[pl.Series]:
        """The partial results of all groups, as the general way has them."""


class Count:
    """How many rows, or how many with a value."""

    def __init__(self, item: Item, kind: pl.DataType) -> None:
        self._name = item.name
        self._column = "" if item.kind == agg.COUNT_ALL else item.column
        self._counts = _Places(0, "int64")

    @property
    def size(self) -> int:
        """Bytes."""
        return self._counts.size

    def prepared(self, frame: pl.DataFrame) -> np.ndarray | None:
        """The rows that count; None for all."""
        return _present(frame[self._column]) if self._column else None

    def add(self, numbers: np.ndarray, rows: np.ndarray | None, count: int) -> None:
        """Count them."""
        import numpy as np

        np.add.at(self._counts.reach(count), numbers if rows is None else numbers[rows], 1)

    def columns(self, count: int) -> list[pl.Series]:
        """The counts."""
        import polars as pl

        return [pl.Series(f"{self._name}.n", self._counts.reach(count)[:count])]


class Sum:
    """The sum and how many values there are."""

    def __init__(self, item: Item, kind: pl.DataType) -> None:
        self._name = item.name
        self._column = item.column
        self._float = item.type.family == "float"
        self._scale = int(getattr(kind, "scale", 0))
        self._low = _Places(0, "float64" if self._float else "int64")
        self._high = _Places(0, "int64")
        self._counts = _Places(0, "int64")
        self._bound = 0

    @property
    def size(self) -> int:
        """Bytes."""
        return self._low.size + self._high.size + self._counts.size

    def prepared(self, frame: pl.DataFrame) -> tuple[np.ndarray | None, np.ndarray]:
        """The rows with a value, and the values."""
        column = frame[self._column]
        rows = _present(column)
        values = column.to_numpy() if self._float else _whole(column)
        return rows, values if rows is None else values[rows]

    def add(self, numbers: np.ndarray, taken: tuple[np.ndarray | None, np.ndarray], count: int) -> None:
        """Add them up."""
        import numpy as np

        rows, values = taken
        at = numbers if rows is None else numbers[rows]
        low, high = self._low.reach(count), self._high.reach(count if not self._float else 0)
        np.add.at(self._counts.reach(count), at, 1)
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

    def columns(self, count: int) -> list[pl.Series]:
        """Sum and number of values."""
        import polars as pl

        low = self._low.reach(count)[:count]
        counts = pl.Series(f"{self._name}.n", self._counts.reach(count)[:count])
        if self._float:
            return [pl.Series(f"{self._name}.s", low), counts]
        return [_decimals(f"{self._name}.s", low, self._high.reach(count)[:count], self._scale), counts]


class Extreme:
    """The least or the greatest value."""

    def __init__(self, item: Item, kind: pl.DataType) -> None:
        import numpy as np

        self._name = item.name
        self._column = item.column
        self._type = kind
        self._least = item.kind == agg.MINIMUM
        self._float = kind.is_float()
        ends = np.iinfo(np.int64)
        start = np.nan if self._float else ends.max if self._least else ends.min
        self._found = _Places(start, "float64" if self._float else "int64")
        self._any = _Places(False, "bool")

    @property
    def size(self) -> int:
        """Bytes."""
        return self._found.size + self._any.size

    def prepared(self, frame: pl.DataFrame) -> tuple[np.ndarray | None, np.ndarray]:
        """The rows with a value, and the values."""
        column = frame[self._column]
        rows = _present(column)
        values = column.to_numpy() if self._float else _whole(column)
        return rows, values if rows is None else values[rows]

    def add(self, numbers: np.ndarray, taken: tuple[np.ndarray | None, np.ndarray], count: int) -> None:
        """Compare them; what is no number does not count beside numbers."""
        import numpy as np

        rows, values = taken
        at = numbers if rows is None else numbers[rows]
        better: np.ufunc = np.minimum if self._least else np.maximum
        if self._float:
            better = np.fmin if self._least else np.fmax
        better.at(self._found.reach(count), at, values)
        self._any.reach(count)[at] = True

    def columns(self, count: int) -> list[pl.Series]:
        """The value of each group, NULL where there is none."""
        import numpy as np
        import polars as pl

        from dtserve.dataflow.column_views import decimals_with_nulls

        name = f"{self._name}.v"
        found, known = self._found.reach(count)[:count], self._any.reach(count)[:count]
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

        self._name = item.name
        self._column = item.key or item.column
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

    def prepared(self, frame: pl.DataFrame) -> tuple[np.ndarray | None, np.ndarray]:
        """The rows with a value, and a number for each value."""
        import numpy as np
        import polars as pl

        column = frame[self._column]
        rows = _present(column)
        if rows is not None:
            column = column.filter(pl.Series(rows))
        self._type = column.dtype
        if self._short:
            return rows, column.to_physical().cast(pl.Int64).to_numpy() + (1 << _WORD - 1)
        if self._values is None:
            self._values = GroupNumbers(pl.DataFrame(schema={"v": column.dtype}))
        return rows, self._values.numbers(column.to_frame("v"))[0].astype(np.int64)

    def add(self, numbers: np.ndarray, taken: tuple[np.ndarray | None, np.ndarray], count: int) -> None:
        """Note the pairs."""
        import numpy as np

        rows, values = taken
        at = numbers if rows is None else numbers[rows]
        self._new.append(at.astype(np.int64) << _WORD | values)
        self._waiting += values.size
        if self._waiting >= max(_PAIRS, len(self._pairs) // 2):
            self._join()

    def columns(self, count: int) -> list[pl.Series]:
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


def _present(column: pl.Series) -> np.ndarray | None:
    """Which values are not NULL; None where none is."""
    from dtserve.dataflow.column_views import nulls

    return ~nulls(column) if column.null_count() else None


def _whole(column: pl.Series) -> np.ndarray:
    """The whole numbers that values are stored as, 0 for NULL; raises Unfit where one has more than 64 bits."""
    import polars as pl

    if column.dtype.is_nested():
        raise Unfit
    numbers = column.to_physical()
    wide = numbers.dtype not in (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32)
    made = numbers.cast(pl.Int64, strict=False)
    if wide and made.null_count() > column.null_count():
        raise Unfit
    found: np.ndarray = (made.fill_null(0) if made.null_count() else made).to_numpy()
    return found


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
