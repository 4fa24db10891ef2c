"""Columns of numbers and truth values to other numeric types, vectorised and exact."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from dtserve.datatypes.physical import polars_type
from dtserve.datatypes.switches import current
from dtserve.datatypes.types import DT, TypeSpec

__all__ = ["numbers_to_numbers"]

Attempt = tuple[pl.Series, "pl.Series | None"]

_SAFE_UNSCALED = 10**14


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
    """Floats that are decimal numbers of at most 14 digits in the scale; the others are left open.

    With n = round(x * 10**s), x equals n / 10**s exactly when n / 10**s is the decimal
    that x stands for: both n and 10**s are exact doubles, so the division rounds once.
    """
    scale = 4 if target.dt is DT.CY else target.scale
    if source.dt is DT.R4 or scale > 15:
        return None
    power = 10.0**scale
    scaled = (series * power).round(0)
    fits = ((scaled / power) == series) & (scaled.abs() < _SAFE_UNSCALED)
    kept = pl.select(pl.when(fits).then(series)).to_series()
    return _narrow(kept.cast(pl.Decimal(38, scale), strict=False), target, scale), None


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
