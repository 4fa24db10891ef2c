"""The state of an aggregate in memory: one place per group in arrays, to which every buffer is added.

Groups have numbers (:class:`~dtserve.dataflow.group_numbers.GroupNumbers`), so adding a
buffer costs nothing per group, and nothing has to be joined in the end. Sums are exact:
whole numbers, and decimals as whole numbers of their smallest unit, are added in 64 bits,
what would leave them is carried into 64 more. Values of more than 64 bits are refused
(:meth:`GroupTotals.add` gives False), and the caller goes the general way.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dtserve.dataflow import aggregate_items as agg
from dtserve.dataflow.aggregate_items import Item
from dtserve.dataflow.group_numbers import GroupNumbers
from dtserve.dataflow.group_rows import Counts, Rows, Unfit
from dtserve.dataflow.group_states import Distinct, Extreme, GroupState, Sum

if TYPE_CHECKING:
    import numpy as np
    import polars as pl


__all__ = ["GroupTotals"]

_MADE: dict[int, type[GroupState]] = {
    agg.SUM: Sum, agg.AVERAGE: Sum, agg.MINIMUM: Extreme, agg.MAXIMUM: Extreme, agg.COUNT_DISTINCT: Distinct,
}  # fmt: skip
_COUNTED = frozenset({agg.COUNT, agg.SUM, agg.AVERAGE, agg.MINIMUM, agg.MAXIMUM})
"""Aggregates that need to know how many values there are."""


class GroupTotals:
    """Partial results of all groups; ``keys`` are the names of the key columns, ``sources`` where they come from."""

    def __init__(self, items: Sequence[Item], keys: Sequence[str], sources: Sequence[str], first: str) -> None:
        self._items = items
        self._keys = keys
        self._sources = sources
        self._first = first
        self._groups: GroupNumbers | None = None
        self._shown: dict[str, list[pl.Series]] = {}
        self._shown_bytes = 0
        self._starts: list[np.ndarray] = []
        self._states: dict[tuple[int, str], GroupState] = {}
        self._counts = Counts(dict.fromkeys(item.column for item in items if item.kind in _COUNTED))

    @property
    def size(self) -> int:
        """Bytes."""
        if self._groups is None:
            return 0
        return (
            self._groups.size
            + self._shown_bytes
            + 8 * self._groups.count
            + self._counts.size
            + sum(state.size for state in self._states.values())
        )

    def add(self, frame: pl.DataFrame, start: int) -> bool:
        """Take a buffer, whose first row is the row ``start``; False, and nothing has changed, when it cannot be taken."""
        import numpy as np
        import polars as pl

        from dtserve.dataflow.runs import compact, held_bytes

        if self._groups is None:
            self._prepare(frame)
        rows = Rows(frame)
        try:
            for state in self._states.values():
                state.prepare(rows)
        except Unfit:
            return False
        if self._groups is None:
            return False
        if self._sources:
            keys = pl.DataFrame(
                [frame[source].alias(key) for key, source in zip(self._keys, self._sources, strict=True)]
            )
            numbers, new = self._groups.numbers(keys)
        else:
            numbers, new = self._groups.numbers(
                pl.repeat(0, frame.height, dtype=pl.Int8, eager=True).to_frame(self._keys[0])
            )
        if new.size:
            self._starts.append(new + start)
            places = pl.Series(new.astype(np.uint32))
            for item in self._items:
                if item.kind == agg.GROUP_BY and item.key:
                    shown = compact(frame[item.column][places].to_frame())
                    self._shown_bytes += held_bytes(shown)
                    self._shown.setdefault(item.name, []).append(shown.to_series())
        self._counts.add(numbers, rows, self._groups.count)
        for state in self._states.values():
            state.add(numbers, rows, self._groups.count)
        return True

    def frame(self) -> pl.DataFrame:
        """The partial columns of all groups, as the general way has them."""
        import numpy as np
        import polars as pl

        if self._groups is None:
            return pl.DataFrame()
        keys = self._groups.keys
        columns = [*keys.get_columns(), pl.Series(self._first, np.concatenate(self._starts), dtype=pl.Int64)]
        count, grouped = self._groups.count, iter(self._keys)
        for item in self._items:
            if item.kind == agg.GROUP_BY:
                key = next(grouped)
                shown = pl.concat(self._shown[item.name]) if item.key else keys[key]
                columns.append(shown.alias(f"{item.name}.v"))
            elif item.kind in (agg.COUNT, agg.COUNT_ALL):
                column = item.column if item.kind == agg.COUNT else ""
                columns.append(pl.Series(f"{item.name}.n", self._counts.of(column, count)))
            elif item.kind != agg.COUNT_DISTINCT:
                columns.extend(self._states[_place(item)].columns(item.name, self._counts.of(item.column, count)))
        return pl.DataFrame(columns)

    def seen(self, name: str) -> pl.DataFrame:
        """The distinct values of an item: the keys of a group and a value ``v`` in each row."""
        state = self._distinct_state(name)
        numbers, values = state.pairs()
        return self._known().keys[numbers].with_columns(values.alias("v"))

    def distinct(self, name: str) -> pl.Series:
        """How many distinct values each group has."""
        state = self._distinct_state(name)
        return state.counted(self._known().count).alias(f"{name}.n")

    def _distinct_state(self, name: str) -> Distinct:
        state = next((self._states.get(_place(item)) for item in self._items if item.name == name), None)
        if not isinstance(state, Distinct):
            raise KeyError(name)
        return state

    def _known(self) -> GroupNumbers:
        if self._groups is None:
            raise LookupError("there are no rows")
        return self._groups

    def _prepare(self, frame: pl.DataFrame) -> None:
        import polars as pl

        sources = zip(self._keys, self._sources, strict=True) if self._sources else ()
        types = {key: frame.schema[source] for key, source in sources} or {self._keys[0]: pl.Int8()}
        self._groups = GroupNumbers(pl.DataFrame(schema=types))
        for item in self._items:
            if item.kind in _MADE and _place(item) not in self._states:
                self._states[_place(item)] = _MADE[item.kind](item, frame.schema[item.column])


def _place(item: Item) -> tuple[int, str]:
    """Items with the same place have the same state: the average of a column needs its sum."""
    return (agg.SUM if item.kind == agg.AVERAGE else item.kind, item.key or item.column)
