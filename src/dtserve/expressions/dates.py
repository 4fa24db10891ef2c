"""Date parts and the arithmetic of one date (EXPRESSIONS §7.1).

Weeks start on Sunday and the week of 1 January is week 1 (a switch); DATEDIFF counts the
boundaries crossed; DATEADD stays within the month.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta

from dtserve.expressions.switches import current
from dtserve.expressions.type_errors import InvalidDatePart
from dtserve.expressions.value_errors import FunctionOverflow

__all__ = ["MONTHS", "PARTS", "UNITS", "add", "difference", "part_named", "part_of"]

PARTS: dict[str, tuple[str, ...]] = {
    "year": ("year", "yy", "yyyy"),
    "quarter": ("quarter", "qq", "q"),
    "month": ("month", "mm", "m"),
    "dayofyear": ("dayofyear", "dy", "y"),
    "day": ("day", "dd", "d"),
    "week": ("week", "wk", "ww"),
    "weekday": ("weekday", "dw", "w"),
    "hour": ("hour", "hh"),
    "minute": ("minute", "mi", "n"),
    "second": ("second", "ss", "s"),
    "millisecond": ("millisecond", "ms"),
}
"""Date part → the ways to write it, in any case."""

_NAMES = {alias: part for part, aliases in PARTS.items() for alias in aliases}
_DAY = 86_400_000_000
UNITS = {
    "dayofyear": _DAY, "day": _DAY, "weekday": _DAY, "week": 7 * _DAY, "hour": 3_600_000_000, "minute": 60_000_000,
    "second": 1_000_000, "millisecond": 1_000,
}  # fmt: skip
"""Parts of a fixed length, in microseconds."""

MONTHS = {"year": 12, "quarter": 3, "month": 1}
"""Parts counted in months."""

EPOCH = datetime(1970, 1, 1)
SUNDAY = 4
"""Days from the Sunday before the epoch (28 December 1969) to it."""


def part_named(name: str | None, function: str) -> str:
    """The date part that ``name`` stands for; InvalidDatePart otherwise.

    >>> part_named("QQ", "DATEPART")
    'quarter'
    """
    found = _NAMES.get((name or "").lower())
    if found is None:
        raise InvalidDatePart(part=name or "", function=function)
    return found


def microseconds(value: datetime) -> int:
    """Microseconds since the epoch."""
    return (value - EPOCH) // timedelta(microseconds=1)


def part_of(part: str, value: datetime) -> int:
    """One part of a date.

    >>> part_of("weekday", datetime(2022, 8, 20)), part_of("week", datetime(2022, 1, 2))
    (7, 2)
    """
    first = current().first_weekday
    match part:
        case "quarter":
            return (value.month + 2) // 3
        case "dayofyear":
            return value.timetuple().tm_yday
        case "weekday":
            return (value.isoweekday() % 7 + 1 - first) % 7 + 1
        case "week":
            start = (value.replace(month=1, day=1).isoweekday() % 7 + 1 - first) % 7
            return (value.timetuple().tm_yday + start - 1) // 7 + 1
        case "millisecond":
            return value.microsecond // 1000
    found: int = getattr(value, part)
    return found


def add(part: str, number: int, value: datetime, function: str = "DATEADD") -> datetime:
    """The date ``number`` parts later; FunctionOverflow outside the years 1 to 9999.

    >>> add("month", 1, datetime(2024, 1, 31))
    datetime.datetime(2024, 2, 29, 0, 0)
    """
    try:
        if part not in MONTHS:
            return value + timedelta(microseconds=UNITS[part] * number)
        year, month = divmod(value.year * 12 + value.month - 1 + number * MONTHS[part], 12)
        return value.replace(year=year, month=month + 1, day=min(value.day, monthrange(year, month + 1)[1]))
    except (OverflowError, ValueError):
        raise FunctionOverflow(function=function, type="DT_DBTIMESTAMP") from None


def difference(part: str, first: datetime, second: datetime, function: str = "DATEDIFF") -> int:
    """How many boundaries of ``part`` lie between two dates; FunctionOverflow beyond DT_I4.

    >>> difference("year", datetime(2003, 12, 31), datetime(2004, 1, 1))
    1
    """
    if part in MONTHS:
        months = [value.year * 12 + value.month - 1 for value in (first, second)]
        result = months[1] // MONTHS[part] - months[0] // MONTHS[part]
    else:
        shift = (SUNDAY + 1 - current().first_weekday) * _DAY if part == "week" else 0
        counts = [(microseconds(value) + shift) // UNITS[part] for value in (first, second)]
        result = counts[1] - counts[0]
    if not -(2**31) <= result < 2**31:
        raise FunctionOverflow(function=function, type="DT_I4")
    return result
