"""The plain forms of numbers and dates in text, many at a time.

What these rules decide is what standard and fast parse give for the same text in every
locale they are used for (a property test holds it); everything else stays open for
:func:`dtserve.datatypes.text.parse_column`:

- integers: digits, perhaps with a sign
- NUMERIC, DECIMAL, CY: digits, at most one point, no more digits behind it than the scale
- DBDATE, DATE, DBTIMESTAMP, DBTIMESTAMP2: ``2024-01-31``, and but for fast parse
  ``2024-01-31 23:59:59``, years 1900 to 2199

Dates are read eight bytes at a time: the bytes of all rows are numbers in one array, in
which digits and marks are checked and taken apart together.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl

from dtserve.dataflow.column_views import decimals_with_nulls, with_nulls
from dtserve.dataflow.flat_file.text_words import Joined, TextWords, text_words, too_many_bits
from dtserve.datatypes import DT, TypeSpec

__all__ = ["regular_values"]

_MOMENTS = (DT.DATE, DT.DBTIMESTAMP, DT.DBTIMESTAMP2)
_MOST_ZEROS = 10
"""Zeros that seven digits may get behind them in 64 bits."""

_LOOKED_AT = 100
_PRECISION = {DT.CY: 18, DT.DECIMAL: 28}
_BLOCK = 16_384
"""Rows whose numbers fit the processor's cache."""

_FIRST_YEAR, _CENTURIES = 1900, {b"19": 0, b"20": 100, b"21": 200}
_LAST_MONTH = 300 * 12

_DATE = np.uint64(int.from_bytes(b"00-00-00", "little"))
_TIME = np.uint64(int.from_bytes(b"00:00:00", "little"))
_OVER = np.uint64(int.from_bytes(bytes((0x76, 0x76, 0x7F, 0x76, 0x76, 0x7F, 0x76, 0x76)), "little"))
_HIGH = np.uint64(0x8080808080808080)
_PLACES = np.uint64(0x00FF0000FF0000FF)


def regular_values(texts: pl.Series, spec: TypeSpec, *, point: str, fast_parse: bool) -> pl.Series | None:
    """The values of the texts that have a plain form, NULL for all others; None where there is no rule.

    ``point`` is the decimal mark of the locale.
    """
    if spec.family == "int" and not fast_parse:
        return texts.cast(spec.polars(), strict=False)
    if spec.family == "decimal" and point == ".":
        return _decimals(texts, spec)
    if spec.dt is DT.DBDATE or spec.dt in _MOMENTS:
        return _moments(texts, spec, timed=not fast_parse)
    return None


# --- decimals --------------------------------------------------------------------------------


def _decimals(texts: pl.Series, spec: TypeSpec) -> pl.Series:
    scale = 4 if spec.dt is DT.CY else spec.scale
    precision = _PRECISION.get(spec.dt, min(spec.precision or 38, 38))
    behind = _digits_behind(texts)
    if 0 < behind < 7 and behind <= scale <= behind + _MOST_ZEROS:
        numbers, good = _short_decimals(text_words(texts), behind, precision - scale + behind)
        numbers *= 10 ** (scale - behind)
        if len(good) and np.count_nonzero(good) > 0.9 * len(good):
            return decimals_with_nulls(texts.name, numbers, good, spec.polars())
    values = texts.cast(pl.Decimal(precision, scale), strict=False).cast(spec.polars(), strict=False)
    doubtful = _finer(Joined(texts), scale)
    if len(doubtful):
        values = values.scatter(doubtful, pl.Series([None] * len(doubtful), dtype=values.dtype))
    return values


def _digits_behind(texts: pl.Series) -> int:
    """The digits behind the point of the first text that is not empty; 0 where there is none."""
    first = next((text for text in texts.head(_LOOKED_AT).to_list() if text), "")
    return len(first.partition(".")[2])


def _short_decimals(text: TextWords, scale: int, precision: int) -> tuple[np.ndarray, np.ndarray]:
    """Unscaled values of texts of at most eight characters with exactly ``scale`` digits behind a point.

    Each text is read as the eight bytes that end with it; what stands before it there is
    made ``0``. The point is taken out, and the digits are added up pairwise.
    """
    form = np.uint64(int.from_bytes(b"0" * (7 - scale) + b"." + b"0" * scale, "little"))
    over = np.uint64(int.from_bytes(bytes(0x7F if at == 7 - scale else 0x76 for at in range(8)), "little"))
    before = np.uint64((1 << 8 * (7 - scale)) - 1)
    numbers = np.empty(len(text.lengths), dtype=np.int64)
    good = np.empty(len(text.lengths), dtype=np.bool_)
    for start in range(0, len(numbers), _BLOCK):
        block = slice(start, start + _BLOCK)
        lengths = text.lengths[block]
        found = text.tail(block)
        shift = too_many_bits(lengths)
        found ^= form
        found >>= shift
        found <<= shift
        bad = found + over
        bad |= found
        bad &= _HIGH
        fine = bad == 0
        fine &= (lengths > scale + 1) & (lengths <= 8)
        digits = (found & before) << np.uint64(8)
        digits |= found & ~((before << np.uint64(8)) | np.uint64(0xFF))
        numbers[block] = _eight_digits(digits)
        good[block] = fine
    if precision < 7:
        good &= numbers < 10**precision
    return numbers, good


