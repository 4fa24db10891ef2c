"""What a columnar conversion gives, and the exact path for the few values a fast path left open.

The two-step rule: a vectorised rule decides the regular forms; every value it left NULL
goes, once per distinct value, to the scalar function that decides value or error.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import polars as pl

from dtserve.datatypes.distinct import encode
from dtserve.datatypes.errors import ConversionError
from dtserve.datatypes.physical import polars_type
from dtserve.datatypes.types import DT, TypeSpec

__all__ = [
    "ColumnResult",
    "Outcome",
    "build_series",
    "complete",
    "constant",
    "decided",
    "nulls_to_none",
    "python_values",
    "spread",
]

Outcome = tuple[Any, bool]
"""A scalar value and whether it was cut."""


@dataclass(frozen=True, slots=True)
class ColumnResult:
    """A converted column.

    ``errors``: UInt32 HRESULT per row, null where the row is fine (the value is null where
    the row failed). ``truncated``: Boolean per row; the value stands in ``values``, already
    cut. Each is None when no row is concerned.
    """

    values: pl.Series
    errors: pl.Series | None = None
    truncated: pl.Series | None = None


def python_values(series: pl.Series, spec: TypeSpec) -> list[Any]:
    """The values of a column in their scalar forms."""
    if spec.dt is DT.DBTIMESTAMPOFFSET:
        return [_aware(item) for item in series.to_list()]
    return series.to_list()


def _aware(item: dict[str, Any] | None) -> dt.datetime | None:
    if item is None or item["utc"] is None:
        return None
    zone = dt.timezone(dt.timedelta(minutes=item["offset"] or 0))
    return item["utc"].replace(tzinfo=dt.UTC).astimezone(zone)  # type: ignore[no-any-return]


def build_series(values: list[Any], spec: TypeSpec) -> pl.Series:
    """A column of type ``spec`` from scalar forms."""
    if spec.dt is DT.DBTIMESTAMPOFFSET:
        values = [None if value is None else _pair(value) for value in values]
    return pl.Series(values, dtype=polars_type(spec), strict=True)


def _pair(value: dt.datetime) -> dict[str, Any]:
    offset = value.utcoffset() or dt.timedelta()
    return {"utc": value.astimezone(dt.UTC).replace(tzinfo=None), "offset": int(offset.total_seconds()) // 60}


def spread(result: ColumnResult, index: pl.Series, name: str) -> ColumnResult:
    """A result on distinct values spread over the rows they stand in."""
    errors, truncated = result.errors, result.truncated
    return ColumnResult(
        result.values.gather(index).alias(name),
        None if errors is None else errors.gather(index),
        None if truncated is None else truncated.gather(index).fill_null(False),
    )


def constant(value: Any, height: int, dtype: pl.DataType | type[pl.DataType]) -> pl.Series:
    """A column of one value; ``pl.repeat`` takes twenty times as long where there are few rows."""
    return pl.Series([value], dtype=dtype).new_from_index(0, height)


def nulls_to_none(mask: pl.Series | None) -> pl.Series | None:
    """The mask, or None when it marks no row."""
    if mask is None or (mask.dtype == pl.Boolean and not mask.any()) or mask.null_count() == len(mask):
        return None
    return mask


def complete(
    series: pl.Series,
    values: pl.Series,
    truncated: pl.Series | None,
    exact: Callable[[Any], Outcome],
    source: TypeSpec,
    target: TypeSpec,
) -> ColumnResult:
    """The result of a fast path, its open rows (null in ``values``, not in ``series``) decided by ``exact``."""
    if values.null_count() == series.null_count():
        return ColumnResult(values, None, nulls_to_none(truncated))
    open_rows = (values.is_null() & series.is_not_null()).arg_true()
    if not len(open_rows):
        return ColumnResult(values, None, nulls_to_none(truncated))
    found, errors, cut = _decide(series.gather(open_rows), exact, source, target)
    total = len(series)
    take = pl.int_range(total, eager=True).scatter(open_rows, pl.int_range(total, total + len(open_rows), eager=True))

    def placed(base: pl.Series, extra: pl.Series) -> pl.Series:
        return pl.concat([base, extra], rechunk=True).gather(take)

    if truncated is None:
        truncated = constant(False, total, pl.Boolean)
    return ColumnResult(
        placed(values, found).alias(series.name),
        nulls_to_none(placed(constant(None, total, pl.UInt32), errors)),
        nulls_to_none(placed(truncated, cut)),
    )


def decided(series: pl.Series, exact: Callable[[Any], Outcome], source: TypeSpec, target: TypeSpec) -> ColumnResult:
    """The result of a short column, every value that is not NULL decided by ``exact``."""
    values, errors, cut = _decide(
        series, lambda value: (None, False) if value is None else exact(value), source, target
    )
    return ColumnResult(values.alias(series.name), nulls_to_none(errors), nulls_to_none(cut))


def _decide(
    rows: pl.Series, exact: Callable[[Any], Outcome], source: TypeSpec, target: TypeSpec
) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Value, error code and cut mark of each row, computed once per distinct value."""
    distinct, at = rows, None
    if len(rows) > 64 and not rows.dtype.is_nested() and not rows.dtype.is_float():
        distinct, at = encode(rows)
    values: list[Any] = []
    codes: list[int | None] = []
    cuts: list[bool] = []
    for value in python_values(distinct, source):
        try:
            found, cut = exact(value)
            code = None
        except ConversionError as error:
            found, cut, code = None, False, error.code
        values.append(found)
        codes.append(code)
        cuts.append(cut)
    made = build_series(values, target), pl.Series(codes, dtype=pl.UInt32), pl.Series(cuts, dtype=pl.Boolean)
    if at is None:
        return made
    return made[0].gather(at), made[1].gather(at), made[2].gather(at)
