"""Columns to text, vectorised; the same forms as :func:`dtserve.datatypes.text.format_value`."""

from __future__ import annotations

import polars as pl

from dtserve.datatypes.column_result import complete
from dtserve.datatypes.locales import DEFAULT_LCID, locale_for
from dtserve.datatypes.switches import current
from dtserve.datatypes.text import decimal_mark, format_value, strftime_form
from dtserve.datatypes.types import DT, TypeSpec

__all__ = ["format_column"]

_DAY = 86_400_000_000
_OLE_DAYS = -25_569


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
    if family == "float":
        texts = _floats(series, spec)
    elif family == "decimal":
        texts = _decimals(series, spec)
    elif spec.dt is DT.DATE:
        return _ole_dates(series, locale_id)
    else:
        return _moments(series, spec)
    mark = decimal_mark(locale_id)
    return texts if mark == "." or spec.dt is DT.NUMERIC else texts.str.replace(".", mark, literal=True)


def _decimals(series: pl.Series, spec: TypeSpec) -> pl.Series:
    texts = series.cast(pl.String)
    if spec.dt is not DT.NUMERIC:
        return texts.str.strip_chars_end("0").str.strip_suffix(".") if spec.dt is DT.CY or spec.scale else texts
    if spec.dt is DT.NUMERIC and spec.scale:
        small = texts.str.starts_with("0") | texts.str.starts_with("-0")
        if small.any():
            return pl.select(pl.when(small).then(texts.str.replace("0", "", literal=True)).otherwise(texts)).to_series()
    return texts


def _floats(series: pl.Series, spec: TypeSpec) -> pl.Series:
    """The shortest text of a float where it has no more than the digits that are kept."""
    digits = current().real_digits if spec.dt is DT.R4 else current().float_digits
    texts = series.cast(pl.String)
    whole = texts.str.strip_suffix(".0")
    size = series.abs()
    plain = (size >= 1e-4) & (size < 10.0 ** (digits - 1)) & (whole.str.len_bytes() <= digits)
    return pl.select(pl.when(plain).then(whole)).to_series()


def _moments(series: pl.Series, spec: TypeSpec) -> pl.Series:
    if spec.dt is DT.DBDATE:
        return series.dt.to_string("%Y-%m-%d")
    if spec.dt is DT.DBTIME:
        return series.dt.to_string("%H:%M:%S")
    if spec.dt is DT.DBTIME2:
        return _with_scale(series, series.dt.to_string("%H:%M:%S"), spec)
    if spec.dt is DT.FILETIME:
        return series.dt.to_string("%Y-%m-%d %H:%M:%S:%3f")
    if spec.dt is DT.DBTIMESTAMPOFFSET:
        return _offsets(series, spec)
    if spec.dt is DT.DBTIMESTAMP2:
        return _with_scale(series, series.dt.to_string("%Y-%m-%d %H:%M:%S"), spec)
    texts = series.dt.to_string("%Y-%m-%d %H:%M:%S")
    fractional = series.to_physical() % 1_000_000 != 0
    if not fractional.any():
        return texts
    long = series.dt.to_string("%Y-%m-%d %H:%M:%S.%9f")
    return pl.select(pl.when(fractional).then(long).otherwise(texts)).to_series()


def _with_scale(series: pl.Series, texts: pl.Series, spec: TypeSpec) -> pl.Series:
    """The texts with the fraction in the digits of the scale."""
    digits = min(spec.scale, 7)
    if not digits:
        return texts
    per_second = 1_000_000_000 if series.dtype == pl.Time else 1_000_000
    rest = series.to_physical() % per_second
    fraction = (rest if per_second == 1_000_000 else rest // 1000).cast(pl.String).str.zfill(6)
    fraction = (fraction + pl.Series(["0"])).str.head(digits)
    long = texts + pl.Series(["."]) + fraction
    if current().zero_fraction_printed:
        return long
    return pl.select(pl.when(rest == 0).then(texts).otherwise(long)).to_series()


def _offsets(series: pl.Series, spec: TypeSpec) -> pl.Series:
    utc, offset = series.struct.field("utc"), series.struct.field("offset").cast(pl.Int64)
    local = (utc.to_physical() + offset * 60_000_000).cast(pl.Datetime("us"))
    texts = _with_scale(local, local.dt.to_string("%Y-%m-%d %H:%M:%S"), spec)
    minutes = offset.abs()
    sign = pl.when(offset < 0).then(pl.lit(" -")).otherwise(pl.lit(" +"))
    zone = pl.concat_str(
        sign,
        pl.lit((minutes // 60).cast(pl.String).str.zfill(2)),
        pl.lit(":"),
        pl.lit((minutes % 60).cast(pl.String).str.zfill(2)),
    )
    return pl.select(pl.lit(texts) + zone).to_series()


def _ole_dates(series: pl.Series, locale_id: int) -> pl.Series:
    """DT_DATE in the form of the locale: date, time or both."""
    locale = locale_for(locale_id)
    ticks = series.to_physical()
    if current().date_text_rounds_seconds:
        ticks = (ticks + 500_000) // 1_000_000 * 1_000_000
    ticks = ticks // 1_000_000 * 1_000_000
    value = ticks.cast(pl.Datetime("us"))
    inside = (value.dt.year() < 10_000) & (value.dt.year() >= 1_000)
    date_form, time_form = strftime_form(locale.date_format, False), strftime_form(locale.time_format, False)
    date_form = date_form.replace("%y", "%Y")
    midnight = ticks % _DAY == 0
    days = ticks // _DAY
    dates = value.dt.to_string(date_form)
    if midnight.all() and not (days == _OLE_DAYS).any():
        return pl.select(pl.when(inside).then(dates)).to_series()
    times = value.dt.to_string(time_form)
    if "{tt}" in time_form:
        before, after = locale.day_part_marks
        noon = value.dt.hour() >= 12
        times = pl.select(
            pl.when(noon)
            .then(times.str.replace("{tt}", after, literal=True))
            .otherwise(times.str.replace("{tt}", before, literal=True))
        ).to_series()
    both = dates + pl.Series([" "]) + times
    chosen = pl.when(days == _OLE_DAYS).then(times).when(midnight).then(dates).otherwise(both)
    return pl.select(pl.when(inside).then(chosen)).to_series()
