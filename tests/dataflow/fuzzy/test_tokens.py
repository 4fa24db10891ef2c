"""Tokens and q-grams."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dtserve.dataflow.fuzzy.tokens import DEFAULT_DELIMITERS, Q, grams, tokenise


@pytest.mark.parametrize(
    ("text", "flags", "tokens"),
    [
        ("O'Neill & Sons, Ltd.", 1, ["o", "neill", "sons", "ltd"]),
        ("Ünal  \t Größe", 3, ["unal", "große"]),
        ("Ünal", 0, ["Ünal"]),
        ("ＡＢ ｱ", 0x20001, ["ab", "ア"]),
        ("a+b €5", 5, ["ab", "5"]),
        ("", 1, []),
        (None, 1, []),
        (" ,;", 1, []),
    ],
)
def test_tokens(text, flags, tokens):
    assert tokenise(pl.Series([text], dtype=pl.String), DEFAULT_DELIMITERS, flags).to_list() == [tokens]


def test_without_delimiters_a_text_is_one_token():
    assert tokenise(pl.Series(["a b"]), "", 0).to_list() == [["a b"]]


def test_delimiters_are_signs_and_no_pattern():
    assert tokenise(pl.Series([r"a-c]d^e\f"]), "]-^\\", 0).to_list() == [["a", "c", "d", "e", "f"]]


@given(st.text(min_size=1, max_size=12))
def test_grams(token):
    found = grams(token)
    assert found
    assert all(gram in token and len(gram) == min(Q, len(token)) for gram in found)
