"""Dates as T-SQL reads, counts and prints them (language us_english, DATEFIRST 7)."""

from __future__ import annotations

import calendar
import datetime as dtm
import re
from decimal import Decimal
from typing import Any

from dtserve.datatypes import DT

__all__ = [
    "DAY_FIRST",
    "EARLIEST",
    "STYLES",
    "canonical_moment",
    "format_style",
    "parse_moment",
    "print_style",
    "shift",
    "steps",
    "take_part",
    "zone_of",
]

EARLIEST = 1753
"""The first year of a datetime."""

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_ISO = re.compile(r"^(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})(?:[T ]+(.+))?$")
_PLAIN = re.compile(r"^(\d{4}|\d{2})(\d{2})(\d{2})(?:\s+(.+))?$")
_US = re.compile(r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?:\s+(.+))?$")
_NAMED = re.compile(r"^([A-Za-z]{3,9})\.?\s+(\d{1,2}),?\s+(\d{4}|\d{2})(?:\s+(.+))?$")
_NAMED_DAY = re.compile(r"^(\d{1,2})[\s/-]*([A-Za-z]{3,9})\.?[\s/-]*(\d{4}|\d{2})(?:\s+(.+))?$")
_CLOCK = re.compile(
    r"^(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:[.:](\d{1,9}))?)?)?\s*([AaPp][Mm])?\s*(Z|[+-]\d{2}:?\d{2})?$"
)
_BASE = dtm.datetime(1900, 1, 1)


_ZONE = re.compile(r":\d{2}(?:\.\d+)?\s*([+-]\d{2}):?(\d{2})$")
"""A zone stands behind a clock; a date alone ends alike."""


DAY_FIRST = frozenset({3, 4, 5, 103, 104, 105, 131})
"""Styles of CONVERT that read a date of three numbers with the day before the month."""


def parse_moment(text: str, style: int = 0) -> dtm.datetime | None:
    """The moment a text names, without its zone; None when it names none. A time alone is on 1900-01-01.

    >>> parse_moment("20240301 10:20:30.5")
    datetime.datetime(2024, 3, 1, 10, 20, 30, 500000)
    >>> parse_moment("Mar 1 2024 1:05PM")
    datetime.datetime(2024, 3, 1, 13, 5)
    >>> parse_moment("4/3/2024", 103)
    datetime.datetime(2024, 3, 4, 0, 0)
    """
    plain = text.strip()
    if not plain:
        return _BASE
    try:
        numbers = "dmy" if style in DAY_FIRST else "mdy"
        for pattern, order in ((_ISO, "ymd"), (_PLAIN, "ymd"), (_US, numbers), (_NAMED, "mdy"), (_NAMED_DAY, "dmy")):
            found = pattern.match(plain)
            if found is not None:
                parts = dict(zip(order, found.groups()[:3], strict=True))
                return _with_clock(_date(parts), found[4])
        if ":" in plain or plain[-1:] in "mM":
            return _with_clock(_BASE, plain)
        if re.fullmatch(r"\d{4}", plain):
            return dtm.datetime(int(plain), 1, 1)
    except (ValueError, KeyError, OverflowError):
        return None
    return None


def zone_of(text: str) -> str:
    """The zone a moment's text ends with, ``+00:00`` where it names none.

    >>> zone_of("2024-03-01 10:20:30.5 -0330"), zone_of("20240301 10:20Z"), zone_of("2024-03-01")
    ('-03:30', '+00:00', '+00:00')
    """
    found = _ZONE.search(text.strip())
    return f"{found[1]}:{found[2]}" if found is not None else "+00:00"


def canonical_moment(text: str, dt: DT, *, zoned: bool = False) -> str:
    """A date literal in its stored form; one that is no date stays as it is, so that it equals nothing.

    ``zoned``: a DT_DBTIMESTAMPOFFSET is stored with its zone.
    """
    moment = parse_moment(text)
    if moment is None:
        return text
    if dt is DT.DBDATE:
        return moment.date().isoformat()
    if dt in (DT.DBTIME, DT.DBTIME2):
        return moment.time().isoformat()
    return moment.isoformat(" ") + (zone_of(text) if zoned and dt is DT.DBTIMESTAMPOFFSET else "")


def _date(parts: dict[str, str]) -> dtm.datetime:
    year = int(parts["y"])
    if len(parts["y"]) == 2:
        year += 2000 if year < 50 else 1900
    month = parts["m"]
    return dtm.datetime(year, int(month) if month.isdigit() else _MONTHS[month.lower()], int(parts["d"]))


