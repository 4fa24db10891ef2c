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
from dtserve.dataflow.group_states import Count, Distinct, Extreme, GroupState, Sum, Unfit

if TYPE_CHECKING:
    import numpy as np
    import polars as pl


__all__ = ["GroupTotals"]


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
        self._states: dict[str, GroupState] = {}

    @property
    def size(self) -> int:
        """Bytes."""
        if self._groups is None:
            return 0
        return (
            self._groups.size
            + self._shown_bytes
            + 8 * self._groups.count
            + sum(state.size for state in self._states.values())
        )

    def add(self, frame: pl.DataFrame, start: int) -> bool:
        """Take a buffer, whose first row is the row ``start``; False, and nothing has changed, when it cannot be taken."""
        import numpy as np
        import polars as pl

        from dtserve.dataflow.runs import compact, held_bytes

        if self._groups is None:
            self._prepare(frame)
        try:
            taken = {name: state.prepared(frame) for name, state in self._states.items()}
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
            rows = pl.Series(new.astype(np.uint32))
            for item in self._items:
                if item.kind == agg.GROUP_BY and item.key:
                    shown = compact(frame[item.column][rows].to_frame())
                    self._shown_bytes += held_bytes(shown)
                    self._shown.setdefault(item.name, []).append(shown.to_series())
        for name, state in self._states.items():
            state.add(numbers, taken[name], self._groups.count)
        return True

    def frame(self) -> pl.DataFrame:
        """The partial columns of all groups, as the general way has them."""
        import numpy as np
        import polars as pl

        if self._groups is None:
            return pl.DataFrame()
        keys = self._groups.keys
        columns = [*keys.get_columns(), pl.Series(self._first, np.concatenate(self._starts), dtype=pl.Int64)]
        grouped = iter(self._keys)
        for item in self._items:
            if item.kind == agg.GROUP_BY:
                key = next(grouped)
                shown = pl.concat(self._shown[item.name]) if item.key else keys[key]
                columns.append(shown.alias(f"{item.name}.v"))
            else:
                columns.extend(self._states[item.name].columns(self._groups.count))
        return pl.DataFrame(columns)

    def seen(self, name: str) -> pl.DataFrame:
        """The distinct values of an item: the keys of a group and a value ``v`` in each row."""
        state = self._states.get(name)
        if self._groups is None or not isinstance(state, Distinct):
            raise KeyError(name)
        numbers, values = state.pairs()
        return self._groups.keys[numbers].with_columns(values.alias("v"))

    def distinct(self, name: str) -> pl.Series:
        """How many distinct values each group has."""
        state = self._states.get(name)
        if self._groups is None or not isinstance(state, Distinct):
            raise KeyError(name)
        return state.counted(self._groups.count).alias(f"{name}.n")

    def _prepare(self, frame: pl.DataFrame) -> None:
        import polars as pl

        made: dict[int, type[GroupState]] = {
            agg.COUNT: Count, agg.COUNT_ALL: Count, agg.SUM: Sum, agg.AVERAGE: Sum, agg.MINIMUM: Extreme,
            agg.MAXIMUM: Extreme, agg.COUNT_DISTINCT: Distinct,
        }  # fmt: skip
        sources = zip(self._keys, self._sources, strict=True) if self._sources else ()
        types = {key: frame.schema[source] for key, source in sources} or {self._keys[0]: pl.Int8()}
        self._groups = GroupNumbers(pl.DataFrame(schema=types))
        for item in self._items:
            if item.kind != agg.GROUP_BY:
                kind = frame.schema[item.column] if item.column else pl.Int8()
                self._states[item.name] = made[item.kind](item, kind)
