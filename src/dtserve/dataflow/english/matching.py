"""Finding the terms of a reference in texts, for Term Lookup.

At each place of a sentence the shortest reference term that begins there counts, and the
search goes on behind it. The last word of a term may be a plural in the text where the
reference has only the singular; where it has the plural, the plural counts alone. A word that
begins a sentence may be capitalised. Terms with characters that separate words are
searched in the text as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from dtserve.dataflow.english.stems import singular
from dtserve.dataflow.english.words import Word, sentences

__all__ = ["TermFinder"]

Node = dict[str, "Node | str"]
_TERM = ""
"""Key of a node under which the reference term stands that ends there."""


class TermFinder:
    """The terms of a reference; ``sensitive`` makes upper and lower case differ."""

    def __init__(self, terms: Iterable[str], *, sensitive: bool) -> None:
        self._sensitive = sensitive
        self._root: Node = {}
        special: dict[str, str] = {}
        for term in terms:
            found = sentences(term)
            words = [word.text for sentence in found for word in sentence]
            if len(found) == 1 and " ".join(words) == " ".join(term.split()):
                self._add([self._key(word) for word in words], term)
            elif term.strip():
                special.setdefault(self._key(" ".join(term.split())), term)
        self._special = special
        pattern = "|".join(re.escape(key).replace(r"\ ", r"\s+") for key in sorted(special, key=len))
        self._pattern = re.compile(rf"(?<!\w)(?:{pattern})(?!\w)") if special else None

    def count(self, text: str) -> dict[str, int]:
        """How often each reference term occurs, in the order of the first occurrences."""
        counts: dict[str, int] = {}
        if self._pattern is not None:
            for found in self._pattern.findall(self._key(text)):
                term = self._special[" ".join(found.split())]
                counts[term] = counts.get(term, 0) + 1
        for sentence in sentences(text):
            at = 0
            while at < len(sentence):
                length, hit = self._at(sentence, at)
                if hit is not None:
                    counts[hit] = counts.get(hit, 0) + 1
                at += max(length, 1)
        return counts

    def _add(self, words: list[str], term: str) -> None:
        node = self._root
        for word in words:
            below = node.setdefault(word, {})
            if isinstance(below, str):
                return
            node = below
        node.setdefault(_TERM, term)

    def _at(self, sentence: list[Word], start: int) -> tuple[int, str | None]:
        """The shortest term that begins at a word: its length and the term."""
        nodes: list[Node] = [self._root]
        for at in range(start, len(sentence)):
            forms = self._forms(sentence[at])
            below = [found for node in nodes for form in forms if isinstance(found := node.get(form), dict)]
            ending = [str(node[_TERM]) for node in below if _TERM in node]
            if not ending:
                last = [self._key(singular(form)) for form in forms]
                single = [found for node in nodes for form in last if isinstance(found := node.get(form), dict)]
                ending = [str(node[_TERM]) for node in single if _TERM in node]
            if ending:
                return at - start + 1, ending[0]
            if not below:
                break
            nodes = below
        return 0, None

    def _forms(self, word: Word) -> list[str]:
        """How a word may stand in the reference."""
        forms = [self._key(word.text)]
        if self._sensitive and word.first and word.text[1:] == word.text[1:].lower():
            forms.append(word.text.lower())
        return list(dict.fromkeys(forms))

    def _key(self, text: str) -> str:
        return text if self._sensitive else text.lower()
