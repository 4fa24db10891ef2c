"""Sentences and words of an English text, by the boundaries that SSIS documents for its term components.

Words are kept together by hyphens and underscores beside letters; acronyms lose their
periods; what follows an apostrophe is cut off, or split off in a contraction (*we're*).
Line breaks end a sentence only when there are two or more in a row. Characters beyond
``z`` end a sentence, too, so that texts must be English.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from dtserve.dataflow.english.lexicon import BEFORE_IS

__all__ = ["Word", "sentences"]

_ACRONYM = re.compile(r"(?<![A-Za-z0-9.])((?:[A-Za-z]\.){2,}[A-Za-z]?|(?:[A-Za-z]\.)+[A-Za-z])(?![A-Za-z0-9])")
_BOUNDARY = re.compile(
    r"[\r\n]{2,}|(?<![A-Za-z])[-_]+(?![A-Za-z])|[\x00-\x08\x0b\x0c\x0e-\x19]|[^\x00-\x7a]|[%@&$#*:;.,!?<>+=^~|\\/()\[\]{}\"]"
)
_SPACE = re.compile(r"[ \t\r\n]+")
_CONTRACTIONS = re.compile(r"(?i)([a-z]+)'(re|ve|ll|d|m|t)$")


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it stands in its sentence; ``first`` is true at the beginning of one."""

    text: str
    first: bool


def sentences(text: str) -> list[list[Word]]:
    """The sentences of a text as lists of words.

    >>> [[w.text for w in s] for s in sentences("The A.B.C Company's date/time. Read-only, we're told")]
    [['The', 'ABC', 'Company', 'date'], ['time'], ['Read-only'], ['we', "'re", 'told']]
    """
    text = _ACRONYM.sub(lambda found: found[1].replace(".", ""), text.replace("\u2019", "'"))
    made = []
    for part in _BOUNDARY.split(text):
        words = [word for token in _SPACE.split(part) for word in _split(token)]
        if words:
            made.append([Word(word, at == 0) for at, word in enumerate(words)])
    return made


def _split(token: str) -> list[str]:
    """A token without quotation marks, possessive endings and hanging hyphens; contractions in two."""
    token = token.strip("'`-_")
    if not token:
        return []
    if "'" not in token:
        return [token]
    found = _CONTRACTIONS.fullmatch(token)
    if found is not None:
        return [found[1], f"'{found[2]}"]
    stem, _, rest = token.partition("'")
    if rest.lower() == "s" and stem.lower() in BEFORE_IS:
        return [stem, "'s"]
    return [stem] if stem else []