def _with_clock(day: dtm.datetime, clock: str | None) -> dtm.datetime | None:
    if not clock:
        return day
    found = _CLOCK.match(clock.strip())
    if found is None or (found[2] is None and found[5] is None):
        return None
    hour = int(found[1])
    if found[5]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found[5].lower() == "pm" else 0)
    micro = int((found[4] or "0").ljust(6, "0")[:6])
    return day.replace(hour=hour, minute=int(found[2] or 0), second=int(found[3] or 0), microsecond=micro)


_SECONDS = {"hour": 3600, "minute": 60, "second": 1}
_MICROS = {"millisecond": 1000, "microsecond": 1}


def shift(part: str, number: int, moment: dtm.datetime) -> dtm.datetime:
    """DATEADD; the last day of a month stays inside a shorter month."""
    months = {"year": 12, "quarter": 3, "month": 1}.get(part)
    if months is not None:
        total = moment.year * 12 + moment.month - 1 + number * months
        year, month = divmod(total, 12)
        day = min(moment.day, calendar.monthrange(year, month + 1)[1])
        return moment.replace(year=year, month=month + 1, day=day)
    if part in ("day", "dayofyear", "weekday"):
        return moment + dtm.timedelta(days=number)
    if part == "week":
        return moment + dtm.timedelta(weeks=number)
    if part in _SECONDS:
        return moment + dtm.timedelta(seconds=number * _SECONDS[part])
    if part in _MICROS:
        return moment + dtm.timedelta(microseconds=number * _MICROS[part])
    if part == "nanosecond":
        return moment + dtm.timedelta(microseconds=number // 1000)
    raise ValueError(f"DATEADD does not take {part}")


def steps(part: str, start: dtm.datetime, end: dtm.datetime) -> int:
    """DATEDIFF: the boundaries of ``part`` between two moments."""
    if part == "year":
        return end.year - start.year
    if part == "quarter":
        return (end.year - start.year) * 4 + (end.month - 1) // 3 - (start.month - 1) // 3
    if part == "month":
        return (end.year - start.year) * 12 + end.month - start.month
    days = end.date().toordinal() - start.date().toordinal()
    if part in ("day", "dayofyear", "weekday"):
        return days
    if part == "week":  # weeks begin on Sunday whatever DATEFIRST says
        return end.date().toordinal() // 7 - start.date().toordinal() // 7
    seconds = (
        days * 86400 + (end.hour - start.hour) * 3600 + (end.minute - start.minute) * 60 + end.second - start.second
    )
    if part == "hour":
        return days * 24 + end.hour - start.hour
    if part == "minute":
        return days * 1440 + (end.hour - start.hour) * 60 + end.minute - start.minute
    if part == "second":
        return seconds
    micros = seconds * 1_000_000 + end.microsecond - start.microsecond
    if part == "millisecond":
        return seconds * 1000 + end.microsecond // 1000 - start.microsecond // 1000
    if part in ("microsecond", "nanosecond"):
        return micros * (1000 if part == "nanosecond" else 1)
    raise ValueError(f"DATEDIFF does not take {part}")


def take_part(part: str, moment: dtm.datetime) -> int:
    """DATEPART."""
    if part in ("year", "month", "day", "hour", "minute", "second", "microsecond"):
        return int(getattr(moment, part))
    day = moment.timetuple().tm_yday
    first = (dtm.date(moment.year, 1, 1).weekday() + 1) % 7
    return {
        "quarter": (moment.month - 1) // 3 + 1,
        "dayofyear": day,
        "weekday": (moment.weekday() + 1) % 7 + 1,
        "week": (day - 1 + first) // 7 + 1,
        "iso_week": moment.isocalendar()[1],
        "millisecond": moment.microsecond // 1000,
        "nanosecond": moment.microsecond * 1000,
    }[part]


STYLES: dict[int, str] = {
    0: "%b {d:>2} %Y {h:>2}:%M%p", 100: "%b {d:>2} %Y {h:>2}:%M%p", 1: "%m/%d/%y", 101: "%m/%d/%Y", 2: "%y.%m.%d",
    102: "%Y.%m.%d", 3: "%d/%m/%y", 103: "%d/%m/%Y", 4: "%d.%m.%y", 104: "%d.%m.%Y", 5: "%d-%m-%y", 105: "%d-%m-%Y",
    6: "%d %b %y", 106: "%d %b %Y", 7: "%b %d, %y", 107: "%b %d, %Y", 8: "%H:%M:%S", 108: "%H:%M:%S", 24: "%H:%M:%S",
    9: "%b {d:>2} %Y {h:>2}:%M:%S:{f}%p", 109: "%b {d:>2} %Y {h:>2}:%M:%S:{f}%p", 10: "%m-%d-%y", 110: "%m-%d-%Y",
    11: "%y/%m/%d", 111: "%Y/%m/%d", 12: "%y%m%d", 112: "%Y%m%d", 13: "%d %b %Y %H:%M:%S:{f}",
    113: "%d %b %Y %H:%M:%S:{f}", 14: "%H:%M:%S:{f}", 114: "%H:%M:%S:{f}", 20: "%Y-%m-%d %H:%M:%S",
    120: "%Y-%m-%d %H:%M:%S", 21: "%Y-%m-%d %H:%M:%S.{f}", 121: "%Y-%m-%d %H:%M:%S.{f}",
    25: "%Y-%m-%d %H:%M:%S.{f}", 23: "%Y-%m-%d", 126: "%Y-%m-%dT%H:%M:%S.{f}", 127: "%Y-%m-%dT%H:%M:%S.{f}Z",
}  # fmt: skip


def print_style(moment: dtm.datetime, style: int) -> str:
    """CONVERT(varchar, moment, style); raises ValueError for a style that is not known.

    >>> print_style(dtm.datetime(2024, 3, 1, 13, 5), 112), print_style(dtm.datetime(2024, 3, 1, 13, 5), 100)
    ('20240301', 'Mar  1 2024  1:05PM')
    """
    pattern = STYLES.get(style)
    if pattern is None:
        raise ValueError(f"{style} is not a valid style number when converting from datetime to a character string.")
    if style in (126, 127) and not moment.microsecond:
        pattern = pattern.replace(".{f}", "")
    filled = pattern.format(d=moment.day, h=moment.hour % 12 or 12, f=f"{moment.microsecond // 1000:03d}")
    return moment.strftime(filled)


_NET = re.compile(r"yyyy|yy|MMMM|MMM|MM|M|dddd|ddd|dd|d|HH|H|hh|h|mm|m|ss|s|fff|ff|f|tt|'[^']*'|.", re.DOTALL)


def format_style(value: Any, pattern: str) -> str:
    """FORMAT with a custom .NET pattern of dates, or a number pattern of zeros, ``N``, ``F``, ``D``, ``P``, ``C``."""
    if isinstance(value, dtm.datetime):
        return "".join(_net_part(value, piece) for piece in _NET.findall(_NET_STANDARD.get(pattern, pattern)))
    number = Decimal(str(value))
    standard = re.fullmatch(r"([NnFfDdPpCc])(\d*)", pattern)
    if standard:
        kind, digits = standard[1].upper(), int(standard[2] or (0 if standard[1] in "Dd" else 2))
        if kind == "D":
            return f"{int(number):0{digits}d}"
        text = f"{number * 100 if kind == 'P' else number:{'' if kind == 'F' else ','}.{digits}f}"
        return {"P": f"{text} %", "C": f"${text}"}.get(kind, text)
    whole, _, fraction = pattern.partition(".")
    if re.fullmatch(r"[#,]*0*", whole) and re.fullmatch(r"0*", fraction):
        text = f"{number:{',' if ',' in whole else ''}.{len(fraction)}f}"
        head, _, tail = text.partition(".")
        head = head.rjust(whole.count("0"), "0")
        return f"{head}.{tail}" if tail else head
    raise ValueError(f"FORMAT does not take the pattern {pattern!r}")


_NET_STANDARD = {
    "d": "M/d/yyyy",
    "D": "dddd, MMMM d, yyyy",
    "s": "yyyy-MM-ddTHH:mm:ss",
    "t": "h:mm tt",
    "T": "h:mm:ss tt",
}


def _net_part(moment: dtm.datetime, piece: str) -> str:
    if piece.startswith("'") and len(piece) > 1:
        return piece[1:-1]
    table = {
        "yyyy": f"{moment.year:04d}", "yy": f"{moment.year % 100:02d}", "MMMM": calendar.month_name[moment.month],
        "MMM": calendar.month_abbr[moment.month], "MM": f"{moment.month:02d}", "M": str(moment.month),
        "dddd": calendar.day_name[moment.weekday()], "ddd": calendar.day_abbr[moment.weekday()],
        "dd": f"{moment.day:02d}", "d": str(moment.day), "HH": f"{moment.hour:02d}", "H": str(moment.hour),
        "hh": f"{moment.hour % 12 or 12:02d}", "h": str(moment.hour % 12 or 12), "mm": f"{moment.minute:02d}",
        "m": str(moment.minute), "ss": f"{moment.second:02d}", "s": str(moment.second),
        "fff": f"{moment.microsecond // 1000:03d}", "ff": f"{moment.microsecond // 10000:02d}",
        "f": str(moment.microsecond // 100000), "tt": "AM" if moment.hour < 12 else "PM",
    }  # fmt: skip
    return table.get(piece, piece)
