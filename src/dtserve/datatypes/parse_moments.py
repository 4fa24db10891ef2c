"""Dates and times from text: standard parse.

First the forms that take a fraction of a second: ``yyyy-mm-dd[ hh:mm[:ss[.f]]]`` in every
locale, and numbers in strictly the order of the locale before ``hh:mm:ss.f`` (a switch,
``fraction_after_locale_date``); then the rules of the Automation routine VarDateFromStr:

* numbers joined by ``:`` (or ``.``, unless that separates the parts of a date in the
  locale) are a time, with ``AM``/``PM`` before or behind; a lone number is a time only with
  such a mark; above 12 o'clock the mark is passed over;
* the other numbers are a date, in the order of the locale where that makes a date, else in
  another order (so 27/03/2015 is 27 March for en-US); month names, of the locale or
  English, say which number is the month; names of weekdays are passed over;
* two numbers are month and day of this year, or month and year;
* years below 30 are 20xx, below 100 19xx;
* a time alone has the date 1899-12-30, a date alone the time 00:00:00;
* digits without separators are no date.

Sources: EXPRESSIONS §5.4, DATA_FLOW §3.4. The first lines are confirmed by packages with
known results: DT_DATE took ``2014-02-28 00:00:00.000`` and refused ``30-04-2014 00:00:00.000``
under en-US, and took ``01-05-2014 00:00:00.000`` under nl-NL.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import cache

from dtserve.datatypes.errors import ConversionError
from dtserve.datatypes.locales import Locale
from dtserve.datatypes.moments import OLE_EPOCH
from dtserve.datatypes.switches import current
from dtserve.datatypes.types import DT, TypeSpec

__all__ = ["Parsed", "parse_moment"]

Parsed = tuple[dt.datetime, "int | None", bool]
"""A moment, its zone in minutes (None without one), whether digits finer than a microsecond were cut."""

Day = tuple[int, int, int]
Clock = tuple[int, int, int, int]

_LONGEST = 200
_ISO = re.compile(
    r"(?P<date>(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2}))?"
    r"(?:(?P<gap>(?(date)(?:[ ]+|T)|))(?P<h>[0-9]{1,2}):(?P<m>[0-9]{1,2})"
    r"(?::(?P<s>[0-9]{1,2})(?:(?P<point>[.:])(?P<f>[0-9]{0,9}))?)?)?"
    r"(?P<zone>[ ]*(?P<sign>[+-])[ ]*(?P<zh>[0-9]{1,2}):(?P<zm>[0-9]{2}))?"
)
_FINE = re.compile(
    r"(?P<a>[0-9]{1,4})(?P<mark>[-/.])(?P<b>[0-9]{1,4})(?P=mark)(?P<c>[0-9]{1,4})[ ]+"
    r"(?P<h>[0-9]{1,2}):(?P<m>[0-9]{1,2}):(?P<s>[0-9]{1,2})\.(?P<f>[0-9]{1,9})"
)
_TOKEN = re.compile(r"(?P<number>[0-9]{1,4})(?![0-9])|(?P<word>[^\W\d_]+)|(?P<mark>\s*[/\-.,]\s*|\s+)")
_WEEKDAY = re.compile(r"([^\W\d_]+)(?:[.,]\s*|\s+)")
_ORDERS = {
    "MDY": ("MDY", "YMD", "YDM", "DMY"),
    "DMY": ("DMY", "YMD", "MDY", "YDM"),
    "YMD": ("YMD", "MDY", "YDM", "DMY"),
}
_NAMED_ORDERS = {0: ("MDY", "MYD"), 1: ("DMY", "YMD"), 2: ("YDM", "DYM")}


def parse_moment(text: str, target: TypeSpec, source: object, locale: Locale) -> Parsed:
    """The moment a text stands for under standard parse; ConversionError when it is none."""
    bare = text.strip()
    found = None
    if bare and len(bare) <= _LONGEST:
        found = _iso(bare, target) or _fine(bare, locale) or _free(bare, locale)
    if found is None:
        raise ConversionError(source=source, target=target, reason="the text is not a date or time")
    return found


def _iso(bare: str, target: TypeSpec) -> Parsed | None:
    match = _ISO.fullmatch(bare)
    if not match or not (match["date"] or match["h"]):
        return None
    if match["gap"] == "T" and not current().iso_t_in_standard_parse:
        return None
    if match["point"] == ":" and target.dt is not DT.FILETIME:
        return None
    zone = None
    if match["zone"]:
        zone = int(match["zh"]) * 60 + int(match["zm"])
        if target.dt is not DT.DBTIMESTAMPOFFSET or zone > 14 * 60 or int(match["zm"]) > 59:
            return None
        zone = -zone if match["sign"] == "-" else zone
    fraction, cut = _fraction(match["f"] or "")
    day = (int(match["year"]), int(match["month"]), int(match["day"])) if match["date"] else None
    moment = _moment(day, (int(match["h"] or 0), int(match["m"] or 0), int(match["s"] or 0), fraction))
    return None if moment is None else (moment, zone, cut)


def _fraction(digits: str) -> tuple[int, bool]:
    """Microseconds, and whether digits finer than those were cut."""
    return int((digits + "000000")[:6]), bool(digits[6:].strip("0"))


def _fine(bare: str, locale: Locale) -> Parsed | None:
    """Three numbers in the order of the locale and a time with a fraction of a second."""
    match = _FINE.fullmatch(bare)
    if not match or current().fraction_after_locale_date != "own_order":
        return None
    if match["mark"] == "." and locale.date_separator != ".":
        return None
    day = _first([match["a"], match["b"], match["c"]], (locale.order,))
    fraction, cut = _fraction(match["f"])
    moment = _moment(day, (int(match["h"]), int(match["m"]), int(match["s"]), fraction)) if day else None
    return None if moment is None else (moment, None, cut)


def _moment(day: Day | None, clock: Clock = (0, 0, 0, 0)) -> dt.datetime | None:
    year, month, date = day or (OLE_EPOCH.year, OLE_EPOCH.month, OLE_EPOCH.day)
    try:
        return dt.datetime(year, month, date, *clock)
    except ValueError:
        return None


def _free(bare: str, locale: Locale) -> Parsed | None:
    """A date, a time or both in the manner of a locale."""
    match = _clock_pattern(locale).search(bare)
    clock: Clock = (0, 0, 0, 0)
    rest = bare
    if match:
        before, after = bare[: match.start()].strip(), bare[match.end() :].strip()
        if before and after:
            return None
        clock, rest = _clock(match), before or after
    day = _day(rest, locale) if rest else None
    if rest and day is None:
        return None
    moment = _moment(day, clock)
    return None if moment is None else (moment, None, False)


@cache
def _clock_pattern(locale: Locale) -> re.Pattern[str]:
    marks = [*locale.day_part_marks, "AM", "PM", "A", "P"]
    before, after = ("|".join(re.escape(mark) for mark in marks[half::2]) for half in (0, 1))
    half = rf"(?:(?P<am{{0}}>{before})|(?P<pm{{0}}>{after}))(?![^\W\d_])"
    joint = "[:]" if locale.date_separator == "." else "[:.]"
    return re.compile(
        rf"(?:{half.format(1)}\s*)?(?<![0-9:])(?P<h>[0-9]{{1,2}}){joint}(?P<m>[0-9]{{1,2}})"
        rf"(?:{joint}(?P<s>[0-9]{{1,2}}))?(?![0-9]|{joint})(?:\s*{half.format(2)})?"
        rf"|(?<![0-9])(?P<lone>[0-9]{{1,2}})\s*{half.format(3)}(?!\s*[0-9]{{1,2}}[:.])",
        re.IGNORECASE,
    )


def _clock(match: re.Match[str]) -> Clock:
    part = match.groupdict()
    hour = int(part["h"] or part["lone"])
    if hour < 12 and any(part[f"pm{n}"] for n in (1, 2, 3)):
        hour += 12
    elif hour == 12 and any(part[f"am{n}"] for n in (1, 2, 3)):
        hour = 0
    return hour, int(part["m"] or 0), int(part["s"] or 0), 0


def _day(text: str, locale: Locale) -> Day | None:
    """Year, month and day of the date part of a text."""
    weekday = _WEEKDAY.match(text)
    if weekday and weekday[1].lower() in locale.weekdays:
        text = text[weekday.end() :]
    parts: list[str | int] = []
    position = 0
    marked = True
    for match in _TOKEN.finditer(text):
        if match.start() != position:
            return None
        position = match.end()
        mark = match["mark"]
        if mark and (marked or ("." in mark and locale.date_separator != ".")):
            return None
        marked = bool(mark)
        if match["number"]:
            parts.append(match["number"])
        elif match["word"]:
            month = locale.months.get(match["word"].lower())
            if month is None:
                return None
            parts.append(month)
    if position != len(text) or (marked and not text.endswith(".")):
        return None
    return _resolve(parts, locale)


def _resolve(parts: list[str | int], locale: Locale) -> Day | None:
    """The date of two or three parts; an ``int`` is a month that stood there by name."""
    named = [index for index, part in enumerate(parts) if isinstance(part, int)]
    if len(named) > 1 or not 2 <= len(parts) <= 3:
        return None
    orders: tuple[str, ...] = _ORDERS[locale.order]
    if named:
        orders = _NAMED_ORDERS[named[0]]
        if named[0] == 1 and locale.order == "YMD":
            orders = orders[::-1]
    if len(parts) == 3:
        return _first(parts, orders)
    this_year = str(dt.date.today().year)
    if named:
        day_first = [parts[1 - named[0]], parts[named[0]]]
        return _first([*day_first, this_year], ("DMY",)) or _first(["1", day_first[1], day_first[0]], ("DMY",))
    pairs = ("DMY", "MDY") if locale.order == "DMY" else ("MDY", "DMY")
    return _first([*parts, this_year], pairs) or _first([*parts, "1"], ("YMD", "MYD"))


def _first(parts: list[str | int], orders: tuple[str, ...]) -> Day | None:
    for order in orders:
        by = dict(zip(order, parts, strict=True))
        if any(isinstance(by[place], int) for place in "YD") or any(len(str(by[place])) > 2 for place in "MD"):
            continue
        year = _year(str(by["Y"]))
        day = (year, int(by["M"]), int(by["D"]))
        if year and _moment(day):
            return day
    return None


def _year(digits: str) -> int:
    """A year as written; two digits get their century. 0 for what cannot be a year."""
    number = int(digits)
    if len(digits) > 2:
        return number if number >= 100 else 0
    last = current().two_digit_year_max
    century = last - last % 100
    return century + number if number <= last % 100 else century - 100 + number
