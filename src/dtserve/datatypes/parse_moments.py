"""Dates and times from text: standard parse.

Forms (EXPRESSIONS §5.4, DATA_FLOW §3.4): ISO ``yyyy-mm-dd[ hh:mm[:ss[.f]]]`` in every
locale; dates in the order of the locale with ``/ - . ,`` or blanks between the parts,
where day and month change places when only that makes a date; month names of the locale
and English; names of weekdays are passed over; ``AM``/``PM``; two-digit years; a time
alone (its date is 1899-12-30); a date without a time (00:00:00). Digits without
separators are no date here.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import cache

from dtserve.datatypes.errors import ConversionError
from dtserve.datatypes.locale_data import WEEKDAYS
from dtserve.datatypes.locales import Locale
from dtserve.datatypes.moments import OLE_EPOCH
from dtserve.datatypes.switches import current
from dtserve.datatypes.types import DT, TypeSpec

__all__ = ["Parsed", "parse_moment"]

Parsed = tuple[dt.datetime, "int | None", bool]
"""A moment, its zone in minutes (None without one), whether digits finer than a microsecond were cut."""

_ISO = re.compile(
    r"(?P<date>([0-9]{4})-([0-9]{1,2})-([0-9]{1,2}))?"
    r"(?:(?P<gap>(?(date)(?:[ ]+|T)|))([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:(?P<point>[.:])([0-9]*))?)?)?"
    r"(?P<zone>[ ]*(?P<sign>[+-])[ ]*(?P<zh>[0-9]{1,2}):(?P<zm>[0-9]{2}))?"
)
_PARTS = re.compile(r"(?P<number>[0-9]+)|(?P<word>[^\W\d_]+)|(?P<mark>[/\-.,\s]+)")
_ORDERS = {"MDY": ("MDY", "DMY", "YMD"), "DMY": ("DMY", "MDY", "YMD"), "YMD": ("YMD", "MDY", "DMY")}
_YEAR_FIRST = ("YMD", "YDM")


def parse_moment(text: str, target: TypeSpec, source: object, locale: Locale) -> Parsed:
    """The moment a text stands for under standard parse; ConversionError when it is none."""
    bare = text.strip(" \t\n\v\f\r")
    found = _iso(bare, target) if bare else None
    if found is None and bare and len(bare) <= 200:
        found = _free(bare, locale)
    if found is None:
        raise ConversionError(source=source, target=target, reason="the text is not a date or time")
    return found


def _iso(bare: str, target: TypeSpec) -> Parsed | None:
    match = _ISO.fullmatch(bare)
    if not match or not (match["date"] or match[6]):
        return None
    if match["gap"] == "T" and not current().iso_t_in_standard_parse:
        return None
    if match["point"] == ":" and target.dt is not DT.FILETIME:
        return None
    zone = None
    if match["zone"]:
        if target.dt is not DT.DBTIMESTAMPOFFSET:
            return None
        zone = int(match["zh"]) * 60 + int(match["zm"])
        if zone > 14 * 60 or int(match["zm"]) > 59:
            return None
        zone = -zone if match["sign"] == "-" else zone
    fraction, cut = _fraction(match[10] or "")
    day = (int(match[2]), int(match[3]), int(match[4])) if match["date"] else None
    moment = _moment(day, (int(match[6] or 0), int(match[7] or 0), int(match[8] or 0), fraction))
    return None if moment is None else (moment, zone, cut)


def _fraction(digits: str) -> tuple[int, bool]:
    """Microseconds of a fraction, and whether finer digits were cut."""
    return int((digits + "000000")[:6]), bool(digits[6:].strip("0"))


def _moment(day: tuple[int, int, int] | None, time: tuple[int, int, int, int]) -> dt.datetime | None:
    year, month, date = day or (OLE_EPOCH.year, OLE_EPOCH.month, OLE_EPOCH.day)
    try:
        return dt.datetime(year, month, date, *time)
    except ValueError:
        return None


@cache
def _time_pattern(locale: Locale) -> re.Pattern[str]:
    marks = [*locale.day_part_marks, "AM", "PM", "A", "P"]
    before, after = ("|".join(re.escape(mark) for mark in marks[half::2]) for half in (0, 1))
    half = rf"(?:(?P<am{{0}}>{before})|(?P<pm{{0}}>{after}))(?![^\W\d_])"
    clock = r"(?<![0-9])(?P<h>[0-9]{1,2})\s*:\s*(?P<m>[0-9]{1,2})(?:\s*:\s*(?P<s>[0-9]{1,2})(?:\.(?P<f>[0-9]{1,9}))?)?"
    if "." in locale.time_format:
        clock += r"|(?<=\s)(?P<dh>[0-9]{1,2})\.(?P<dm>[0-9]{2})\.(?P<ds>[0-9]{2})(?=\s*$)"
    return re.compile(
        rf"(?:{half.format(1)}\s*)?(?:{clock})(?![0-9:])(?:\s*{half.format(2)})?"
        rf"|(?<![0-9])(?P<xh>[0-9]{{1,2}})\s*{half.format(3)}",
        re.IGNORECASE,
    )


def _free(bare: str, locale: Locale) -> Parsed | None:
    """A date, a time or both in the manner of a locale."""
    match = _time_pattern(locale).search(bare)
    time = (0, 0, 0, 0)
    cut = False
    rest = bare
    if match:
        found = _clock(match)
        if found is None:
            return None
        time, cut = found
        rest = f"{bare[: match.start()]} {bare[match.end() :]}".strip()
    if not rest and match:
        moment = _moment(None, time)
    else:
        day = _day(rest, locale)
        moment = None if day is None else _moment(day, time)
    return None if moment is None else (moment, None, cut)


def _clock(match: re.Match[str]) -> tuple[tuple[int, int, int, int], bool] | None:
    part = {"dh": None, "dm": None, "ds": None, **match.groupdict()}
    am = any(part[f"am{n}"] for n in (1, 2, 3))
    pm = any(part[f"pm{n}"] for n in (1, 2, 3))
    if (part["am1"] or part["pm1"]) and (part["am2"] or part["pm2"]):
        return None
    hour = int(part["h"] or part["dh"] or part["xh"])
    if am or pm:
        if hour > 12:
            return None
        hour = hour % 12 + (12 if pm else 0)
    fraction, cut = _fraction(part["f"] or "")
    return (hour, int(part["m"] or part["dm"] or 0), int(part["s"] or part["ds"] or 0), fraction), cut


def _day(text: str, locale: Locale) -> tuple[int, int, int] | None:
    """Year, month and day of the date part of a text."""
    numbers: list[str] = []
    month = 0
    month_at = 0
    position = 0
    for match in _PARTS.finditer(text):
        if match.start() != position:
            return None
        position = match.end()
        if match["number"]:
            numbers.append(match["number"])
        elif match["word"]:
            word = match["word"].lower()
            number = locale.months.get(word, 0)
            if not number and word in WEEKDAYS.get(locale.language, ()) + WEEKDAYS["en"]:
                continue
            if not number or month:
                return None
            month, month_at = number, len(numbers)
    if position != len(text) or any(len(number) > 4 for number in numbers):
        return None
    if month:
        return _with_month(numbers, month, month_at)
    if len(numbers) == 3:
        return _three(numbers, locale)
    return _two(numbers, locale) if len(numbers) == 2 else None


def _year(digits: str) -> int:
    number = int(digits)
    if len(digits) > 2:
        return number
    last = current().two_digit_year_max
    century = last - last % 100
    return century + number if number <= last % 100 else century - 100 + number


def _three(numbers: list[str], locale: Locale) -> tuple[int, int, int] | None:
    year_first = len(numbers[0]) > 2 or int(numbers[0]) > 31
    for order in _YEAR_FIRST if year_first else _ORDERS.get(locale.order, _ORDERS["MDY"]):
        digits = dict(zip(order, numbers, strict=True))
        if len(digits["M"]) > 2 or len(digits["D"]) > 2:
            continue
        day = (_year(digits["Y"]), int(digits["M"]), int(digits["D"]))
        if _moment(day, (0, 0, 0, 0)):
            return day
    return None


def _two(numbers: list[str], locale: Locale) -> tuple[int, int, int] | None:
    """Month and day of this year, or month and year."""
    first, second = numbers
    if len(first) > 2:
        first, second = second, first
    if len(first) > 2:
        return None
    this_year = dt.date.today().year
    if len(second) <= 2:
        pairs = [(int(first), int(second)), (int(second), int(first))]
        for month, day in pairs[::-1] if locale.order == "DMY" else pairs:
            if _moment((this_year, month, day), (0, 0, 0, 0)):
                return this_year, month, day
    return (_year(second), int(first), 1) if 1 <= int(first) <= 12 else None


def _with_month(numbers: list[str], month: int, month_at: int) -> tuple[int, int, int] | None:
    """A date with the month as a name: day and year, day alone, year alone."""
    today = dt.date.today()
    if len(numbers) == 1:
        if len(numbers[0]) <= 2 and _moment((today.year, month, int(numbers[0])), (0, 0, 0, 0)):
            return today.year, month, int(numbers[0])
        return _year(numbers[0]), month, 1
    if len(numbers) != 2:
        return None
    pairs = [(numbers[0], numbers[1]), (numbers[1], numbers[0])]
    if len(numbers[0]) > 2 or month_at == 2:
        pairs.reverse()
    for day, year in pairs:
        if len(day) <= 2 and _moment((_year(year), month, int(day)), (0, 0, 0, 0)):
            return _year(year), month, int(day)
    return None
