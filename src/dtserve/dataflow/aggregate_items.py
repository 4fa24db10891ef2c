"""The columns of an aggregate: what each does, and how it is made from partial results of groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dtserve.dataflow.transform_errors import AggregationFailed
from dtserve.datatypes import DT, TypeSpec

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "AVERAGE", "COUNT", "COUNT_ALL", "COUNT_DISTINCT", "GROUP_BY", "MAXIMUM", "MINIMUM", "OVERFLOW", "SUM", "Item", "check_sums",
    "first_step", "second_step",
]  # fmt: skip

GROUP_BY, COUNT, COUNT_ALL, COUNT_DISTINCT, SUM, AVERAGE, MINIMUM, MAXIMUM = range(8)

OVERFLOW = "0xC0209011"
"""What a result has that does not fit (DATA_FLOW §5)."""

_MAX_38 = 9.9e37


@dataclass(frozen=True)
class Item:
    """One column of an aggregate: a plain name, what it does, the column it reads and that column's type.

    ``key`` is the column (of the frames given to :meth:`Groups.add`) whose values are
    compared: the column itself, or the text without what the comparison flags ignore.
    """

    name: str
    kind: int
    column: str
    type: TypeSpec
    key: str = ""

    @property
    def offset(self) -> bool:
        """Whether its values are moments with an offset, which are compared by their universal time."""
        return self.type.dt is DT.DBTIMESTAMPOFFSET

    @property
    def parts(self) -> dict[str, str]:
        """Partial columns → how partial results of one group join."""
        if self.kind == GROUP_BY:
            return {f"{self.name}.v": "arg_min"}
        if self.kind in (COUNT, COUNT_ALL):
            return {f"{self.name}.n": "sum"}
        if self.kind == MINIMUM:
            return {f"{self.name}.v": "earliest" if self.offset else "min"}
        if self.kind == MAXIMUM:
            return {f"{self.name}.v": "latest" if self.offset else "max"}
        if self.kind in (SUM, AVERAGE):
            return {f"{self.name}.s": "sum", f"{self.name}.n": "sum"}
        return {}


def check_sums(frame: pl.DataFrame, keys: list[str], columns: list[str]) -> None:
    """A sum may not leave 38 digits, nor come near on its way; Polars would end the thread."""
    import polars as pl

    for name in columns:
        sizes = pl.col(name).cast(pl.Float64).abs()
        limit = _limit(frame.schema[name])
        largest = frame.select(sizes.max()).item() or 0.0
        if largest * frame.height > limit and (frame.group_by(keys).agg(sizes.sum())[name] > limit).any():
            raise AggregationFailed(object="sum", error_code=OVERFLOW)


def first_step(item: Item) -> list[pl.Expr]:
    """Partial columns of a group from its rows."""
    import polars as pl

    column = pl.col(item.column) if item.column else pl.lit(None)
    count = column.is_not_null().sum().cast(pl.Int64).alias(f"{item.name}.n")
    if item.kind == GROUP_BY:
        return [column.first().alias(f"{item.name}.v")]
    if item.kind == COUNT_ALL:
        return [pl.len().cast(pl.Int64).alias(f"{item.name}.n")]
    if item.kind == COUNT:
        return [count]
    if item.kind in (MINIMUM, MAXIMUM):
        return [second_step(item.column, item.parts[f"{item.name}.v"]).alias(f"{item.name}.v")]
    if item.kind in (SUM, AVERAGE):
        return [_sum(column, item.type).alias(f"{item.name}.s"), count]
    return []


def _sum(column: pl.Expr, spec: TypeSpec) -> pl.Expr:
    """The exact sum of some ten thousand values."""
    import polars as pl

    if spec.family == "float":
        return column.cast(pl.Float64).sum()
    if spec.family == "decimal":
        return column.cast(pl.Decimal(38, spec.polars().scale)).sum()  # type: ignore[attr-defined]
    if spec.info.width == 64:
        return column.cast(pl.Decimal(38, 0)).sum()
    return column.cast(pl.Int64).sum().cast(pl.Decimal(38, 0))


def second_step(name: str, how: str) -> pl.Expr:
    """A partial column of a group from partial columns; rows stand in order of arrival."""
    import polars as pl

    column = pl.col(name)
    if how == "arg_min":
        return column.first()
    if how == "min":
        return column.min()
    if how == "max":
        return column.max()
    if how in ("earliest", "latest"):
        known = column.filter(column.is_not_null())
        return known.sort_by(known.struct.field("utc"), descending=how == "latest", maintain_order=True).first()
    return column.sum()


def _limit(dtype: pl.DataType) -> float:
    scale = getattr(dtype, "scale", 0)
    return float(_MAX_38 / 10.0 ** int(scale))