def _eight_digits(digits: np.ndarray) -> np.ndarray:
    """The number of eight digits, the first in the lowest byte."""
    digits = digits * np.uint64(10) + (digits >> np.uint64(8))
    high = (digits & np.uint64(0x000000FF000000FF)) * np.uint64(0x000F424000000064)
    digits >>= np.uint64(16)
    digits &= np.uint64(0x000000FF000000FF)
    digits *= np.uint64(0x0000271000000001)
    digits += high
    digits >>= np.uint64(32)
    return digits


def _finer(text: Joined, scale: int) -> np.ndarray:
    """The rows with more digits behind the point than the scale, or with letters."""
    if not len(text.array):
        return np.zeros(0, dtype=np.int64)
    pointed = text.ends - text.begins > scale
    pointed &= text.array[np.maximum(text.ends - scale - 1, 0)] == ord(".")
    finer = np.zeros(0, dtype=np.int64)
    if not pointed.all():
        points = np.flatnonzero(text.array == ord("."))
        rows = np.searchsorted(text.ends, points, side="right")
        finer = rows[text.ends[rows] - points - 1 > scale]
    letters = text.array > ord("9")
    if not letters.any():
        return finer
    return np.union1d(finer, np.searchsorted(text.ends, np.flatnonzero(letters), side="right"))


# --- dates -----------------------------------------------------------------------------------


@cache
def _months() -> tuple[np.ndarray, np.ndarray]:
    """Days from 1970 to the first of each month from 1900 on, and the days of each month."""
    firsts = np.arange(f"{_FIRST_YEAR}-01", f"{_FIRST_YEAR + 310}-01", dtype="datetime64[M]").astype("datetime64[D]")
    days = firsts.astype(np.int64)
    return days[:-1], np.diff(days).astype(np.uint64)


def _moments(texts: pl.Series, spec: TypeSpec, *, timed: bool) -> pl.Series:
    text = text_words(texts)
    days = np.empty(len(texts), dtype=np.int64)
    good = np.empty(len(texts), dtype=bool)
    only_dates = spec.dt is DT.DBDATE
    for start in range(0, len(texts), _BLOCK):
        block = slice(start, start + _BLOCK)
        lengths = text.lengths[block]
        days[block], fine = _days(text, block)
        short = lengths == 10
        if only_dates:
            fine &= short
        else:
            days[block] *= 86_400
            long = lengths == 19
            if timed and long.any():
                seconds, clock = _seconds(text, block)
                clock &= long
                seconds *= clock
                days[block] += seconds
                short |= clock
            fine &= short
        good[block] = fine
    if only_dates:
        return _where(texts.name, days.astype(np.int32), good).cast(pl.Date)
    days *= 1_000_000
    return _where(texts.name, days, good).cast(pl.Datetime("us"))


def _where(name: str, values: np.ndarray, good: np.ndarray) -> pl.Series:
    """The values, NULL where they are not good."""
    return pl.Series(name, values) if good.all() else with_nulls(name, values, good)


def _pairs(words: np.ndarray, form: np.uint64) -> tuple[np.ndarray, np.ndarray]:
    """The three numbers of two digits in ``00?00?00`` (bits 0, 24 and 48), and whether the words have that form."""
    words ^= form
    bad = words + _OVER
    bad |= words
    bad &= _HIGH
    pairs = words & _PLACES
    pairs *= np.uint64(10)
    words >>= np.uint64(8)
    words &= _PLACES
    pairs += words
    return pairs, bad == 0


def _days(text: TextWords, rows: slice) -> tuple[np.ndarray, np.ndarray]:
    """Days since 1970 of ``YYYY-MM-DD`` where these texts begin, and whether they are dates."""
    pairs, good = _pairs(text.head(rows, 8, 2), _DATE)
    century = text.head(rows, 2, 0)
    month = (pairs >> np.uint64(24)) & np.uint64(0xFF)
    month -= np.uint64(1)
    good &= month < np.uint64(12)
    day = pairs >> np.uint64(48)
    day -= np.uint64(1)
    index = pairs & np.uint64(0xFF)
    known = np.zeros(len(century), dtype=bool)
    for digits, years in _CENTURIES.items():
        here = century == int.from_bytes(digits, "little")
        index += here.astype(np.uint64) * np.uint64(years)
        known |= here
    good &= known
    index *= np.uint64(12)
    index += month
    places = np.minimum(index, np.uint64(_LAST_MONTH)).astype(np.intp)
    firsts, sizes = _months()
    good &= day < sizes[places]
    return firsts[places] + day.astype(np.int64), good


def _seconds(text: TextWords, rows: slice) -> tuple[np.ndarray, np.ndarray]:
    """Seconds of `` HH:MM:SS`` at the tenth byte of these texts, and whether they are times of day."""
    pairs, good = _pairs(text.head(rows, 8, 11), _TIME)
    good &= (text.head(rows, 2, 10) & np.uint16(0xFF)) == ord(" ")
    hour = pairs & np.uint64(0xFF)
    minute = (pairs >> np.uint64(24)) & np.uint64(0xFF)
    second = pairs >> np.uint64(48)
    good &= (hour < np.uint64(24)) & (minute < np.uint64(60)) & (second < np.uint64(60))
    hour *= np.uint64(3600)
    minute *= np.uint64(60)
    hour += minute
    hour += second
    return hour.astype(np.int64), good
