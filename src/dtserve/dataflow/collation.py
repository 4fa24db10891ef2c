"""How texts compare and sort: the one place for comparison flags and linguistic order (DATA_FLOW §3.5).

SSIS compares with the Windows collation of the component's locale (NLS CompareString).
Its tables are not public, so the order comes from the Unicode collation of the ICU that
DuckDB carries, with the language of the locale, and these rules on top:

- word sort (default): hyphen and apostrophe count only between texts that are equal
  without them; flag 0x1000 (string sort) makes them ordinary punctuation
- lower case before upper case, accents after their base letter
- 1 ignore case · 2 ignore nonspacing marks · 4 ignore symbols, punctuation and white space ·
  0x10000 ignore kana type · 0x20000 ignore width (of what has a full-width or half-width form, nothing else)

Two texts are equal when :func:`fold` gives the same text; with flags 0 that is equality
of the characters, trailing blanks included. :class:`SortKeys` gives keys that are equal
exactly then. The order of punctuation signs among each other is ICU's and may differ
from Windows.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "IGNORE_CASE",
    "IGNORE_KANA",
    "IGNORE_NONSPACING",
    "IGNORE_SYMBOLS",
    "IGNORE_WIDTH",
    "NULLS_FIRST",
    "STRING_SORT",
    "Letters",
    "SortKeys",
    "fold",
    "letters_of",
]

IGNORE_CASE = 1
IGNORE_NONSPACING = 2
IGNORE_SYMBOLS = 4
STRING_SORT = 0x1000
IGNORE_KANA = 0x10000
IGNORE_WIDTH = 0x20000

NULLS_FIRST = True
"""Where NULL stands in ascending order; unverified (DATA_FLOW §10), so kept in one place."""

PLAIN_LANGUAGES = frozenset({"de", "en", "es", "fr", "it", "nl", "pt"})
"""Languages that sort the letters a to z as English does, without pairs of letters that count as one."""

SLICE_ROWS = 131_072

_SYMBOLS = r"[\p{P}\p{S}\p{Z}\s]"
_WORD_SORT = r"['\-\u2010\u2011\u2019]"
_KATAKANA = {chr(code): chr(code - 0x60) for code in (*range(0x30A1, 0x30F7), 0x30FD, 0x30FE)}


@cache
def _widths() -> dict[str, str]:
    """Characters that are the full-width or half-width form of another one."""
    import unicodedata

    forms = ((chr(code), unicodedata.decomposition(chr(code)).split()) for code in (0x3000, *range(0xFF00, 0xFFEF)))
    return {form: chr(int(found[1], 16)) for form, found in forms if found and found[0] in ("<wide>", "<narrow>")}


def fold(values: pl.Series, flags: int) -> pl.Series:
    """Texts without what the flags ignore; texts are equal under the flags when this is equal."""
    if flags & (IGNORE_WIDTH | IGNORE_NONSPACING | IGNORE_KANA) and not _ascii(values):
        values = _fold_marks(values, flags)
    if flags & IGNORE_SYMBOLS:
        values = values.str.replace_all(_SYMBOLS, "")
    if flags & IGNORE_CASE:
        values = values.str.to_lowercase().str.replace_all(
            "\u03c2", "\u03c3", literal=True
        )  # a sigma at the end of a word
    return values


def _fold_marks(values: pl.Series, flags: int) -> pl.Series:
    """Texts without what only other scripts than ASCII have."""
    if flags & IGNORE_WIDTH:
        values = values.str.replace_many(list(_widths()), list(_widths().values())).str.normalize("NFC")
    if flags & IGNORE_NONSPACING:
        values = values.str.normalize("NFD").str.replace_all(r"\p{Mn}", "").str.normalize("NFC")
    if flags & IGNORE_KANA:
        values = values.str.replace_many(list(_KATAKANA), list(_KATAKANA.values()))
    return values


def _ascii(values: pl.Series) -> bool:
    return bool(values.str.len_bytes().sum() == values.str.len_chars().sum())


@dataclass(frozen=True)
class Letters:
    """What texts are made of: ``plain`` letters, digits and blanks alone, and ``small`` ones of these."""

    plain: bool = True
    small: bool = True

    def __and__(self, other: Letters) -> Letters:
        """What some texts and others are made of."""
        return Letters(self.plain and other.plain, self.small and other.small)


def letters_of(values: pl.Series) -> Letters:
    """What texts are made of, by their bytes."""
    import numpy as np
    import polars as pl

    array = values.to_arrow(compat_level=pl.CompatLevel.oldest())
    _, offsets, data = array.buffers()
    if data is None:
        return Letters()
    ends = np.frombuffer(offsets, dtype=np.int64)
    letters = np.frombuffer(data, dtype=np.uint8)[ends[array.offset] : ends[array.offset + len(array)]]
    small = True
    for start in range(0, len(letters), SLICE_ROWS):  # what is worked on stays in the cache
        some = letters[start : start + SLICE_ROWS]
        known = (some - 97) < 26
        known |= (some - 48) < 10
        known |= some == 32
        if not known.all():
            small = False
            known |= (some - 65) < 26
            if not known.all():
                return Letters(plain=False, small=False)
    return Letters(small=small)


class SortKeys:
    """Sort keys of texts in one locale; one instance per component."""

    def __init__(self, locale_id: int) -> None:
        self._language = _language(locale_id)
        self._connection: Any = None
        self._lock = threading.Lock()

    def hexadecimal(self, values: pl.Series, flags: int = 0) -> pl.Series:
        """Keys in hexadecimal digits, whose order is the order of the texts; NULL stays NULL."""
        import polars as pl

        folded = fold(values, flags)
        if folded.null_count() == folded.len():
            return folded.alias(values.name)
        primary = folded if flags & STRING_SORT else folded.str.replace_all(_WORD_SORT, "")
        texts = pl.DataFrame({"p": primary, "f": folded})
        distinct = texts.unique(maintain_order=True)
        keys = self._query(distinct)
        if keys.height == texts.height:
            return keys["k"].alias(values.name)
        return texts.join(keys, on=["p", "f"], how="left", nulls_equal=True, maintain_order="left")["k"].alias(
            values.name
        )

    def binary(self, values: pl.Series, flags: int = 0) -> pl.Series:
        """Keys as bytes, half the size."""
        return self.hexadecimal(values, flags).str.decode("hex")

    def columns(
        self, values: pl.Series, flags: int = 0, letters: Letters | None = None
    ) -> list[tuple[pl.Series, bool]]:
        """Columns whose order is that of the texts, with True where one runs against it.

        Texts of plain letters, digits and blanks need no collator: small letters decide,
        then a small letter stands before its capital. ``letters`` is what is known of the texts.
        """
        known = letters or letters_of(values)
        if not self.plain(known):
            return [(self._in_slices(values, flags), False)]
        if flags & IGNORE_SYMBOLS:
            values = values.str.replace_all(" ", "", literal=True)
        if known.small:
            return [(values, False)]
        small = values.str.to_lowercase()
        return [(small, False)] if flags & IGNORE_CASE else [(small, False), (values, True)]

    def plain(self, letters: Letters) -> bool:
        """Whether texts of such letters need no collator."""
        return letters.plain and self._language in PLAIN_LANGUAGES

    def _in_slices(self, values: pl.Series, flags: int) -> pl.Series:
        """Binary keys of any number of texts, some at a time so that others get their turn."""
        import polars as pl

        parts = [self.binary(values.slice(at, SLICE_ROWS), flags) for at in range(0, max(len(values), 1), SLICE_ROWS)]
        return pl.concat(parts)

    def close(self) -> None:
        """Release the collator."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _query(self, texts: pl.DataFrame) -> pl.DataFrame:
        """Columns p, f, k: the key of the text without word-sort signs, then of the whole, then the text itself."""
        import duckdb

        with self._lock:
            if self._connection is None:
                self._connection = duckdb.connect(":memory:", config={"threads": 1})
            self._connection.register("texts", texts.to_arrow())
            try:
                frame: pl.DataFrame = self._connection.sql(
                    f"select p, f, icu_sort_key(p, '{self._language}') || '00' || "
                    f"case when p = f then '' else icu_sort_key(f, '{self._language}') end || '00' || "
                    "hex(encode(f)) as k from texts"
                ).pl()
            finally:
                self._connection.unregister("texts")
        return frame


def _language(locale_id: int) -> str:
    """ICU's name of the language of a Windows locale; English for one that is not known."""
    from dtserve.datatypes.locales import locale_for

    language = locale_for(locale_id).language
    return language if language.isalpha() else "en"
