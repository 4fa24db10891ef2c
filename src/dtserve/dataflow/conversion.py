"""Conversions inside components: columns to declared types, with the codes and texts of the component.

``datatypes.convert_column`` reports the codes of Data Conversion; each component has its
own for the same four failures (DATA_FLOW §2). :func:`fit` converts a column and renames
the codes; :func:`status` gives the OLE DB status value and text that messages show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtserve.dataflow.dispositions import SomeRows
from dtserve.dataflow.transform_errors import IncompatibleColumns
from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.errors import (
    CANNOT_CONVERT,
    DATA_OVERFLOW,
    HOST_CODES,
    SIGN_MISMATCH,
    TRUNCATED,
    UnsupportedConversion,
)

if TYPE_CHECKING:
    import polars as pl

    from dtserve.datatypes.columns import ColumnResult

__all__ = ["check_convertible", "fit", "fit_regular", "same_storage", "status", "truncation_code", "widened"]

_BARE_GUID = r"^([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})$"
_MANY_ROWS = 1_000
_MOST_OPEN = 0.25
"""The share of rows that may need a closer look of their own."""

_STATUS = {
    CANNOT_CONVERT: (2, "The value could not be converted because of a potential loss of data."),
    TRUNCATED: (
        4,
        "Text was truncated or one or more characters had no match in the target code page.",
    ),
    SIGN_MISMATCH: (5, "Conversion failed because the data value was signed and the type used was unsigned."),
    DATA_OVERFLOW: (6, "Conversion failed because the data value overflowed the specified type."),
}


def fit(
    values: pl.Series,
    source: TypeSpec,
    target: TypeSpec,
    host: str,
    *,
    locale_id: int = 1033,
    fast_parse: bool = False,
) -> ColumnResult:
    """Convert a column; error codes are those of ``host`` (a key of ``datatypes.errors.HOST_CODES``).

    Databases without a type for GUIDs hold them as texts, usually without braces: a source takes them either way.
    Long texts that have no conversion of their own are converted as DT_WSTR, which is what databases other than SQL
    Server mean by ``text``; components that may not do so have refused them when they were validated.
    """
    from dtserve.datatypes.columns import convert_column

    if target.dt is DT.GUID and source.family == "text" and host == "ole_db_source":
        values = values.str.replace(_BARE_GUID, "{$1}")
    result = convert_column(values, _plain_text(source, target), target, locale_id=locale_id, fast_parse=fast_parse)
    return _renamed(result, host)


def _renamed(result: ColumnResult, host: str) -> ColumnResult:
    """A result with the error codes of ``host``."""
    import polars as pl

    from dtserve.datatypes.column_result import ColumnResult
    from dtserve.datatypes.columns_parse import FEW

    if result.errors is None:
        return result
    own = HOST_CODES[host]
    if len(result.errors) <= FEW:
        renamed = pl.Series([own.get(code, code) for code in result.errors.to_list()], dtype=pl.UInt32)
    else:
        old, new = list(own), list(own.values())
        renamed = result.errors.replace_strict(old, new, default=result.errors, return_dtype=pl.UInt32)
    return ColumnResult(result.values, renamed, result.truncated)


def _plain_text(source: TypeSpec, target: TypeSpec) -> TypeSpec:
    if source.dt not in (DT.TEXT, DT.NTEXT):
        return source
    from dtserve.datatypes.matrix import is_legal

    if is_legal(source.dt, target.dt) or not is_legal(DT.WSTR, target.dt):
        return source
    return TypeSpec(DT.WSTR)


def fit_regular(
    values: pl.Series,
    source: TypeSpec,
    target: TypeSpec,
    host: str,
    *,
    locale_id: int = 1033,
    fast_parse: bool = False,
) -> ColumnResult | SomeRows:
    """The same as :func:`fit`; texts of the plain forms of numbers and dates are taken many at a time."""
    import numpy as np

    from dtserve.dataflow.column_views import nulls
    from dtserve.dataflow.flat_file.regular import regular_values
    from dtserve.datatypes.column_result import ColumnResult
    from dtserve.datatypes.columns_parse import FEW, parse_few
    from dtserve.datatypes.locales import locale_for

    if source.family == "text" and len(values) >= _MANY_ROWS:
        point = locale_for(locale_id).decimal
        known = regular_values(values, target, point=point, fast_parse=fast_parse)
        left = np.zeros(0) if known is None else np.flatnonzero(nulls(known) & ~nulls(values))
        if known is not None and not len(left):
            return ColumnResult(known)
        if known is not None and len(left) < _MOST_OPEN * len(values):
            rest = values[left]
            if len(left) <= FEW and source.dt in (DT.STR, DT.WSTR):
                few = parse_few(rest, target, locale_id=locale_id, fast_parse=fast_parse, source=source)
                found = _renamed(few, host)
            else:
                found = fit(rest, source, target, host, locale_id=locale_id, fast_parse=fast_parse)
            if found.values.null_count() < len(left):
                known = known.clone().scatter(left, found.values)
            return SomeRows(known, left, found.errors, found.truncated)
    return fit(values, source, target, host, locale_id=locale_id, fast_parse=fast_parse)


def truncation_code(host: str) -> int:
    """The code that ``host`` gives a truncated value."""
    return HOST_CODES[host][TRUNCATED]


def status(code: int, truncated: bool, host: str) -> tuple[int, str]:
    """The status value and status text behind a code of ``host``."""
    if truncated:
        return _STATUS[TRUNCATED]
    for own, renamed in HOST_CODES[host].items():
        if renamed == code:
            return _STATUS[own]
    return _STATUS[CANNOT_CONVERT]


def same_storage(source: TypeSpec, target: TypeSpec) -> bool:
    """Whether values of one type are values of the other as they stand."""
    if source == target:
        return True
    if source.dt is not target.dt:
        return False
    if source.family in ("text", "binary") and target.length >= source.length and source.code_page == target.code_page:
        return True
    return source.family not in ("text", "binary", "decimal", "datetime")


def check_convertible(source: TypeSpec, target: TypeSpec) -> None:
    """Raise UnsupportedConversion for a pair of types that never converts."""
    from dtserve.datatypes.matrix import is_legal

    if not is_legal(source.dt, target.dt):
        raise UnsupportedConversion(source=source, target=target)


def widened(values: pl.Series, source: TypeSpec, target: TypeSpec, names: tuple[str, str]) -> pl.Series:
    """A column for another one of its kind; raises IncompatibleColumns for a value that does not fit (``names`` of both)."""
    if source == target or same_storage(source, target):
        return values
    result = fit(values, source, target, "data_conversion")
    lost = result.errors is not None or result.truncated is not None
    if source.family == target.family == "decimal" and target.scale < source.scale and not lost:
        lost = bool((result.values.cast(values.dtype) != values).any())
    if lost:
        raise IncompatibleColumns(first=names[0], second=names[1])
    return result.values
