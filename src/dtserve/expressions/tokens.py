"""Tokens of a text, as TOKEN and TOKENCOUNT see them."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["nth_pattern", "pattern", "split"]


def _members(delimiters: str) -> str:
    """The delimiters inside a character class, in the common syntax of Python and Rust."""
    return "".join("\\" + char if char in "\\]^[-&~" else char for char in delimiters)


@lru_cache(maxsize=256)
def pattern(delimiters: str) -> str:
    """A regular expression for one token."""
    return f"[^{_members(delimiters)}]+" if delimiters else "(?s).+"


@lru_cache(maxsize=256)
def nth_pattern(delimiters: str, occurrence: int) -> str:
    """A regular expression whose first group is token number ``occurrence`` of a whole text."""
    if not delimiters:
        return "(?s)^(.+)$" if occurrence == 1 else "[^\\s\\S]()"
    outside, inside = f"[{_members(delimiters)}]", f"[^{_members(delimiters)}]"
    return f"^{outside}*(?:{inside}+{outside}+){{{occurrence - 1}}}({inside}+)"


def split(text: str, delimiters: str) -> list[str]:
    """The tokens; leading, trailing and consecutive delimiters are skipped.

    >>> split("  a little  white dog", " ")
    ['a', 'little', 'white', 'dog']
    """
    return re.findall(pattern(delimiters), text)
