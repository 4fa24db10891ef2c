"""A buffer of rows as the states of groups take it, and how many rows and values each group has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

__all__ = ["Counts", "Places", "Rows", "Unfit"]


class Unfit(Exception):
    """A column that has values of more than 64 bits."""


class Places:
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


class Rows:
    """A buffer of rows as the states take it: each column is looked into once."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame
        self._present: dict[str, np.ndarray | None] = {}
        self._values: dict[str, np.ndarray] = {}

    def present(self, name: str) -> np.ndarray | None:
        """Which values of a column are not NULL; None where none is."""
        if name not in self._present:
            self._present[name] = _present(self.frame[name])
        return self._present[name]

    def values(self, name: str) -> np.ndarray:
        """The values of a column that are not NULL: floats, or the whole numbers that they are stored as; raises Unfit."""
        if name not in self._values:
            column, rows = self.frame[name], self.present(name)
            values = column.to_numpy() if column.dtype.is_float() else _whole(column)
            self._values[name] = values if rows is None else values[rows]
        return self._values[name]

    def groups(self, name: str, numbers: np.ndarray) -> np.ndarray:
        """The groups of the rows whose value is not NULL."""
        rows = self.present(name)
        return numbers if rows is None else numbers[rows]


class Counts:
    """How many rows each group has, and in how many of them a column has a value."""

    def __init__(self, columns: Iterable[str]) -> None:
        self._all = Places(0, "int64")
        self._nulls = {name: Places(0, "int64") for name in columns if name}

    @property
    def size(self) -> int:
        """Bytes."""
        return self._all.size + sum(places.size for places in self._nulls.values())

    def add(self, numbers: np.ndarray, rows: Rows, count: int) -> None:
        """Count rows of which ``numbers`` are the groups."""
        import numpy as np

        np.add.at(self._all.reach(count), numbers, 1)
        for name, places in self._nulls.items():
            present = rows.present(name)
            if present is not None:
                np.add.at(places.reach(count), numbers[~present], 1)

    def of(self, column: str, count: int) -> np.ndarray:
        """The rows of each group with a value in a column; all without a column."""
        rows = self._all.reach(count)[:count]
        nulls = self._nulls[column] if column else None
        return rows if nulls is None or not nulls.size else rows - nulls.reach(count)[:count]


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
