"""Singulars."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dtserve.dataflow.english.lexicon import IRREGULAR_PLURALS, SINGULAR_IN_S
from dtserve.dataflow.english.stems import is_plural, singular


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("bicycles", "bicycle"), ("stories", "story"), ("potatoes", "potato"), ("boxes", "box"), ("dishes", "dish"),
        ("watches", "watch"), ("classes", "class"), ("buzzes", "buzz"), ("houses", "house"), ("geese", "goose"),
        ("Geese", "Goose"), ("Men", "Man"), ("policemen", "policeman"), ("grandchildren", "grandchild"),
        ("databases", "database"), ("glass", "glass"), ("bus", "bus"), ("analysis", "analysis"), ("news", "news"),
        ("Windows", "Windows"), ("gas", "gas"), ("CPUs", "CPU"), ("SQL", "SQL"), ("amen", "amen"), ("pies", "pie"),
        ("specimen", "specimen"), ("People", "Person"), ("data", "data"),
    ],
)  # fmt: skip
def test_singular(word, stem):
    assert singular(word) == stem
    assert is_plural(word) is (word != stem)


@pytest.mark.parametrize("word", sorted(SINGULAR_IN_S | set(IRREGULAR_PLURALS.values())))
def test_singulars_stay(word):
    assert singular(word) == word


@given(st.text("abcdefghiesy", min_size=1, max_size=10))
def test_a_singular_is_never_empty_and_capitals_stay(word):
    assert singular(word)
    assert singular(word.capitalize()).lower() == singular(word)
