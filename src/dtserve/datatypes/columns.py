"""Whole columns from one type to another, vectorised: the columnar twin of :mod:`convert`.

``convert_column``, ``format_column`` and ``parse_column`` give for every row what the
scalar functions give for its value; errors and truncations come as masks.
"""

from __future__ import annotations

import polars as pl

from dtserve.datatypes.column_result import ColumnResult, complete
from dtserve.datatypes.columns_format import format_column
from dtserve.datatypes.columns_moments import convert_moments, moments_to_moments
from dtserve.datatypes.columns_numbers import dates_to_numbers, numbers_to_dates, numbers_to_numbers
from dtserve.datatypes.columns_parse import parse_column
from dtserve.datatypes.columns_text import fit_bytes_column, fit_text_column
from dtserve.datatypes.convert import convert_outcome
from dtserve.datatypes.errors import UnsupportedConversion
from dtserve.datatypes.locales import DEFAULT_LCID
from dtserve.datatypes.matrix import is_legal
from dtserve.datatypes.physical import polars_type
from dtserve.datatypes.types import DT, TypeSpec

__all__ = ["ColumnResult", "convert_column", "format_column", "parse_column"]

_NUMERIC = frozenset({"int", "float", "decimal", "bool"})


def convert_column(
    series: pl.Series,
    source: TypeSpec,
    target: TypeSpec,
    *,
    locale_id: int = DEFAULT_LCID,
    fast_parse: bool = False,
) -> ColumnResult:
    """The column as the target type, with error and truncation masks.

    UnsupportedConversion at once for a pair of types that never converts.
    """
    if not is_legal(source.dt, target.dt):
        raise UnsupportedConversion(source=source, target=target)
    dtype = polars_type(target)
    if series.dtype == pl.Null or "none" in (source.family, target.family) or not len(series):
        return ColumnResult(pl.repeat(None, len(series), dtype=dtype, eager=True).alias(series.name))
    if source.family == "text" and target.dt is not DT.IMAGE:
        return parse_column(series, target, locale_id=locale_id, fast_parse=fast_parse, source=source)
    if target.family == "text" and (source.family != "binary" or target.dt in (DT.STR, DT.WSTR)):
        return fit_text_column(format_column(series, source, locale_id=locale_id), target)
    if source.family == "binary" and target.family == "binary":
        return fit_bytes_column(series, target)
    values, truncated = _attempt(series, source, target)
    if values is None:
        values = pl.repeat(None, len(series), dtype=dtype, eager=True)
    return complete(
        series,
        values.alias(series.name),
        truncated,
        lambda value: convert_outcome(value, source, target, locale_id, fast_parse),
        source,
        target,
    )


def _attempt(series: pl.Series, source: TypeSpec, target: TypeSpec) -> tuple[pl.Series | None, pl.Series | None]:
    """What a fast rule decides; (None, None) where the pair has none."""
    if source.family in _NUMERIC and target.family in _NUMERIC:
        return numbers_to_numbers(series, source, target) or (None, None)
    if source.family == "datetime" and target.family == "datetime":
        return moments_to_moments(series, source, target)
    if source.dt is DT.GUID and target.dt is DT.GUID:
        return series, None
    if source.dt is DT.DATE and target.family in _NUMERIC:
        return dates_to_numbers(series, target) or (None, None)
    if source.family in _NUMERIC and target.family == "datetime" and target.dt is not DT.FILETIME:
        moments = numbers_to_dates(series, source)
        if moments is not None:
            return convert_moments(moments, target)
    return None, None
