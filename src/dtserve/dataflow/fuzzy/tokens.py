"""Texts as tokens and q-grams."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from dtserve.dataflow.collation import fold

if TYPE_CHECKING:
    import polars as pl

__all__ = ["DEFAULT_DELIMITERS", "Q", "grams", "tokenise"]

Q = 4
"""Length of a q-gram; the documented example (*helo* does not find *hello*) says four."""

DEFAULT_DELIMITERS = " \t\r\n,.;:-\"'&/\\@!?()<>[]{}|#*^%"
"""Delimiters as the designer stores them."""

_BREAK = "\x1f"


def tokenise(texts: pl.Series, delimiters: str, flags: int) -> pl.Series:
    """The tokens of each text as the comparison flags see them; a list without tokens for NULL.

    >>> import polars as pl
    >>> tokenise(pl.Series(["Main St. 5", None]), " .", 1).to_list()
    [['main', 'st', '5'], []]
    """
    import polars as pl

    values = texts.cast(pl.String).fill_null("")
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
