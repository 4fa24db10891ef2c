"""The singular of English nouns."""

from __future__ import annotations

from functools import lru_cache

from dtserve.dataflow.english.lexicon import IRREGULAR_PLURALS, SINGULAR_IN_MEN, SINGULAR_IN_S

__all__ = ["is_plural", "singular"]


@lru_cache(maxsize=65536)
def singular(word: str) -> str:
    """The singular of a noun; what is none already comes back as it is, with its capitals.

    >>> [singular(w) for w in ("bicycles", "stories", "Geese", "boxes", "glass", "men")]
    ['bicycle', 'story', 'Goose', 'box', 'glass', 'man']
    """
    if word.endswith("s") and len(word) > 2 and word[:-1].isupper():
        return word[:-1]
    low = word.lower()
    found = IRREGULAR_PLURALS.get(low)
    if found is None:
        found = _compound(low) or _regular(low)
    if found == low:
        return word
    if word.isupper() and len(word) > 1 and not word.endswith("s"):
        return found.upper()
    kept = 0
    while kept < min(len(word), len(found)) and low[kept] == found[kept]:
        kept += 1
    rest = found[kept:]
    return (word[:kept] + rest) if kept else found[:1].upper() + found[1:] if word[:1].isupper() else found


def is_plural(word: str) -> bool:
    """Whether a word is the plural of another one."""
    return singular(word) != word


def _compound(low: str) -> str:
    """policemen, grandchildren, housewives: the irregular plural at the end of a longer word."""
    for plural in ("women", "men", "children", "people", "teeth", "feet", "wives", "knives", "shelves", "mice"):
        if low.endswith(plural) and len(low) > len(plural) + 2 and low not in SINGULAR_IN_MEN:
            return low[: -len(plural)] + IRREGULAR_PLURALS[plural]
    return ""


def _regular(low: str) -> str:
    if len(low) < 4 or not low.endswith("s") or low in SINGULAR_IN_S or low.endswith(("ss", "us", "is", "'s")):
        return low
    if low.endswith("ies") and len(low) > 4:
        return low[:-3] + "y"
    if low.endswith(("ches", "shes", "xes", "sses", "zzes")):
        return low[:-2]
    return low[:-1]
