"""Nouns and noun phrases of a text, in normal form.

A noun phrase is the longest run of adjectives, numbers and nouns that ends with a noun and
has two words or more. The last word of a term is put into the singular; a word that is
capitalised only because it begins a sentence loses its capital.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dtserve.dataflow.english.stems import singular
from dtserve.dataflow.english.tagger import Tag, tag
from dtserve.dataflow.english.words import Word, sentences

__all__ = ["BOTH", "NOUNS", "PHRASES", "normalised", "terms"]

NOUNS, PHRASES, BOTH = 0, 1, 2
"""WordOrPhrase: what is extracted."""


def terms(text: str, kind: int, longest: int) -> Iterator[str]:
    """The terms of a text in their order, each as often as it occurs, of at most ``longest`` words.

    >>> list(terms("Many beautiful blue bicycles. The bicycles were boxed.", BOTH, 12))
    ['bicycle', 'beautiful blue bicycle', 'bicycle']
    """
    for sentence in sentences(text):
        tags = tag(sentence)
        run: list[int] = []
        for at in range(len(sentence) + 1):
            if at < len(sentence) and tags[at] is not Tag.OTHER:
                run.append(at)
                continue
            yield from _of_run(sentence, tags, run, kind, longest)
            run.clear()


def _of_run(
    sentence: Sequence[Word], tags: Sequence[Tag], run: Sequence[int], kind: int, longest: int
) -> Iterator[str]:
    nouns = [at for at in run if tags[at].is_noun]
    if not nouns:
        return
    if kind != PHRASES and longest >= 1:
        for at in nouns:
            yield singular(normalised(sentence[at], proper=tags[at].is_proper))
    phrase = [at for at in run if at <= nouns[-1]]
    if kind != NOUNS and 2 <= len(phrase) <= longest:
        words = [normalised(sentence[at], proper=tags[at].is_proper) for at in phrase]
        yield " ".join([*words[:-1], singular(words[-1])])


def normalised(word: Word, *, proper: bool = False) -> str:
    """A word without the capital that it has as the first one of its sentence."""
    if word.first and not proper and word.text[1:] == word.text[1:].lower():
        return word.text.lower()
    return word.text
