"""Columns of text to values: the regular forms vectorised, the rest by the exact scalar rule.

A fast rule accepts only texts that standard (or fast) parse takes with the same value;
see the property tests.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import polars as pl

from dtserve.datatypes.column_result import ColumnResult, complete, constant, decided, spread
from dtserve.datatypes.columns_parse_moments import moments_from_text
from dtserve.datatypes.columns_text import fit_text_column
from dtserve.datatypes.distinct import encode, repeats
from dtserve.datatypes.locales import DEFAULT_LCID, Locale, locale_for
from dtserve.datatypes.parse import TEXT, parse_outcome
from dtserve.datatypes.parse_numbers import BLANKS
from dtserve.datatypes.physical import polars_type
from dtserve.datatypes.switches import current
from dtserve.datatypes.types import DT, TypeSpec

__all__ = ["FEW", "parse_column", "parse_few"]

_GUID = r"^\{[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}\}$"
_TRUTH = {"True": True, "False": False, "true": True, "false": False, "TRUE": True, "FALSE": False,
          "1": True, "0": False, "-1": True}  # fmt: skip
_MANY = 1_000

FEW = 200
"""Texts that take less time one by one than by the rules for many."""

Attempt = tuple[pl.Series, "pl.Series | None"]
"""Values (null where the fast rule does not decide) and cut marks."""


def parse_column(
    series: pl.Series,
    spec: TypeSpec,
    *,
    locale_id: int = DEFAULT_LCID,
    fast_parse: bool = False,
    source: TypeSpec = TEXT,
) -> ColumnResult:
    """The values of type ``spec`` of a column of texts, with error and truncation masks."""
    dtype = polars_type(spec)
    if series.dtype == pl.Null or spec.family == "none" or not len(series):
        return ColumnResult(constant(None, len(series), dtype).alias(series.name))
    if spec.family == "text":
        return fit_text_column(series, spec)

    if spec.family == "datetime" and repeats(series):
        distinct, index = encode(series)
        found = parse_column(distinct, spec, locale_id=locale_id, fast_parse=fast_parse, source=source)
        return spread(found, index, series.name)
    values, truncated = _attempt(series, spec, locale_for(locale_id), fast_parse)
    return complete(
        series,
        values.alias(series.name),
        truncated,
        lambda text: parse_outcome(text, spec, source, locale_id, fast_parse),
        source,
        spec,
    )


def parse_few(
    series: pl.Series,
    spec: TypeSpec,
    *,
    locale_id: int = DEFAULT_LCID,
    fast_parse: bool = False,
    source: TypeSpec = TEXT,
) -> ColumnResult:
    """The same as :func:`parse_column`, for a handful of texts: one by one."""
    return decided(series, lambda text: parse_outcome(text, spec, source, locale_id, fast_parse), source, spec)


def _attempt(series: pl.Series, spec: TypeSpec, locale: Locale, fast_parse: bool) -> Attempt:
    family = spec.family
    if family == "datetime":
        return moments_from_text(series, spec, locale, fast_parse)
    if family == "guid":
        return pl.select(pl.when(series.str.contains(_GUID)).then(series.str.to_uppercase())).to_series(), None
    if family == "bool":
        return series.replace_strict(_TRUTH, default=None, return_dtype=pl.Boolean), None
    if family == "binary":
        return _bytes(series, spec), None
    if family == "int" and fast_parse:
        values = series.cast(polars_type(spec), strict=False)
        return _retry(series, values, None, lambda rest: _integers(rest.str.strip_chars(" \t"), spec))
    return _numbers(series, spec, locale)


def _bytes(series: pl.Series, spec: TypeSpec) -> pl.Series:
    digits = "*" if spec.dt is DT.IMAGE or not spec.length else f"{{0,{spec.length}}}"
    if spec.length > 500:
        digits = "*"
        series_ok = series.str.contains("^([0-9A-Fa-f]{2})*$") & (series.str.len_bytes() <= 2 * spec.length)
    else:
        series_ok = series.str.contains(f"^([0-9A-Fa-f]{{2}}){digits}$")
    return pl.select(pl.when(series_ok).then(series)).to_series().str.decode("hex", strict=False)


def _numbers(series: pl.Series, spec: TypeSpec, locale: Locale) -> Attempt:
    """Integers, floats and decimals under standard parse: as they are, without blanks, with the marks of the locale."""
    kind = {"int": _integers, "float": _floats, "decimal": _decimals}[spec.family]
    attempt: Attempt = constant(None, len(series), polars_type(spec)), None
    if spec.family == "int" or locale.decimal == ".":
        attempt = kind(series, spec)
        attempt = _retry(series, *attempt, lambda rest: _stripped(rest, spec, kind))
    return _retry(series, *attempt, lambda rest: _normalised(rest, spec, locale))


def _retry(
    series: pl.Series, values: pl.Series, truncated: pl.Series | None, again: Callable[[pl.Series], Attempt]
) -> Attempt:
    """A further vectorised rule for the rows still open, where there are many of them."""
    if values.null_count() - series.null_count() < _MANY:
        return values, truncated
    if values.null_count() == len(series):
        return again(series)
    rows = (values.is_null() & series.is_not_null()).arg_true()
    found, cut = again(series.gather(rows))
    values = values.scatter(rows, found)
    if cut is not None:
        if truncated is None:
            truncated = constant(False, len(series), pl.Boolean)
        truncated = truncated.scatter(rows, cut)
    return values, truncated


def _stripped(rest: pl.Series, spec: TypeSpec, kind: Callable[[pl.Series, TypeSpec], Attempt]) -> Attempt:
    """The rule again on texts without the blanks around them; all open where there are none."""
    bare = rest.str.strip_chars(BLANKS)
    if (bare.str.len_bytes() == rest.str.len_bytes()).all():
        return constant(None, len(rest), polars_type(spec)), None
    return kind(bare, spec)


def _normalised(rest: pl.Series, spec: TypeSpec, locale: Locale) -> Attempt:
    """Numbers with blanks around, thousands marks and the decimal mark of the locale."""
    thousands = "[ \u00a0\u202f]" if locale.thousands in " \u00a0\u202f" else re.escape(locale.thousands)
    decimal = re.escape(locale.decimal)
    text = rest.str.strip_chars(BLANKS)
    form = rf"^[+-]?([0-9]{{1,3}}({thousands}[0-9]{{3}})+|[0-9]+)?({decimal}[0-9]*)?([eE][+-]?[0-9]{{1,3}})?$"
    text = pl.select(pl.when(text.str.contains(form)).then(text)).to_series()
    text = text.str.replace_all(thousands, "")
    if locale.decimal != ".":
        text = text.str.replace(locale.decimal, ".", literal=True)
    if spec.family == "float":
        return _floats(text, spec)
    if spec.family == "decimal":
        return _decimals(text, spec)
    values, _ = _integers(text, spec)
    fractions, cut = _decimals(text, TypeSpec(DT.NUMERIC, precision=38, scale=0))
    if current().fraction_to_integer != "truncate" or current().scale_reduction != "truncate":
        return values, None
    wide = fractions.cast(polars_type(spec), strict=False)
    return pl.select(pl.coalesce(values, wide)).to_series(), None if cut is None else cut & wide.is_not_null()


def _integers(series: pl.Series, spec: TypeSpec) -> Attempt:
    return series.cast(polars_type(spec), strict=False), None


def _floats(series: pl.Series, spec: TypeSpec) -> Attempt:
    values = series.cast(pl.Float64, strict=False)
    if spec.dt is DT.R4:
        values = values.cast(pl.Float32)
    finite = values.is_finite()
    if not finite.all():
        values = pl.select(pl.when(finite).then(values)).to_series()
    return values, None


def _decimals(series: pl.Series, spec: TypeSpec) -> Attempt:
    """Exact decimals; digits beyond the scale are cut, not rounded as Polars would."""
    scale = 4 if spec.dt is DT.CY else spec.scale
    precision = {DT.CY: 18, DT.DECIMAL: 28}.get(spec.dt, min(spec.precision or 38, 38))
    finer = series.str.contains(rf"\.[0-9]{{{scale + 1}}}|[eE]")
    plain = series
    if finer.any():
        plain = pl.select(pl.when(~finer).then(series)).to_series()
    values = plain.cast(pl.Decimal(precision, scale), strict=False).cast(polars_type(spec), strict=False)
    if not finer.any() or scale >= 18 or current().scale_reduction != "truncate":
        return values, None
    ok = finer & series.str.contains(r"^[+-]?[0-9]{0,18}\.[0-9]{0,18}$")
    fine = pl.select(pl.when(ok).then(series)).to_series().cast(pl.Decimal(38, 18), strict=False)
    cut = fine.to_frame("x").select(pl.col("x").truncate(scale)).to_series()
    lost = (cut != fine).fill_null(False)
    short = cut.cast(pl.Decimal(precision, scale), strict=False).cast(polars_type(spec), strict=False)
    values = pl.select(pl.coalesce(values, short)).to_series()
    return values, (lost & values.is_not_null()) if current().fraction_loss_reported else None
