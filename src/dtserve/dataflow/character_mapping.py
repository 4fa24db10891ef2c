"""The character mappings of LCMapString that Character Map uses, over columns."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from dtserve.datatypes.locales import locale_for
from dtserve.expressions.utf16 import simple_lower, simple_upper

if TYPE_CHECKING:
    import polars as pl

__all__ = ["map_text"]

LOWER = 0x100
UPPER = 0x200
BYTE_REVERSAL = 0x800
HIRAGANA = 0x100000
KATAKANA = 0x200000
HALF_WIDTH = 0x400000
FULL_WIDTH = 0x800000
LINGUISTIC = 0x1000000
SIMPLIFIED = 0x2000000
TRADITIONAL = 0x4000000

_DOTTED = frozenset({"tr", "az"})


def map_text(values: pl.Series, flags: int, locale_id: int) -> pl.Series:
    """The texts mapped by all flags, in the order width, kana, case, bytes; NULL stays NULL."""
    for flag, table in ((HALF_WIDTH, _half_width), (FULL_WIDTH, _full_width)):
        if flags & flag:
            values = _replaced(values, table())
    if flags & HIRAGANA:
        values = _replaced(values, _kana(-0x60, 0x30A1, 0x30F7))
    if flags & KATAKANA:
        values = _replaced(values, _kana(0x60, 0x3041, 0x3097))
    if flags & (LOWER | UPPER):
        values = _cased(values, flags, locale_id)
    if flags & BYTE_REVERSAL:
        values = _each(values, _bytes_reversed)
    return values


def _replaced(values: pl.Series, table: dict[str, str]) -> pl.Series:
    patterns = sorted(table, key=len, reverse=True)
    return values.str.replace_many(patterns, [table[pattern] for pattern in patterns], leftmost=True)


def _cased(values: pl.Series, flags: int, locale_id: int) -> pl.Series:
    dotted = bool(flags & LINGUISTIC) and locale_for(locale_id).language in _DOTTED
    if flags & UPPER:
        if dotted:
            values = values.str.replace_all("i", "İ", literal=True)
        return values.str.to_uppercase() if _plain(values) else _each(values, simple_upper)
    if dotted:
        values = values.str.replace_many(["I", "İ"], ["ı", "i"])
    return values.str.to_lowercase() if _plain(values) else _each(values, simple_lower)


def _plain(values: pl.Series) -> bool:
    """Whether all characters are ASCII, whose case is the same everywhere."""
    return bool((values.str.len_bytes() == values.str.len_chars()).all())


def _each(values: pl.Series, function: object) -> pl.Series:
    """A function over the distinct texts."""
    import polars as pl

    distinct = values.drop_nulls().unique()
    mapped = pl.Series([function(text) for text in distinct.to_list()], dtype=pl.String)  # type: ignore[operator]
    return values.replace_strict(distinct, mapped, default=None, return_dtype=pl.String)


def _bytes_reversed(text: str) -> str:
    """Each UTF-16 unit with its two bytes changed round; half surrogates that arise are replaced."""
    raw = text.encode("utf-16-le", "surrogatepass")
    return raw.decode("utf-16-be", "replace")


def _kana(shift: int, first: int, last: int) -> dict[str, str]:
    return {chr(code): chr(code + shift) for code in range(first, last)}


@cache
def _full_width() -> dict[str, str]:
    """Half-width characters to full-width ones; a voiced kana of two characters becomes one."""
    table = {chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)} | {" ": "\u3000"}
    for code in range(0xFF61, 0xFFA0):
        table[chr(code)] = unicodedata.normalize("NFKC", chr(code))
    for code in range(0xFF66, 0xFF9E):
        for half, mark in (("\uff9e", "\u3099"), ("\uff9f", "\u309a")):
            joined = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", chr(code)) + mark)
            if len(joined) == 1:
                table[chr(code) + half] = joined
    return table


@cache
def _half_width() -> dict[str, str]:
    """Full-width characters to half-width ones."""
    table = {}
    for half, full in _full_width().items():
        table[full] = half
    table["\u3099"], table["\u309a"] = "\uff9e", "\uff9f"
    return table
