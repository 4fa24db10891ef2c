"""Columns of text fitted to a text type: lengths, code pages, NUL."""

from __future__ import annotations

import polars as pl

from dtserve.datatypes.code_pages import is_single_byte, repertoire
from dtserve.datatypes.column_result import ColumnResult, complete
from dtserve.datatypes.strings import fit_bytes, fit_text
from dtserve.datatypes.types import DT, TypeSpec

__all__ = ["fit_bytes_column", "fit_text_column"]


def fit_text_column(series: pl.Series, target: TypeSpec) -> ColumnResult:
    """The texts as the target type holds them; what :func:`strings.fit_text` does, value by value."""
    if target.dt is DT.NTEXT or not len(series):
        return ColumnResult(series)
    clean = _clean(series, target)
    if clean is None:
        return ColumnResult(series)
    values = pl.select(pl.when(clean).then(series)).to_series().alias(series.name)
    return complete(series, values, None, lambda text: fit_text(text, target), TypeSpec(DT.WSTR), target)


def _clean(series: pl.Series, target: TypeSpec) -> pl.Series | None:
    """Which texts certainly fit as they are; None when all do."""
    length = 0 if target.dt is DT.TEXT else target.length
    clean: pl.Series | None = None
    sizes = series.str.len_bytes()
    if target.dt is not DT.TEXT and series.str.contains("\0", literal=True).any():
        clean = ~series.str.contains("\0", literal=True)
    longest = sizes.max() or 0
    if length and longest > length:  # type: ignore[operator]
        short = sizes <= length
        if target.dt is DT.WSTR:
            plain = (series.str.len_chars() <= length) & ~series.str.contains("[\U00010000-\U0010ffff]")
            short = short | plain
        elif is_single_byte(target.code_page):
            short = short | (series.str.len_chars() <= length)
        clean = short if clean is None else clean & short
    if target.dt is not DT.WSTR:
        known = _mappable(series, sizes, target, length)
        if known is not None:
            clean = known if clean is None else clean & known
    return None if clean is None or clean.all() else clean


def _mappable(series: pl.Series, sizes: pl.Series, target: TypeSpec, length: int) -> pl.Series | None:
    """Which texts consist of characters whose bytes in the code page need no closer look; None for all."""
    ascii_only = sizes == series.str.len_chars()
    if target.code_page == 65001 or ascii_only.all():
        return None
    if is_single_byte(target.code_page):
        return ascii_only | ~series.str.contains(f"[^{repertoire(target.code_page)}]")
    return ascii_only


def fit_bytes_column(series: pl.Series, target: TypeSpec) -> ColumnResult:
    """Bytes cut to the length of DT_BYTES."""
    if target.dt is not DT.BYTES or not target.length:
        return ColumnResult(series)
    short = series.bin.size() <= target.length
    if short.all():
        return ColumnResult(series)
    values = pl.select(pl.when(short).then(series)).to_series().alias(series.name)
    return complete(series, values, None, lambda data: fit_bytes(data, target), TypeSpec(DT.BYTES), target)
