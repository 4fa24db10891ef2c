"""The lists of words: lower case, no word that two lists which exclude each other have."""

from __future__ import annotations

from dtserve.dataflow.english import lexicon


def test_words_are_in_lower_case():
    for name in lexicon.__all__:
        for word in getattr(lexicon, name):
            assert word == word.lower()
            assert word.strip()


def test_lists_that_exclude_each_other():
    assert not lexicon.NUMBERS & lexicon.FUNCTION_WORDS
    assert not lexicon.LY_NOUNS & lexicon.LY_ADJECTIVES
    assert not lexicon.PROPER_NAMES & lexicon.FUNCTION_WORDS
    assert not lexicon.NOUNS_LIKE_ADJECTIVES & lexicon.ADJECTIVES
