"""Columns of text fitted to a text type: lengths, code pages, NUL."""

from __future__ import annotations

import polars as pl

from dtserve.datatypes.code_pages import UTF8, codec, is_single_byte, repertoire
from dtserve.datatypes.column_result import ColumnResult, complete
from dtserve.datatypes.strings import fit_bytes, fit_text
from dtserve.datatypes.types import DT, TypeSpec

__all__ = ["fit_bytes_column", "fit_text_column"]

Masks = tuple["pl.Series | bool", "pl.Series | bool"]
"""Which texts fit as they are, and which fit when cut at the declared length (in characters)."""


def fit_text_column(series: pl.Series, target: TypeSpec) -> ColumnResult:
    """The texts as the target type holds them; what :func:`strings.fit_text` does, value by value."""
    if target.dt is DT.NTEXT or not len(series):
        return ColumnResult(series)
    fits, cuts = _unicode(series, target) if target.dt is DT.WSTR else _code_page(series, target)
    if target.dt in (DT.STR, DT.WSTR) and _has_nul(series):
        nul = series.str.contains("\0", literal=True)
        fits, cuts = fits & ~nul, cuts & ~nul
    if fits is True or (isinstance(fits, pl.Series) and fits.all()):
        return ColumnResult(series)
    short = series.str.head(target.length)
    values = pl.select(pl.when(pl.lit(fits)).then(series).when(pl.lit(cuts)).then(short)).to_series()
    truncated = pl.select(~pl.lit(fits) & pl.lit(cuts)).to_series().fill_null(False)
    if len(truncated) != len(series):
        truncated = pl.repeat(truncated[0], len(series), eager=True)
    return complete(
        series,
        values.alias(series.name),
        truncated,
        lambda text: fit_text(text, target),
        TypeSpec(DT.WSTR),
        target,
    )


def _has_nul(series: pl.Series) -> bool:
    """Whether a NUL character stands anywhere in a column."""
    data = series.to_arrow(compat_level=pl.CompatLevel.oldest()).buffers()[2]
    return data is not None and b"\0" in bytes(data)


def _unicode(series: pl.Series, target: TypeSpec) -> Masks:
    sizes = series.str.len_bytes()
    if not target.length or not (sizes > target.length).any():
        return True, False
    basic = ~series.str.contains("[\U00010000-\U0010ffff]")
    return (sizes <= target.length) | (basic & (series.str.len_chars() <= target.length)), basic


def _code_page(series: pl.Series, target: TypeSpec) -> Masks:
    """DT_STR and DT_TEXT: characters of the code page, and the bytes they take there."""
    length = target.length if target.dt is DT.STR else 0
    sizes, chars = series.str.len_bytes(), series.str.len_chars()
    plain = sizes == chars
    if target.code_page == UTF8:
        return (sizes <= length, plain) if length else (True, False)
    if is_single_byte(target.code_page):
        known = plain
        if not plain.all():
            known = plain | ~series.str.contains(f"[^{repertoire(target.code_page)}]")
        return (known & (chars <= length) if length else known), known
    if not length:
        return plain | _all_known(series, plain, target.code_page), False
    known = plain | _all_known(series, plain, target.code_page)
    return (plain & (sizes <= length)) | (known & (2 * chars <= length)), plain


def _all_known(series: pl.Series, plain: pl.Series, code_page: int) -> bool:
    """Whether every character of a column stands in a double-byte code page."""
    if plain.all():
        return True
    text = series.filter(~plain).str.join("").item()
    try:
        text.encode(codec(code_page))
    except UnicodeEncodeError:
        return False
    return codec(code_page) in _AT_MOST_TWO_BYTES


_AT_MOST_TWO_BYTES = frozenset({"cp932", "gbk", "cp949", "cp950", "johab", "gb2312", "euc_kr"})


def fit_bytes_column(series: pl.Series, target: TypeSpec) -> ColumnResult:
    """Bytes cut to the length of DT_BYTES."""
    if target.dt is not DT.BYTES or not target.length:
        return ColumnResult(series)
    long = series.bin.size() > target.length
    if not long.any():
        return ColumnResult(series)
    values = pl.select(pl.when(~long).then(series)).to_series().alias(series.name)
    return complete(series, values, None, lambda data: fit_bytes(data, target), TypeSpec(DT.BYTES), target)
