"""Columns of numbers and truth values to other numeric types, vectorised and exact."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from dtserve.datatypes.moments import MICROSECONDS_PER_DAY, OLE_HIGH, OLE_LOW
from dtserve.datatypes.physical import polars_type
from dtserve.datatypes.switches import current
from dtserve.datatypes.types import DT, TypeSpec

__all__ = ["dates_to_numbers", "numbers_to_dates", "numbers_to_numbers"]

Attempt = tuple[pl.Series, "pl.Series | None"]

_OLE_OFFSET = 25_569 * MICROSECONDS_PER_DAY
_YEAR_10000 = 253_402_300_800_000_000


def numbers_to_numbers(series: pl.Series, source: TypeSpec, target: TypeSpec) -> Attempt | None:
    """Values where a fast rule decides (null elsewhere) and marks of lost fractions; None without such a rule."""
    if target.dt is DT.BOOL:
        return series != 0 if source.dt is not DT.BOOL else series, None
    rule = _RULES.get((source.family, target.family))
    return rule(series, source, target) if rule else None


def _from_bool(series: pl.Series, source: TypeSpec, target: TypeSpec) -> Attempt | None:
    if target.family == "int" and not target.info.signed:
        return None
    minus_one = -series.cast(pl.Int8)
    return minus_one.cast(polars_type(target), strict=False), None


def _int_to_int(series: pl.Series, source: TypeSpec, target: TypeSpec) -> Attempt:
    return series.cast(polars_type(target), strict=False), None


def _to_float(series: pl.Series, source: TypeSpec, target: TypeSpec) -> Attempt:
    if source.family == "decimal":
        exact = source.dt is DT.NUMERIC and 0 < source.precision <= 15 and source.scale <= 22
        series = series if exact else series.cast(pl.String)
    wide = series.cast(pl.Float64)
    if target.dt is DT.R8:
        return wide, None
    narrow = wide.cast(pl.Float32)
    overflow = narrow.is_infinite() & wide.is_finite()
    if overflow.any():
        narrow = pl.select(pl.when(~overflow).then(narrow)).to_series()
    return narrow, None


def _float_to_int(series: pl.Series, source: TypeSpec, target: TypeSpec) -> Attempt:
    frame = series.cast(pl.Float64).to_frame("x")
    column = pl.col("x")
    even = current().fraction_to_integer == "half_even"
    whole = frame.select(column.round(0, mode="half_to_even") if even else column.truncate(0)).to_series()
    values = whole.cast(polars_type(target), strict=False)
    return values, _lost(whole, frame["x"], values)


def _lost(whole: pl.Series, exact: pl.Series, values: pl.Series) -> pl.Series | None:
    if not current().fraction_loss_reported:
        return None
    return ((whole != exact) & values.is_not_null()).fill_null(False)


def _int_to_decimal(series: pl.Series, source: TypeSpec, target: TypeSpec) -> Attempt:
    return _narrow(series.cast(pl.Decimal(38, 0)), target, 0), None


def _narrow(series: pl.Series, target: TypeSpec, scale: int) -> pl.Series:
    """Decimals of no greater scale as the target type; null where they come near its limit."""
    wanted = 4 if target.dt is DT.CY else target.scale
    precision = {DT.CY: 18, DT.DECIMAL: 28}.get(target.dt, min(target.precision or 38, 38))
    if wanted < scale:
        wanted_type = pl.Decimal(38, wanted)
        series = series.cast(wanted_type, strict=False)
    return series.cast(pl.Decimal(precision, wanted), strict=False).cast(polars_type(target), strict=False)


def _decimal_to_decimal(series: pl.Series, source: TypeSpec, target: TypeSpec) -> Attempt | None:
    scale = series.dtype.scale  # type: ignore[attr-defined]
    wanted = 4 if target.dt is DT.CY else target.scale
    if wanted >= scale:
        return _narrow(series, target, scale), None
    if current().scale_reduction != "truncate":
        return None
    cut = series.to_frame("x").select(pl.col("x").truncate(wanted)).to_series()
    values = _narrow(cut, target, scale)
    return values, _lost(cut, series, values)


def _decimal_to_int(series: pl.Series, source: TypeSpec, target: TypeSpec) -> Attempt | None:
    if current().fraction_to_integer != "truncate":
        return None
    cut = series.to_frame("x").select(pl.col("x").truncate(0)).to_series()
    values = cut.cast(pl.Decimal(38, 0), strict=False).cast(polars_type(target), strict=False)
    return values, _lost(cut, series, values)


def _float_to_decimal(series: pl.Series, source: TypeSpec, target: TypeSpec) -> Attempt | None:
    """Floats to decimals where plain arithmetic surely gives the digits of the exact rule.

    The exact rule rounds x to D significant digits, which moves it by 5·10⁻ᴰ⁻¹ to 5·10⁻ᴰ of
    itself. With n the whole number next to x·10ˢ and fewer than D digits long: where x·10ˢ is
    nearer to n than that, x stands for n/10ˢ; where it is farther than rounding reaches, the
    digits beyond the scale are cut. Other values are left open. The last cast is exact for so
    few digits: it multiplies and rounds, with an error far below a half.
    """
    scale = 4 if target.dt is DT.CY else target.scale
    digits = current().real_digits if source.dt is DT.R4 else current().float_digits
    if scale > 15 or digits > 15:
        return None
    power = 10.0**scale
    product = series.cast(pl.Float64) * power
    whole = product.round(0)
    distance = (product - whole).abs()
    small = product.abs() < 10.0 ** (digits - 1)
    decided = small & (distance <= whole.abs() * (3 * 10.0 ** -(digits + 1)))
    lost = None
    if current().scale_reduction == "truncate" and not decided.all():
        lost = small & ~decided & (distance > product.abs() * (2 * 10.0 ** (1 - digits)) + 1e-9)
        cut = product.to_frame("x").select(pl.col("x").truncate(0)).to_series()
        whole = pl.select(pl.when(lost).then(cut).otherwise(whole)).to_series()
        decided = decided | lost
    kept = pl.select(pl.when(decided).then(whole / power)).to_series()
    values = _narrow(kept.cast(pl.Decimal(38, scale), strict=False), target, scale)
    if lost is None or not current().fraction_loss_reported:
        return values, None
    return values, (lost & values.is_not_null()).fill_null(False)


_RULES: dict[tuple[str, str], Callable[[pl.Series, TypeSpec, TypeSpec], Attempt | None]] = {
    ("bool", "int"): _from_bool,
    ("bool", "float"): _from_bool,
    ("bool", "decimal"): _from_bool,
    ("int", "int"): _int_to_int,
    ("int", "float"): _to_float,
    ("int", "decimal"): _int_to_decimal,
    ("float", "int"): _float_to_int,
    ("float", "float"): _to_float,
    ("float", "decimal"): _float_to_decimal,
    ("decimal", "int"): _decimal_to_int,
    ("decimal", "float"): _to_float,
    ("decimal", "decimal"): _decimal_to_decimal,
}


def dates_to_numbers(series: pl.Series, target: TypeSpec) -> Attempt | None:
    """DT_DATE as numbers: the OLE date, then as any float."""
    ticks = series.to_physical() + _OLE_OFFSET
    days = ticks // MICROSECONDS_PER_DAY
    # A column as divisor: Polars divides by a scalar through its reciprocal, which rounds twice.
    part = (ticks - days * MICROSECONDS_PER_DAY).cast(pl.Float64) / pl.repeat(
        float(MICROSECONDS_PER_DAY), len(days), eager=True
    )
    whole = days.cast(pl.Float64)
    ole = pl.select(pl.when(days < 0).then(whole - part).otherwise(whole + part)).to_series()
    return numbers_to_numbers(ole, TypeSpec(DT.R8), target)


def numbers_to_dates(series: pl.Series, source: TypeSpec) -> pl.Series | None:
    """Numbers as moments by their OLE date, to the millisecond; null beyond the years 100 to 9999."""
    ole = _to_float(series, source, TypeSpec(DT.R8))[0] if source.dt is not DT.BOOL else None
    if ole is None:
        return None
    days = ole.to_frame("x").select(pl.col("x").truncate(0)).to_series()
    inside = (days >= OLE_LOW) & (days < OLE_HIGH)
    milliseconds = ((ole - days).abs() * 86_400_000).round(0).cast(pl.Int64, strict=False)
    ticks = days.cast(pl.Int64, strict=False) * MICROSECONDS_PER_DAY + milliseconds * 1000 - _OLE_OFFSET
    return pl.select(pl.when(inside & (ticks < _YEAR_10000)).then(ticks)).to_series().cast(pl.Datetime("us"))
