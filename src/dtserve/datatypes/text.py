"""How values print, and the public door to text: format and parse, scalar and columnar.

Forms: EXPRESSIONS §5.4. Integers plain; NUMERIC with all digits of its scale and no zero
before the point; CY and DECIMAL with the zero and without trailing zeros; True and False; GUID in
braces; DBTIMESTAMP with nine digits of fraction or none; DT_DATE in the form of the locale.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from dtserve.datatypes.locales import DEFAULT_LCID, Locale, locale_for
from dtserve.datatypes.moments import OLE_EPOCH
from dtserve.datatypes.parse import parse_value
from dtserve.datatypes.switches import current
from dtserve.datatypes.types import DT, TypeSpec

if TYPE_CHECKING:
    import polars as pl

    from dtserve.datatypes.columns import ColumnResult

__all__ = ["decimal_mark", "format_column", "format_value", "parse_column", "parse_value", "strftime_form"]

_FORM = re.compile(r"yyyy|yy|MM|M|dd|d|HH|H|hh|h|mm|ss|tt")


def format_value(value: Any, spec: TypeSpec, *, locale_id: int = DEFAULT_LCID) -> str:
    """The text of a value of type ``spec``; NULL (None) is empty.

    >>> format_value(Decimal("-0.05"), TypeSpec(DT.NUMERIC, precision=8, scale=2))
    '-.05'
    >>> format_value(dt.datetime(2018, 3, 30, 21, 47, 36, 289000), TypeSpec(DT.DBTIMESTAMP))
    '2018-03-30 21:47:36.289000000'
    >>> format_value(dt.datetime(2020, 4, 2, 16, 37, 17), TypeSpec(DT.DATE))
    '4/2/2020 4:37:17 PM'
    """
    if value is None:
        return ""
    family = spec.family
    if family == "text":
        return str(value)
    if family == "int":
        return str(int(value))
    if family == "bool":
        return "True" if value else "False"
    if family == "guid":
        return str(value).upper()
    if family == "binary":
        return current().bytes_text_prefix + bytes(value).hex().upper()
    if family == "datetime":
        return _format_moment(value, spec, locale_for(locale_id))
    text = _format_float(value, spec) if family == "float" else _format_decimal(value, spec)
    return text if spec.dt is DT.NUMERIC else text.replace(".", decimal_mark(locale_id))


def decimal_mark(locale_id: int) -> str:
    """The decimal mark of floats, CY and DECIMAL as text; that of NUMERIC is always the point."""
    return locale_for(locale_id).decimal if current().locale_decimal_mark else "."


def _format_decimal(value: Decimal, spec: TypeSpec) -> str:
    text = format(value, "f")
    if spec.dt is not DT.NUMERIC and "." in text:
        text = text.rstrip("0").removesuffix(".")
    if spec.dt is DT.NUMERIC and spec.scale:
        sign = "-" if text.startswith("-") else ""
        text = sign + text.removeprefix("-").removeprefix("0")
    return text


def _format_float(value: float, spec: TypeSpec) -> str:
    """15 (R4: 7) significant digits, an exponent below 1E-4 and from 1E15 (1E7) on."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    digits = current().real_digits if spec.dt is DT.R4 else current().float_digits
    return format(value or 0.0, f".{digits}G")


def _format_moment(value: Any, spec: TypeSpec, locale: Locale) -> str:
    if spec.dt is DT.DBDATE:
        return f"{value.year:04}-{value.month:02}-{value.day:02}"
    if spec.dt is DT.DATE:
        return _format_date(value, locale)
    clock = f"{value.hour:02}:{value.minute:02}:{value.second:02}"
    if spec.dt in (DT.DBTIME, DT.DBTIME2):
        return clock + _fraction(value, spec)
    text = f"{value.year:04}-{value.month:02}-{value.day:02} {clock}"
    if spec.dt is DT.FILETIME:
        return f"{text}:{value.microsecond // 1000:03}"
    if spec.dt is DT.DBTIMESTAMP:
        return f"{text}.{value.microsecond * 1000:09}" if value.microsecond else text
    text += _fraction(value, spec)
    if spec.dt is DT.DBTIMESTAMPOFFSET:
        minutes = int(value.utcoffset().total_seconds()) // 60
        text += f" {'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    return text


def _fraction(value: Any, spec: TypeSpec) -> str:
    if spec.dt is DT.DBTIME or not spec.scale or not (value.microsecond or current().zero_fraction_printed):
        return ""
    return "." + f"{value.microsecond:06}0"[: min(spec.scale, 7)]


@cache
def strftime_form(form: str) -> str:
    """A Windows date or time form as one for strftime: unpadded numbers are ``%-d``, half days stay ``{tt}``."""
    names = {
        "yyyy": "%Y", "yy": "%Y", "MM": "%m", "M": "%-m", "dd": "%d", "d": "%-d", "HH": "%H", "H": "%-H",
        "hh": "%I", "h": "%-I", "mm": "%M", "ss": "%S", "tt": "{tt}",
    }  # fmt: skip
    return _FORM.sub(lambda match: names[match[0]], form)


def _format_date(value: dt.datetime, locale: Locale) -> str:
    """DT_DATE: date only at midnight, time only on 1899-12-30, else both (EXPRESSIONS §5.4)."""
    if (
        current().date_text_rounds_seconds
        and value.microsecond >= 500_000
        and value < dt.datetime.max.replace(microsecond=0)
    ):
        value += dt.timedelta(seconds=1)
    value = value.replace(microsecond=0)
    if value.time() == dt.time() and value != OLE_EPOCH:
        return _fill(locale.date_format, value, locale)
    if value.date() == OLE_EPOCH.date():
        return _fill(locale.time_format, value, locale)
    return f"{_fill(locale.date_format, value, locale)} {_fill(locale.time_format, value, locale)}"


def _fill(form: str, value: dt.datetime, locale: Locale) -> str:
    half = value.hour % 12 or 12
    parts = {
        "yyyy": str(value.year), "yy": str(value.year), "MM": f"{value.month:02}", "M": str(value.month),
        "dd": f"{value.day:02}", "d": str(value.day), "HH": f"{value.hour:02}", "H": str(value.hour),
        "hh": f"{half:02}", "h": str(half), "mm": f"{value.minute:02}", "ss": f"{value.second:02}",
        "tt": locale.day_part_marks[value.hour >= 12],
    }  # fmt: skip
    return _FORM.sub(lambda match: parts[match[0]], form)


def format_column(series: pl.Series, spec: TypeSpec, *, locale_id: int = DEFAULT_LCID) -> pl.Series:
    """The texts of a column of type ``spec`` (NULL stays NULL): what :func:`format_value` gives, value by value."""
    from dtserve.datatypes.columns_format import format_column as work

    return work(series, spec, locale_id=locale_id)


def parse_column(
    series: pl.Series, spec: TypeSpec, *, locale_id: int = DEFAULT_LCID, fast_parse: bool = False
) -> ColumnResult:
    """The values of a column of texts: what :func:`parse_value` gives, with masks instead of exceptions."""
    from dtserve.datatypes.columns_parse import parse_column as work

    return work(series, spec, locale_id=locale_id, fast_parse=fast_parse)
