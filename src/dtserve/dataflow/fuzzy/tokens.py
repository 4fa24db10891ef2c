"""Texts as tokens and q-grams."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from dtserve.dataflow.collation import fold

if TYPE_CHECKING:
    import polars as pl

__all__ = ["DEFAULT_DELIMITERS", "Q", "grams", "mapped", "tokenise"]

Q = 4
"""Length of a q-gram; the documented example (*helo* does not find *hello*) says four."""

DEFAULT_DELIMITERS = " \t\r\n,.;:-\"'&/\\@!?()<>[]{}|#*^%"
"""Delimiters as the designer stores them."""

_BREAK = "\x1f"

FOLD_COMPATIBILITY, PRECOMPOSED, FOLD_DIGITS, EXPAND_LIGATURES = 0x10, 0x20, 0x80, 0x2000
"""Bits of FuzzyComparisonFlagsEx: those of Windows' FoldString."""

_LIGATURES = str.maketrans(
    {
        "ß": "ss", "Æ": "AE", "æ": "ae", "Ĳ": "IJ", "ĳ": "ij", "Œ": "OE", "œ": "oe", "Ǆ": "DŽ", "ǅ": "Dž", "ǆ": "dž",
        "Ǉ": "LJ", "ǈ": "Lj", "ǉ": "lj", "Ǌ": "NJ", "ǋ": "Nj", "ǌ": "nj", "Ǳ": "DZ", "ǲ": "Dz", "ǳ": "dz", "Ǽ": "ÁÉ",
        "ǽ": "áé", "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st",
    }
)  # fmt: skip


def mapped(text: str, extended: int) -> str:
    """A text as the extended flags see it.

    >>> mapped("ﬁne æ ٣", EXPAND_LIGATURES | FOLD_DIGITS)
    'fine ae 3'
    """
    if extended & FOLD_COMPATIBILITY:
        text = "".join(unicodedata.normalize("NFKC", c) if "\uf900" <= c <= "\uffef" else c for c in text)
    if extended & PRECOMPOSED:
        text = unicodedata.normalize("NFC", text)
    if extended & FOLD_DIGITS:
        text = "".join(str(unicodedata.digit(c, c)) for c in text)
    return text.translate(_LIGATURES) if extended & EXPAND_LIGATURES else text


def tokenise(texts: pl.Series, delimiters: str, flags: int, extended: int = 0) -> pl.Series:
    """The tokens of each text as the comparison flags see them; a list without tokens for NULL.

    >>> import polars as pl
    >>> tokenise(pl.Series(["Main St. 5", None]), " .", 1).to_list()
    [['main', 'st', '5'], []]
    """
    import polars as pl

    values = texts.cast(pl.String).fill_null("")
    if extended:
        values = values.map_elements(lambda text: mapped(text, extended), return_dtype=pl.String)
    if delimiters:
        values = values.str.replace_all(f"[{re.escape(delimiters)}]", _BREAK)
    values = fold(values, flags)
    return values.str.split(_BREAK).list.eval(pl.element().filter(pl.element() != ""))


@lru_cache(maxsize=65536)
def grams(token: str) -> frozenset[str]:
    """The q-grams of a token; a shorter token is its own one.

    >>> sorted(grams("hello")), sorted(grams("st"))
    (['ello', 'hell'], ['st'])
    """
    if len(token) <= Q:
        return frozenset((token,))
    return frozenset(token[at : at + Q] for at in range(len(token) - Q + 1))
