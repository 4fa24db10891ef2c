"""Patterns of texts for the Column Pattern profile (CONTROL_FLOW §24).

A text is cut into tokens at delimiters (each run of them is one space) and symbols, which stay. A token of digits
becomes ``\\d{n}``, one of letters ``\\p{L}+`` (CaseSensitive: ``\\p{Lu}+``, ``\\p{Ll}+`` or ``\\p{Lu}\\p{Ll}+``), a mixed
one its runs; a term of the tag table becomes ``LookupTag=Tag``. How Microsoft's task generalises further is not published.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

__all__ = ["Tokenizer", "top_patterns"]

DELIMITERS = " \t\r\n"
SYMBOLS = ",.;:-\"'`~=&/\\@!?()<>[]{}|#*^%"
_RUNS = re.compile(r"(?P<d>\d+)|(?P<l>[^\W\d_]+)|(?P<o>.)", re.S)
_SPECIAL = set("\\.^$*+?()[]{}|# -")


@dataclass(frozen=True)
class Tokenizer:
    """What cuts a text, and the tags of terms in lower case."""

    delimiters: str = DELIMITERS
    symbols: str = SYMBOLS
    case_sensitive: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)

    def pattern(self, text: str) -> str:
        """The pattern of a text.

        >>> Tokenizer().pattern("98052-1234"), Tokenizer().pattern("(425) 123  Main")
        ('\\\\d{5}\\\\-\\\\d{4}', '\\\\(\\\\d{3}\\\\)\\\\ \\\\d{3}\\\\ \\\\p{L}+')
        """
        found: list[str] = []
        token = ""
        for character in text:
            if character in self.delimiters or character in self.symbols:
                found += self._token(token)
                token = ""
                mark = "\\ " if character in self.delimiters else _escaped(character)
                if mark != "\\ " or not found or found[-1] != "\\ ":
                    found.append(mark)
            else:
                token += character
        return "".join([*found, *self._token(token)])

    def _token(self, token: str) -> list[str]:
        if not token:
            return []
        tag = self.tags.get(token.lower())
        if tag is not None:
            return [f"LookupTag={tag} "]
        return [self._run(found) for found in _RUNS.finditer(token)]

    def _run(self, found: re.Match[str]) -> str:
        text = found[0]
        if found["d"]:
            return f"\\d{{{len(text)}}}" if len(text) > 1 else "\\d"
        if not found["l"]:
            return _escaped(text)
        if not self.case_sensitive:
            return "\\p{L}+"
        if text.isupper():
            return "\\p{Lu}+"
        if text.islower():
            return "\\p{Ll}+"
        return "\\p{Lu}\\p{Ll}+" if text.istitle() else "\\p{L}+"


def _escaped(character: str) -> str:
    return f"\\{character}" if character in _SPECIAL else character


def top_patterns(
    values: Iterable[tuple[str, int]], tokenizer: Tokenizer, *, maximum: int = 10, coverage: float = 95.0
) -> list[tuple[str, float]]:
    """The most frequent patterns until they cover so many percent, with their percentage of all values.

    >>> top_patterns([("1-2", 8), ("x", 1), ("33", 1)], Tokenizer(), coverage=85)
    [('\\\\d\\\\-\\\\d', 80.0), ('\\\\p{L}+', 10.0)]
    """
    counts: Counter[str] = Counter()
    for value, count in values:
        counts[tokenizer.pattern(value)] += count
    total = sum(counts.values())
    found: list[tuple[str, float]] = []
    covered = 0
    for pattern, count in counts.most_common(maximum):
        found.append((pattern, 100.0 * count / total))
        covered += count
        if 100.0 * covered / total >= coverage:
            break
    return found
