"""The columnar meanings of the date functions: the arithmetic of :mod:`.dates` on columns."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl

from dtserve.expressions.columnar_calls import ColumnCall
from dtserve.expressions.dates import MONTHS, SUNDAY, UNITS, add
from dtserve.expressions.program import Run
from dtserve.expressions.switches import current
from dtserve.expressions.unit_columns import select, with_nulls
from dtserve.expressions.value_errors import FunctionOverflow

__all__ = ["date_add", "date_difference", "date_part"]

_FIRST = -62_135_596_800_000_000
_LAST = 253_402_300_799_999_999
"""Microseconds of 1 January 1 and of the end of 9999."""

_STAMP = pl.Datetime("us")
Result = tuple[pl.Series, pl.Series | None]


_OF_DAYS = frozenset(("year", "quarter", "month", "dayofyear", "day", "week", "weekday"))


def date_part(call: ColumnCall, part: str) -> pl.Expr:
    """DATEPART, DAY, MONTH and YEAR of the last operand; parts of days once per day where the days lie together."""
    if part not in _OF_DAYS:
        return _part(part, call.operands[-1].expr)

    def kernel(run: Run, *arguments: Any) -> pl.Series:
        value = arguments[-1]
        days = value.cast(pl.Date).to_physical()
        low, high = days.min(), days.max()
        if low is None or high - low > len(days):
            return select([value], lambda date: _part(part, date))
        table = pl.int_range(low, high + 1, dtype=pl.Int32, eager=True).cast(pl.Date)
        return select([table], lambda date: _part(part, date)).gather(days - low)

    return call.kernel(kernel)


def _part(part: str, value: pl.Expr) -> pl.Expr:
    dates = value.dt
    first = current().first_weekday
    match part:
        case "dayofyear":
            made = dates.ordinal_day()
        case "weekday":
            made = (dates.weekday() % 7 + (8 - first)) % 7 + 1
        case "week":
            day = dates.ordinal_day().cast(pl.Int32)
            today = (dates.weekday().cast(pl.Int32) % 7 + (8 - first)) % 7
            start = (today - day + 1 + 371) % 7
            made = (day + start - 1) // 7 + 1
        case _:
            made = getattr(dates, part)()
    return made.cast(pl.Int32)


def date_add(call: ColumnCall, part: str) -> pl.Expr:
    """DATEADD; a result outside the years 1 to 9999 is an overflow."""

    def kernel(run: Run, name: str, number: Any, value: Any) -> Result:
        if isinstance(number, int) and _stays(part, number, value):
            if part in MONTHS:
                return value.dt.offset_by(f"{number * MONTHS[part]}mo"), None
            return (value.cast(pl.Int64) + number * UNITS[part]).cast(_STAMP), None
        build = _months if part in MONTHS else _units
        made = select([number, value], lambda n, d: build(part, _wide(n), _stamp(d)), strict=False)
        out = made.struct.field("out").fill_null(False)
        return with_nulls(made.struct.field("made"), [number, value]), out if out.any() else None

    return call.kernel(kernel, FunctionOverflow)


def _stays(part: str, number: int, value: pl.Series) -> bool:
    """Whether every date of the column stays within the years 1 to 9999."""
    low, high = value.min(), value.max()
    try:
        for moment in (low, high):
            if isinstance(moment, datetime):
                add(part, number, moment)
    except FunctionOverflow:
        return False
    return True


def _wide(number: Any) -> pl.Expr:
    if isinstance(number, pl.Expr):
        return number.cast(pl.Int128)
    return pl.lit(number, dtype=pl.Int128)


def _stamp(value: Any) -> pl.Expr:
    return value if isinstance(value, pl.Expr) else pl.lit(value, dtype=_STAMP)


def _units(part: str, number: pl.Expr, value: pl.Expr) -> pl.Expr:
    at = value.cast(pl.Int64).cast(pl.Int128) + number.clip(-(10**15), 10**15) * UNITS[part]
    out = (at < _FIRST) | (at > _LAST)
    return pl.struct(made=pl.when(~out).then(at.cast(pl.Int64, strict=False)).cast(_STAMP), out=out)


def _months(part: str, number: pl.Expr, value: pl.Expr) -> pl.Expr:
    dates = value.dt
    total = dates.year().cast(pl.Int64) * 12 + dates.month().cast(pl.Int64) - 1
    total = total + number.clip(-(10**9), 10**9).cast(pl.Int64) * MONTHS[part]
    out = (total < 12) | (total >= 120_000)
    kept = pl.when(out).then(12).otherwise(total)
    first, after = _first_day(kept), _first_day(kept + 1)
    day = pl.min_horizontal(dates.day().cast(pl.Int64), after - first) - 1
    at = value.cast(pl.Int64)
    time = at - at // UNITS["day"] * UNITS["day"]
    return pl.struct(made=pl.when(~out).then((first + day) * UNITS["day"] + time).cast(_STAMP), out=out)


def _first_day(months: pl.Expr) -> pl.Expr:
    """Days from the epoch to the first of a month, which is counted from year 0 (proleptic Gregorian)."""
    shifted = months - 2  # years that begin in March end with their leap day
    year, month = shifted // 12, shifted % 12
    return year * 365 + year // 4 - year // 100 + year // 400 + (153 * month + 2) // 5 - 719_468


def date_difference(call: ColumnCall, part: str) -> pl.Expr:
    """DATEDIFF: boundaries counted; beyond DT_I4 is an overflow."""

    def kernel(run: Run, name: str, first: Any, second: Any) -> Result:
        made = select([first, second], lambda a, b: _count(part, _stamp(b)) - _count(part, _stamp(a)))
        values = made.cast(pl.Int32, strict=False)
        if values.null_count() == made.null_count():
            return values, None
        return values, values.is_null() & made.is_not_null()

    return call.kernel(kernel, FunctionOverflow)


def _count(part: str, value: pl.Expr) -> pl.Expr:
    """The number of the part since a fixed beginning."""
    if part in MONTHS:
        months = value.dt.year().cast(pl.Int64) * 12 + value.dt.month().cast(pl.Int64) - 1
        return months // MONTHS[part]
    shift = (SUNDAY + 1 - current().first_weekday) * UNITS["day"] if part == "week" else 0
    return (value.cast(pl.Int64) + shift) // UNITS[part]
