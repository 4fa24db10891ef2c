"""Sentences and words: the documented boundaries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dtserve.dataflow.english.words import sentences


def split(text):
    return [[word.text for word in sentence] for sentence in sentences(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("One two. Three", [["One", "two"], ["Three"]]),
        ("a\r\nb", [["a"], ["b"]]),
        ("a\nb\tc", [["a", "b", "c"]]),
        ("copy-protected and read_only", [["copy-protected", "and", "read_only"]]),
        ("a - b _ c 5-6", [["a"], ["b"], ["c", "5"], ["6"]]),
        ("the A.B.C Company", [["the", "ABC", "Company"]]),
        ("The U.S. market. E.g. x", [["The", "US", "market"], ["Eg", "x"]]),
        ("date/time (bicycle) C#", [["date"], ["time"], ["bicycle"], ["C"]]),
        ("bicycle's 'quoted' rock'n", [["bicycle", "quoted", "rock"]]),
        ("we're it's O\u2019Neill's", [["we", "'re", "it", "'s", "O"]]),
        ("January 31, 2004", [["January", "31"], ["2004"]]),
        ("A23B#99", [["A23B"], ["99"]]),
        ("caf\xe9 x\x07y {z}", [["caf"], ["x"], ["y"], ["z"]]),
        ("", []),
        (" .,; - ' ", []),
    ],
)
def test_boundaries(text, found):
    assert split(text) == found


def test_the_first_word_of_a_sentence_is_marked():
    assert [[word.first for word in sentence] for sentence in sentences("A b c. D")] == [[True, False, False], [True]]


@given(st.text(max_size=80))
def test_any_text_gives_words_of_its_own_characters(text):
    for sentence in sentences(text):
        assert sentence
        for word in sentence:
            assert word.text
            assert all(character.isascii() for character in word.text)
