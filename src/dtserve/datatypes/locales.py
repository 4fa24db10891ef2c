"""Locales by Windows LCID: how dates, times and numbers are written.

A package, component or flat file names its locale by LocaleID. Unknown identifiers use
the rule named in :func:`locale_for`. Data: :mod:`dtserve.datatypes.locale_data`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from dtserve.datatypes.errors import BadLocale
from dtserve.datatypes.locale_data import DAY_PART_MARKS, LOCALE_LINES, MONTHS, WEEKDAYS

__all__ = ["DEFAULT_LCID", "NEUTRAL", "Locale", "known_locales", "locale_for"]

DEFAULT_LCID = 1033
_NAMED = {"nbsp": "\u00a0", "nnbsp": "\u202f"}


@dataclass(frozen=True, slots=True)
class Locale:
    """One locale: the formats are written as Windows does (``M/d/yyyy``, ``h:mm:ss tt``)."""

    lcid: int
    name: str
    date_format: str
    time_format: str
    decimal: str
    thousands: str
    currency: str

    @property
    def language(self) -> str:
        """The language part of the name: ``en``."""
        return self.name.partition("-")[0]

    @property
    def order(self) -> str:
        """The order of the parts of a short date: ``MDY``, ``DMY`` or ``YMD``.

        >>> locale_for(1033).order, locale_for(1031).order, locale_for(1053).order
        ('MDY', 'DMY', 'YMD')
        """
        return "".join(dict.fromkeys(re.sub("[^dMy]", "", self.date_format))).upper()

    @property
    def date_separator(self) -> str:
        """The mark between the parts of a short date."""
        return re.sub("[dMy ]", "", self.date_format)[:1] or "/"

    @property
    def day_part_marks(self) -> tuple[str, str]:
        """The marks before and after noon."""
        return DAY_PART_MARKS.get(self.language, DAY_PART_MARKS["en"])

    @property
    def months(self) -> dict[str, int]:
        """Month names and their short forms in lower case, the locale's and the English ones."""
        return _months(self.language)

    @property
    def weekdays(self) -> frozenset[str]:
        """Names of weekdays and their short forms in lower case, the locale's and the English ones."""
        return _weekdays(self.language)


NEUTRAL = Locale(127, "", "MM/dd/yyyy", "HH:mm:ss", ".", ",", "¤")
"""The rule for locales that are not in the table: the invariant culture of Windows."""


@cache
def _table() -> dict[int, Locale]:
    found: dict[int, Locale] = {}
    for line in LOCALE_LINES.strip().splitlines():
        lcid, name, date, time, decimal, thousands, currency = line.split("|")
        found[int(lcid)] = Locale(int(lcid), name, date, time, decimal, _NAMED.get(thousands, thousands), currency)
    return found


@cache
def _months(language: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for tongue in (language, "en"):
        names = [name.lower() for name in MONTHS.get(tongue, "").split()]
        shorts = [name[:3] for name in names]
        for number, (name, short) in enumerate(zip(names, shorts, strict=True), 1):
            found.setdefault(name, number)
            if shorts.count(short) == 1:
                found.setdefault(short, number)
    found.setdefault("sept", 9)
    return found


@cache
def _weekdays(language: str) -> frozenset[str]:
    return frozenset(f"{WEEKDAYS.get(language, '')} {WEEKDAYS['en']}".split())


@cache
def locale_for(locale_id: int) -> Locale:
    """The locale of an LCID; 0, -1, 1024 and 2048 (process and system default) mean English (United States).

    A sort order in the upper bits is ignored. An unknown sublanguage falls back to the
    main one of its language (0x0413 for 0x1013), an unknown language to :data:`NEUTRAL`.
    BadLocale for a number that is no LCID.
    """
    if locale_id in (-1, 0, 1024, 2048):
        return _table()[DEFAULT_LCID]
    if not 0 < locale_id <= 0xFFFFFFFF:
        raise BadLocale(locale_id=locale_id)
    lcid = locale_id & 0xFFFF
    table = _table()
    return table.get(lcid) or table.get(0x400 | (lcid & 0x3FF)) or NEUTRAL


def known_locales() -> list[Locale]:
    """All locales of the table, by LCID (for the docs and tests)."""
    return [_table()[lcid] for lcid in sorted(_table())]
