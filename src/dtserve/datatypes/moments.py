"""Dates and times as scalars: limits of each type, OLE date numbers, the conversion matrix.

Scalar forms: DBDATE ``date``; DBTIME, DBTIME2 ``time``; DATE, DBTIMESTAMP, DBTIMESTAMP2,
FILETIME naive ``datetime``; DBTIMESTAMPOFFSET aware ``datetime``. Sources: EXPRESSIONS
§4.1, DATA_FLOW §3.3.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

from dtserve.datatypes.errors import ConversionError, ConversionOverflow
from dtserve.datatypes.types import DT, TypeSpec

__all__ = [
    "FILETIME_EPOCH",
    "MICROSECONDS_PER_DAY",
    "MIN_YEAR",
    "OLE_EPOCH",
    "OLE_HIGH",
    "OLE_LOW",
    "TIMES",
    "TIMESTAMP2_MIN_YEAR",
    "WIDE_STAMPS",
    "convert_moment",
    "filetime_ticks",
    "finish",
    "fraction_digits",
    "from_filetime_ticks",
    "from_ole",
    "to_ole",
]

OLE_EPOCH = dt.datetime(1899, 12, 30)
FILETIME_EPOCH = dt.datetime(1601, 1, 1)
MICROSECONDS_PER_DAY = 86_400_000_000
TIMES = frozenset({DT.DBTIME, DT.DBTIME2})
WIDE_STAMPS = frozenset({DT.DBTIMESTAMP2, DT.DBTIMESTAMPOFFSET})
_MICROSECOND = dt.timedelta(microseconds=1)
OLE_LOW, OLE_HIGH = -657_434, 2_958_466
_FIXED_DIGITS = {DT.DBTIME: 0, DT.DBTIMESTAMP: 3, DT.FILETIME: 3, DT.DATE: 6}
MIN_YEAR = {DT.DATE: 100, DT.FILETIME: 1601}
TIMESTAMP2_MIN_YEAR = 1753
"""The least year of DBTIMESTAMP when it comes from one of WIDE_STAMPS (DATA_FLOW §3.3)."""


def fraction_digits(spec: TypeSpec) -> int:
    """How many digits of a fraction of a second the type keeps (at most six in memory)."""
    digits = _FIXED_DIGITS.get(spec.dt)
    return min(spec.scale, 6) if digits is None else digits


def _cut(value: Any, spec: TypeSpec) -> tuple[Any, bool]:
    """The value (time or datetime) with the digits of its fraction that ``spec`` keeps."""
    unit = 10 ** (6 - fraction_digits(spec))
    rest = value.microsecond % unit
    return (value.replace(microsecond=value.microsecond - rest), True) if rest else (value, False)


def _check_year(value: dt.datetime, target: TypeSpec, source: object) -> None:
    low = MIN_YEAR.get(target.dt, 1)
    if value.year < low:
        raise ConversionOverflow(source=source, target=target, reason=f"the year is before {low}")


def finish(moment: dt.datetime, zone: int | None, target: TypeSpec, source: object) -> tuple[Any, bool]:
    """A parsed or converted moment (``zone`` in minutes) as a value of ``target``, and whether it was cut."""
    if target.dt is DT.DBDATE:
        return moment.date(), False
    if target.dt in TIMES:
        return _cut(moment.time(), target)
    _check_year(moment, target, source)
    value, cut = _cut(moment, target)
    if target.dt is DT.DBTIMESTAMPOFFSET:
        value = value.replace(tzinfo=dt.timezone(dt.timedelta(minutes=zone or 0)))
        try:
            value.astimezone(dt.UTC)
        except OverflowError:
            raise ConversionOverflow(source=source, target=target, reason="beyond the years 1 to 9999") from None
    return value, cut


def convert_moment(value: Any, source: TypeSpec, target: TypeSpec) -> tuple[Any, bool]:
    """A date or time as another date or time type, and whether a fraction was cut (DATA_FLOW §3.3)."""
    zone = None
    if source.dt is DT.DBDATE:
        moment = dt.datetime.combine(value, dt.time())
    elif source.dt in TIMES:
        moment = dt.datetime.combine(dt.date.today(), value)
    elif source.dt is DT.DBTIMESTAMPOFFSET:
        if target.dt is DT.DBTIMESTAMPOFFSET:
            zone = int(value.utcoffset().total_seconds()) // 60
            moment = value.replace(tzinfo=None)
        else:
            moment = value.astimezone(dt.UTC).replace(tzinfo=None)
    else:
        moment = value
    if source.dt in WIDE_STAMPS and target.dt is DT.DBTIMESTAMP and moment.year < TIMESTAMP2_MIN_YEAR:
        raise ConversionOverflow(source=source, target=target, reason=f"the year is before {TIMESTAMP2_MIN_YEAR}")
    converted, cut = finish(moment, zone, target, source)
    return converted, cut and source.dt is not DT.DATE


def to_ole(value: dt.datetime) -> float:
    """The OLE date number of a datetime: days since 1899-12-30, the time as a positive fraction.

    >>> to_ole(dt.datetime(1899, 12, 29, 6)), to_ole(dt.datetime(1900, 1, 1, 12))
    (-1.25, 2.5)
    """
    days, rest = divmod((value - OLE_EPOCH) // _MICROSECOND, MICROSECONDS_PER_DAY)
    part = rest / MICROSECONDS_PER_DAY
    return days - part if days < 0 else days + part


def from_ole(number: float, target: TypeSpec, source: object) -> dt.datetime:
    """The datetime of an OLE date number, to the millisecond."""
    if not math.isfinite(number):
        raise ConversionError(source=source, target=target, reason="not a finite number")
    days = math.trunc(number)
    if not OLE_LOW <= days < OLE_HIGH:
        raise ConversionOverflow(source=source, target=target, reason="not a date of the years 100 to 9999")
    milliseconds = round(abs(number - days) * 86_400_000)
    try:
        return OLE_EPOCH + dt.timedelta(days=days, milliseconds=milliseconds)
    except OverflowError:
        raise ConversionOverflow(source=source, target=target, reason="after the year 9999") from None


def filetime_ticks(value: dt.datetime) -> int:
    """The 100-nanosecond units since 1601-01-01."""
    return (value - FILETIME_EPOCH) // _MICROSECOND * 10


def from_filetime_ticks(ticks: int, target: TypeSpec, source: object) -> tuple[dt.datetime, bool]:
    """The FILETIME of 100-nanosecond units since 1601-01-01, and whether finer digits were cut."""
    if ticks < 0:
        raise ConversionOverflow(source=source, target=target, reason="before the year 1601")
    try:
        value = FILETIME_EPOCH + dt.timedelta(microseconds=ticks // 10)
    except OverflowError:
        raise ConversionOverflow(source=source, target=target, reason="after the year 9999") from None
    value, cut = _cut(value, target)
    return value, cut or ticks % 10 != 0
