"""Columns to text, vectorised; the same forms as :func:`dtserve.datatypes.text.format_value`.

Days and times of day repeat, so their texts are made once per distinct one and joined.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from dtserve.datatypes.column_result import complete
from dtserve.datatypes.columns_stamps import stamp_texts
from dtserve.datatypes.distinct import through_distinct
from dtserve.datatypes.locales import DEFAULT_LCID, locale_for
from dtserve.datatypes.physical import polars_type
from dtserve.datatypes.switches import current
from dtserve.datatypes.text import decimal_mark, format_value, strftime_form
from dtserve.datatypes.types import DT, TypeSpec

__all__ = ["format_column"]

_FEW = 2_000
_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
_OLE_DAYS = -25_569
_LAST_DAY = 2_932_896
_YEAR_1000 = -354_285


def format_column(series: pl.Series, spec: TypeSpec, *, locale_id: int = DEFAULT_LCID) -> pl.Series:
    """The texts of a column of type ``spec``; NULL stays NULL."""
    name = series.name
    if series.dtype == pl.Null or spec.family == "none":
        return pl.repeat(None, len(series), dtype=pl.String, eager=True).alias(name)
    if spec.family == "text":
        return series.cast(pl.String)
    texts = _vectorised(series, spec, locale_id)
    if texts is None:
        texts = pl.repeat(None, len(series), dtype=pl.String, eager=True)
    return complete(
        series,
        texts.alias(name),
        None,
        lambda value: (format_value(value, spec, locale_id=locale_id), False),
        spec,
        TypeSpec(DT.NTEXT),
    ).values


def _vectorised(series: pl.Series, spec: TypeSpec, locale_id: int) -> pl.Series | None:
    """The texts of the values a fast rule covers, null for the others; None where there is no such rule."""
    family = spec.family
    if family == "int":
        return series.cast(pl.String)
    if family == "bool":
        return pl.select(pl.when(series).then(pl.lit("True")).when(~series).then(pl.lit("False"))).to_series()
    if family == "guid":
        return series.str.to_uppercase()
    if family == "binary":
        return None if current().bytes_text_prefix else series.bin.encode("hex").str.to_uppercase()
    if family == "datetime":
        series = series.cast(polars_type(spec))
        return _ole_dates(series, locale_id) if spec.dt is DT.DATE else _moments(series, spec)
    texts = _floats(series, spec) if family == "float" else _decimals(series, spec)
    mark = decimal_mark(locale_id)
    return texts if mark == "." or spec.dt is DT.NUMERIC else texts.str.replace(".", mark, literal=True)


def _decimals(series: pl.Series, spec: TypeSpec) -> pl.Series:
    texts = series.cast(pl.String)
    if spec.dt is not DT.NUMERIC:
        return texts.str.strip_chars_end("0").str.strip_suffix(".") if spec.dt is DT.CY or spec.scale else texts
    if spec.scale:
        small = texts.str.starts_with("0") | texts.str.starts_with("-0")
        if small.any():
            return pl.select(pl.when(small).then(texts.str.replace("0", "", literal=True)).otherwise(texts)).to_series()
    return texts


def _floats(series: pl.Series, spec: TypeSpec) -> pl.Series:
    """The shortest text of a float where it has no more than the digits that are kept, else one rounded to them.

    A double stands for every decimal of 15 digits alone; a single only nearly does for
    those of 7, so its text must also lie within half a digit of it.
    """
    digits, sure = (current().real_digits, 7) if spec.dt is DT.R4 else (current().float_digits, 15)
    whole = series.cast(pl.String).str.strip_suffix(".0")
    size = series.abs()
    plain = (size >= 1e-4) & (size < 10.0 ** (digits - 1)) & (whole.str.len_bytes() <= digits)
    if spec.dt is DT.R4:
        wide = series.cast(pl.Float64)
        plain = plain & ((wide - whole.cast(pl.Float64)).abs() <= wide.abs() * (4.9 * 10.0 ** -(digits + 1)))
    if digits > sure:
        plain = pl.repeat(False, len(series), eager=True)
    if plain.all():
        return whole
    rows = (~plain & series.is_finite()).arg_true()
    form = f"%.{digits}G"
    rounded = [form % (value + 0.0) for value in series.gather(rows).to_list()]
    texts = pl.select(pl.when(plain).then(whole)).to_series()
    return texts.scatter(rows, pl.Series(rounded, dtype=pl.String))


def _parts(ticks: pl.Series) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Day, second of the day and microsecond of moments."""
    seconds = ticks // _SECOND
    return (
        (ticks // _DAY).cast(pl.Int32),
        (seconds % 86_400).cast(pl.Int32),
        (ticks - seconds * _SECOND).cast(pl.Int32),
    )


def _date_texts(days: pl.Series, form: str = "%Y-%m-%d") -> pl.Series:
    def texts(some: pl.Series) -> pl.Series:
        return some.cast(pl.Date).dt.to_string(form)

    low, high = days.min(), days.max()
    if isinstance(low, int) and isinstance(high, int) and high - low < len(days):
        return texts(pl.int_range(low, high + 1, dtype=pl.Int32, eager=True)).gather(days - low)
    return through_distinct(days, texts)


@cache
def _clock_table(form: str) -> pl.Series:
    """The texts of all seconds of a day."""
    return _clock_form(pl.int_range(86_400, eager=True), form)


def _clock_form(seconds: pl.Series, form: str) -> pl.Series:
    return (seconds.cast(pl.Int64) * _SECOND).cast(pl.Datetime("us")).dt.to_string(form)


def _clock_texts(seconds: pl.Series, form: str = "%H:%M:%S") -> pl.Series:
    return _clock_form(seconds, form) if len(seconds) < _FEW else _clock_table(form).gather(seconds)


def _joined(*parts: pl.Series | str) -> pl.Series:
    pieces = [pl.lit(part) for part in parts]
    return pl.select(pl.concat_str(pieces)).to_series()


def _moments(series: pl.Series, spec: TypeSpec) -> pl.Series:
    if spec.dt is DT.DBDATE:
        return _date_texts(series.to_physical())
    if spec.dt in (DT.DBTIME, DT.DBTIME2):
        _, seconds, rest = _parts(series.to_physical() // 1000)
        return _with_scale(_clock_texts(seconds), rest, spec)
    if spec.dt is DT.DBTIMESTAMPOFFSET:
        return _offsets(series, spec)
    if len(series) >= _FEW and _ends_with_seconds(spec):
        texts = stamp_texts(series.to_physical())
        if texts is not None:
            return texts
    days, seconds, rest = _parts(series.to_physical())
    stem = _date_texts(days), " ", _clock_texts(seconds)
    if spec.dt is DT.FILETIME:
        return _joined(*stem, ":", _digits(rest // 1000, 3))
    if spec.dt is DT.DBTIMESTAMP2:
        return _with_scale(_joined(*stem), rest, spec)
    if not (rest != 0).any():
        return _joined(*stem)
    long = _joined(*stem, ".", _digits(rest, 6), "000")
    return (
        long if (rest != 0).all() else pl.select(pl.when(rest != 0).then(long).otherwise(long.str.head(19))).to_series()
    )


def _ends_with_seconds(spec: TypeSpec) -> bool:
    """Whether moments of whole seconds print without a fraction."""
    if spec.dt is DT.DBTIMESTAMP2:
        return not spec.scale or not current().zero_fraction_printed
    return spec.dt is DT.DBTIMESTAMP


def _digits(numbers: pl.Series, count: int) -> pl.Series:
    return through_distinct(numbers, lambda some: some.cast(pl.String).str.zfill(count))


def _with_scale(texts: pl.Series, rest: pl.Series, spec: TypeSpec) -> pl.Series:
    """The texts with the fraction in the digits of the scale."""
    count = min(spec.scale, 7) if spec.dt is not DT.DBTIME else 0
    if not count:
        return texts
    long = _joined(texts, ".", _joined(_digits(rest, 6), "0").str.head(count))
    if current().zero_fraction_printed:
        return long
    return pl.select(pl.when(rest == 0).then(texts).otherwise(long)).to_series()


def _offsets(series: pl.Series, spec: TypeSpec) -> pl.Series:
    offset = series.struct.field("offset").cast(pl.Int64)
    days, seconds, rest = _parts(series.struct.field("utc").to_physical() + offset * 60 * _SECOND)
    texts = _with_scale(_joined(_date_texts(days), " ", _clock_texts(seconds)), rest, spec)
    return _joined(texts, through_distinct(offset, _zones))


def _zones(offset: pl.Series) -> pl.Series:
    minutes = offset.abs()
    sign = pl.when(pl.lit(offset) < 0).then(pl.lit(" -")).otherwise(pl.lit(" +"))
    hours, rest = ((part).cast(pl.String).str.zfill(2) for part in (minutes // 60, minutes % 60))
    return pl.select(pl.concat_str(sign, pl.lit(hours), pl.lit(":"), pl.lit(rest))).to_series()


def _ole_dates(series: pl.Series, locale_id: int) -> pl.Series:
    """DT_DATE in the form of the locale: date, time or both."""
    locale = locale_for(locale_id)
    ticks = series.to_physical()
    if current().date_text_rounds_seconds:
        ticks = ticks + _SECOND // 2
    days, seconds, _ = _parts(ticks)
    inside = (days >= _YEAR_1000) & (days <= _LAST_DAY)
    dates = _date_texts(pl.select(pl.when(inside).then(days)).to_series(), strftime_form(locale.date_format))
    timed, base = seconds != 0, days == _OLE_DAYS
    if not (timed.any() or base.any()):
        return dates
    time_form = strftime_form(locale.time_format)
    before, after = (time_form.replace("{tt}", mark.replace("%", "%%")) for mark in locale.day_part_marks)
    times = _clock_texts(seconds, before)
    if before != after:
        late = _clock_texts(seconds, after)
        times = pl.select(pl.when(seconds >= 43_200).then(late).otherwise(times)).to_series()
    both = _joined(dates, " ", times)
    chosen = pl.when(base & inside).then(times).when(~timed).then(dates).otherwise(both)
    return pl.select(chosen).to_series()
