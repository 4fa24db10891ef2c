"""Nouns and phrases: the documented examples, lengths, normal forms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dtserve.dataflow.english.terms import BOTH, NOUNS, PHRASES, terms


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("many beautiful blue bicycles", BOTH, ["bicycle", "beautiful blue bicycle"]),
        ("the bicycle, my bicycle, and that bicycle", NOUNS, ["bicycle"] * 3),
        ("the highest mountain", PHRASES, ["highest mountain"]),
        ("You see many bicycles in Seattle. Bicycles are blue", NOUNS, ["bicycle", "Seattle", "bicycle"]),
        ("doctors appointments", PHRASES, ["doctors appointment"]),
        ("a bicycle helmet, boxed bicycles", PHRASES, ["bicycle helmet", "boxed bicycle"]),
        ("Windows 7 Professional", BOTH, ["Windows", "Professional", "Windows 7 Professional"]),
        ("Microsoft Corporation is in Redmond", PHRASES, ["Microsoft Corporation"]),
        ("blue and green", BOTH, []),
        ("", BOTH, []),
    ],
)
def test_terms(text, kind, found):
    assert list(terms(text, kind, 12)) == found


def test_lengths():
    text = "the new blue bicycle helmet"
    assert list(terms(text, PHRASES, 4)) == ["new blue bicycle helmet"]
    assert list(terms(text, PHRASES, 3)) == []
    assert list(terms(text, BOTH, 1)) == ["bicycle", "helmet"]


@given(st.text("abcdeghilnoprst .,ABC2", max_size=60))
def test_both_is_nouns_and_phrases(text):
    nouns, phrases = list(terms(text, NOUNS, 5)), list(terms(text, PHRASES, 5))
    assert sorted(terms(text, BOTH, 5)) == sorted([*nouns, *phrases])
    assert all(" " not in noun for noun in nouns)
    assert all(1 < len(phrase.split()) <= 5 for phrase in phrases)
