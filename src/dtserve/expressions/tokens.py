"""Tokens of a text, as TOKEN and TOKENCOUNT see them."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["pattern", "split"]


@lru_cache(maxsize=256)
def pattern(delimiters: str) -> str:
    """A regular expression for one token, in the common syntax of Python and Rust."""
    if not delimiters:
        return r"(?s).+"
    return "[^" + "".join(re.escape(char) if char.isascii() else char for char in delimiters) + "]+"


def split(text: str, delimiters: str) -> list[str]:
    """The tokens; leading, trailing and consecutive delimiters are skipped.

    >>> split("  a little  white dog", " ")
    ['a', 'little', 'white', 'dog']
    """
    return re.findall(pattern(delimiters), text)
