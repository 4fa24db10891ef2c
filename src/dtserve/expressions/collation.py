"""The order of text for ``<`` and ``>`` (EXPRESSIONS §6: locale-aware, sensitive to case and accents).

An approximation of Windows' word sort that needs no locale library: letters are compared
first without case and accents, then by accents, then lower case before upper case;
punctuation sorts before digits, digits before letters; hyphen and apostrophe count only
where nothing else differs. Equality is not decided here: ``==`` compares characters.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Any

from dtserve.expressions.switches import current

__all__ = ["sort_key"]

_Key = tuple[tuple[tuple[int, str], ...], str, str, str]
_IGNORED = "-'\u00ad\u2010\u2011"


@lru_cache(maxsize=65_536)
def _linguistic(text: str) -> _Key:
    plain = unicodedata.normalize("NFD", text)
    marks = "".join(char if unicodedata.combining(char) else "\x01" for char in plain)
    base = [char for char in plain if not unicodedata.combining(char)]
    primary = tuple((_group(part), part) for char in base if char not in _IGNORED for part in char.casefold())
    case = "".join("1" if char.isupper() else "0" for char in base)
    return primary, marks, case, text


def _group(char: str) -> int:
    if char.isalpha():
        return 3
    if char.isdigit():
        return 2
    return 0 if char.isspace() else 1


def sort_key(text: str) -> Any:
    """A key whose order is the order of texts.

    >>> sorted(["b", "A", "a", "Ä", "1", "_"], key=sort_key)
    ['_', '1', 'a', 'A', 'Ä', 'b']
    """
    return text if current().string_order == "ordinal" else _linguistic(text)
