"""Dates and times from text: fast parse.

The locale-free forms of FastParse=True (DATA_FLOW §3.4). Date: ``YYYYMMDD``,
``YYYY-MM-DD`` (blanks after a hyphen pass), ``YYYY-MM``, ``YYYY``; time: ``HHMISS``, ``HH:MI:SS``, ``HHMI``, ``HH:MI``,
``HH``, with a fraction (``.`` or ``,``, up to seven digits) on the last unit; 24:00:00 is midnight, a leap
second is taken; a zone ``Z`` or ``±HH[[:]MI]``, which counts only for DT_DBTIMESTAMPOFFSET;
date and time joined by ``T``.
"""

from __future__ import annotations

import datetime as dt
import re

from dtserve.datatypes.errors import ConversionError
from dtserve.datatypes.moments import OLE_EPOCH, TIMES
from dtserve.datatypes.types import DT, TypeSpec

__all__ = ["parse_moment_fast"]

_DATE = r"(?P<y>[0-9]{4})(?:(?P<m1>[0-9]{2})(?P<d1>[0-9]{2})|-[ ]*(?P<m2>[0-9]{2})(?:-[ ]*(?P<d2>[0-9]{2}))?)?"
_TIME = (
    r"(?P<h>[0-9]{2})(?:(?P<i1>[0-9]{2})(?P<s1>[0-9]{2})?|:(?P<i2>[0-9]{2})(?::(?P<s2>[0-9]{2}))?)?"
    r"(?:[.,](?P<f>[0-9]{1,7}))?"
    r"(?P<zone>Z|(?P<zs>[+-])(?P<zh>[0-9]{2})(?::?(?P<zm>[0-9]{2}))?)?"
)
_DATE_ONLY = re.compile(rf"[ \t]*{_DATE}")
_TIME_ONLY = re.compile(rf"[ \t]*{_TIME}")
_BOTH = re.compile(rf"[ \t]*{_DATE}T{_TIME}")
_UNIT = {"h": 3_600_000_000, "i": 60_000_000, "s": 1_000_000}


def parse_moment_fast(text: str, target: TypeSpec, source: object) -> tuple[dt.datetime, int | None, bool]:
    """The moment a text stands for under fast parse; ConversionError when it is none."""
    match = _BOTH.fullmatch(text)
    if not match:
        match = (_TIME_ONLY if target.dt in TIMES else _DATE_ONLY).fullmatch(text)
    found = _read(match.groupdict()) if match else None
    if found is None:
        raise ConversionError(source=source, target=target, reason="the text is not in a form of fast parse")
    moment, zone, cut = found
    if target.dt is not DT.DBTIMESTAMPOFFSET:
        zone = None
    return moment, zone, cut


def _read(part: dict[str, str | None]) -> tuple[dt.datetime, int | None, bool] | None:
    try:
        if part.get("y"):
            month, date = (int(part[f"{unit}1"] or part[f"{unit}2"] or 1) for unit in "md")
            day = dt.datetime(int(part["y"] or 0), month, date)
        else:
            day = OLE_EPOCH
        span, cut = _clock(part) if part.get("h") else (0, False)
        moment = day + dt.timedelta(microseconds=span)
    except (ValueError, OverflowError):
        return None
    zone = None
    if part.get("zs"):
        zone = int(part["zh"] or 0) * 60 + int(part["zm"] or 0)
        if zone > 14 * 60 or int(part["zm"] or 0) > 59:
            return None
        zone = -zone if part["zs"] == "-" else zone
    return moment, zone, cut


def _clock(part: dict[str, str | None]) -> tuple[int, bool]:
    """Microseconds since midnight; the fraction belongs to the last unit that is written."""
    hour = int(part["h"] or 0)
    minute, second = (part[f"{unit}1"] or part[f"{unit}2"] for unit in "is")
    last = "s" if second else "i" if minute else "h"
    span = hour * 3600 + int(minute or 0) * 60 + int(second or 0)
    if hour > 24 or int(minute or 0) > 59 or int(second or 0) > 60 or (hour == 24 and span > 86_400):
        raise ValueError
    digits = part["f"] or "0"
    fraction, rest = divmod(int(digits) * _UNIT[last], 10 ** len(digits))
    if hour == 24 and fraction:
        raise ValueError
    return span * 1_000_000 + fraction, rest != 0
