"""Columns of text to dates and times: the usual forms, vectorised.

Each form is a guard (a regular expression that admits nothing standard parse would read
otherwise) with a Polars format; only forms that a sample of the column shows are tried.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from dtserve.datatypes.distinct import through_distinct
from dtserve.datatypes.locales import Locale
from dtserve.datatypes.moments import TIMES, fraction_digits
from dtserve.datatypes.physical import polars_type
from dtserve.datatypes.switches import current
from dtserve.datatypes.types import DT, TypeSpec

__all__ = ["cut_times", "finish_column", "moments_from_text", "with_offset"]

_Y = "(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"
_M1, _D1 = "(?:0?[1-9]|1[0-2])", "(?:0?[1-9]|[12][0-9]|3[01])"
_M2, _D2 = "(?:0[1-9]|1[0-2])", "(?:0[1-9]|[12][0-9]|3[01])"
_BIG_DAY = "(?:1[3-9]|2[0-9]|3[01])"
_H24, _H12, _60 = "(?:[01]?[0-9]|2[0-3])", "(?:0?[1-9]|1[0-2])", "[0-5][0-9]"
_HH = "(?:[01][0-9]|2[0-3])"
_LATE_Y = "[1-9][0-9]{3}"
_FRACTION = r"(?:\.[0-9]{1,6}0{0,3})"
_SAMPLE = 200
_ISO = "%Y-%m-%d %H:%M:%S"
_ISO_FRACTION = "%Y-%m-%d %H:%M:%S%.f"

Form = tuple[str, str]
"""Guard and format."""


def _with_times(guard: str, form: str) -> list[Form]:
    """The date alone and with the usual times."""
    return [
        (f"^{guard}$", f"{form} 00:00:00|"),
        (f"^{guard} {_H24}:{_60}:{_60}$", f"{form} %H:%M:%S"),
        (f"^{guard} {_H24}:{_60}$", f"{form} %H:%M"),
        (f"^{guard} {_H12}:{_60}:{_60} [AP]M$", f"{form} %I:%M:%S %p"),
        (f"^{guard} {_H12}:{_60} [AP]M$", f"{form} %I:%M %p"),
    ]


def _fine(guard: str, form: str) -> Form:
    """The date with a time that has a fraction of a second."""
    return f"^{guard} {_H24}:{_60}:{_60}{_FRACTION}$", f"{form} %H:%M:%S%.f"


@cache
def _standard_forms(order: str, date_separator: str, fine: bool) -> list[Form]:
    """The forms of a locale; ``fine``: dates in its own order take a fraction of a second."""
    iso = f"{_Y}-{_M1}-{_D1}"
    late_iso = f"{_LATE_Y}-{_M1}-{_D1}"
    forms = [
        *_with_times(iso, "%Y-%m-%d")[:3],
        *_with_times(late_iso, "%Y-%m-%d")[3:],
        _fine(iso, "%Y-%m-%d"),
    ]
    for mark in "/-." if date_separator == "." else "/-":
        sep = "[.]" if mark == "." else mark
        year_first = (f"{_LATE_Y}{sep}{_M1}{sep}{_D1}", f"%Y{mark}%m{mark}%d")
        if mark != "-":
            forms += _with_times(*year_first)
        month_first = (f"{_M1}{sep}{_D1}{sep}{_LATE_Y}", f"%m{mark}%d{mark}%Y")
        day_first = (f"{_D1}{sep}{_M1}{sep}{_LATE_Y}", f"%d{mark}%m{mark}%Y")
        if order == "DMY":
            swapped = (f"{_M1}{sep}{_BIG_DAY}{sep}{_LATE_Y}", f"%m{mark}%d{mark}%Y")
            forms += _with_times(*day_first) + _with_times(*swapped)
        else:
            swapped = (f"{_BIG_DAY}{sep}{_M1}{sep}{_LATE_Y}", f"%d{mark}%m{mark}%Y")
            forms += _with_times(*month_first) + _with_times(*swapped)
        own = {"DMY": day_first, "MDY": month_first, "YMD": year_first}[order]
        if fine and own != (late_iso, "%Y-%m-%d"):
            forms.append(_fine(*own))
    return forms


@cache
def _fast_forms() -> list[Form]:
    clock, compact = f"{_HH}:{_60}:{_60}(?:\\.[0-9]{{1,6}}0?)?", f"{_HH}{_60}{_60}"
    dashed, solid = f"{_Y}-{_M2}-{_D2}", f"{_Y}{_M2}{_D2}"
    return [
        (f"^{solid}$", "%Y%m%d 00:00:00|"),
        (f"^{dashed}$", "%Y-%m-%d 00:00:00|"),
        (f"^{dashed}T{clock}$", "%Y-%m-%dT%H:%M:%S%.f"),
        (f"^{solid}T{compact}$", "%Y%m%dT%H%M%S"),
    ]


_TIME_FORMS: list[Form] = [(f"^{_HH}:{_60}:{_60}{_FRACTION}?$", "%H:%M:%S%.f"), (f"^{_HH}:{_60}$", "%H:%M")]
_FAST_TIME_FORMS: list[Form] = [
    (f"^{_HH}:{_60}:{_60}(?:\\.[0-9]{{1,6}}0?)?$", "%H:%M:%S%.f"),
    (f"^{_HH}:{_60}$", "%H:%M"),
    (f"^{_HH}{_60}{_60}$", "%H%M%S"),
    (f"^{_HH}{_60}$", "%H%M"),
]


def moments_from_text(
    series: pl.Series, spec: TypeSpec, locale: Locale, fast_parse: bool
) -> tuple[pl.Series, pl.Series | None]:
    """Values where a usual form fits (null elsewhere) and marks of cut fractions."""
    dtype = polars_type(spec)
    if spec.dt in TIMES:
        found = _apply(series, _FAST_TIME_FORMS if fast_parse else _TIME_FORMS, pl.Time())
        return cut_times(found, spec)
    fine = current().fraction_after_locale_date == "own_order"
    forms = _fast_forms() if fast_parse else _standard_forms(locale.order, locale.date_separator, fine)
    if spec.dt is DT.DBDATE:
        return _apply(series, forms, pl.Date()), None
    values, cut = finish_column(_apply(series, forms, pl.Datetime("us")), spec)
    return values.cast(dtype) if values.dtype != dtype else values, cut


def _apply(series: pl.Series, forms: list[Form], kind: pl.DataType) -> pl.Series:
    """The values of the forms that a sample shows, first form first."""
    found: pl.Series | None = None
    rest = series
    sample = series.drop_nulls().head(_SAMPLE)
    for guard, form in forms:
        if sample.null_count() == len(sample):
            break
        if not sample.str.contains(guard).any():
            continue
        fits = rest.str.contains(guard)
        whole = bool(fits.all()) and rest is series
        values = _strptime(rest if whole else pl.select(pl.when(fits).then(rest)).to_series(), form, kind)
        found = values if found is None else pl.select(pl.coalesce(found, values)).to_series()
        if found.null_count() == series.null_count():
            break
        rest = pl.select(pl.when(~fits).then(rest)).to_series()
        sample = pl.select(pl.when(~sample.str.contains(guard)).then(sample)).to_series()
    if found is None:
        found = pl.repeat(None, len(series), dtype=kind, eager=True)
    return found.alias(series.name)


def _strptime(text: pl.Series, form: str, kind: pl.DataType) -> pl.Series:
    """The values of texts that all have one form (or are null)."""
    if kind == pl.Time:
        return text.str.to_time(form, strict=False)
    if form.endswith("|"):
        dates = text.str.to_date(form.removesuffix(" 00:00:00|"), strict=False)
        return dates if kind == pl.Date else dates.cast(pl.Datetime("us"))
    if form == _ISO_FRACTION:
        digits = text.str.slice(20).str.pad_end(6, "0").str.head(6).cast(pl.Int64, strict=False)
        whole = text.str.head(19).str.to_datetime(_ISO, time_unit="us", strict=False)
        values = (whole.to_physical() + digits).cast(pl.Datetime("us"))
    elif form == _ISO or " " not in form:
        values = text.str.to_datetime(form, time_unit="us", strict=False)
    else:
        values = _halves(text, *form.split(" ", 1))
    return values.dt.date() if kind == pl.Date else values


def _halves(text: pl.Series, date_form: str, time_form: str) -> pl.Series:
    """Date and time of day read apart: there are few different ones of each."""
    halves = text.str.splitn(" ", 2).struct
    days = through_distinct(halves.field("field_0"), lambda part: part.str.to_date(date_form, strict=False))
    times = through_distinct(halves.field("field_1"), lambda part: part.str.to_time(time_form, strict=False))
    return (days.cast(pl.Datetime("us")).to_physical() + times.to_physical() // 1000).cast(pl.Datetime("us"))


def cut_times(found: pl.Series, spec: TypeSpec) -> tuple[pl.Series, pl.Series | None]:
    """Times with the digits of the fraction that the type keeps, and marks where some were cut."""
    unit = 10 ** (9 - fraction_digits(spec))
    nanoseconds = found.to_physical()
    cut = nanoseconds % unit
    if not (cut != 0).any():
        return found, None
    return (nanoseconds - cut).cast(pl.Time), (cut != 0).fill_null(False)


def finish_column(moments: pl.Series, spec: TypeSpec) -> tuple[pl.Series, pl.Series | None]:
    """Moments (naive, zone 0) as a date-time type: fractions cut, years out of range left null."""
    from dtserve.datatypes.moments import MIN_YEAR

    low = MIN_YEAR.get(spec.dt, 1)
    if low > 1 and not (moments.dt.year() >= low).all():
        moments = pl.select(pl.when(moments.dt.year() >= low).then(moments)).to_series()
    unit = 10 ** (6 - fraction_digits(spec))
    marks = None
    if unit > 1:
        cut = moments.to_physical() % unit
        if (cut != 0).any():
            marks = (cut != 0).fill_null(False)
            moments = (moments.to_physical() - cut).cast(pl.Datetime("us"))
    if spec.dt is DT.DBTIMESTAMPOFFSET:
        return with_offset(moments, pl.repeat(0, len(moments), dtype=pl.Int16, eager=True)), marks
    return moments, marks


def with_offset(utc: pl.Series, offset: pl.Series) -> pl.Series:
    """DBTIMESTAMPOFFSET from UTC moments and offsets in minutes."""
    pair = pl.struct(pl.lit(utc).alias("utc"), pl.lit(offset).alias("offset"))
    made = pl.select(pl.when(utc.is_not_null()).then(pair))
    return made.to_series()
