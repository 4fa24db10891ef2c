"""Columns of text fitted to a text type."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.datatypes import DT, TypeSpec, columns_text
from dtserve.datatypes.columns_text import fit_bytes_column, fit_text_column
from dtserve.datatypes.strings import fit_text

SPECS = [
    TypeSpec(DT.WSTR, length=3),
    TypeSpec(DT.STR, length=3, code_page=1252),
    TypeSpec(DT.STR, length=3, code_page=437),
    TypeSpec(DT.STR, length=3, code_page=65001),
    TypeSpec(DT.STR, length=3, code_page=932),
    TypeSpec(DT.STR, length=9, code_page=54936),
    TypeSpec(DT.STR, code_page=936),
    TypeSpec(DT.TEXT, code_page=1251),
    TypeSpec(DT.TEXT, code_page=932),
    TypeSpec(DT.NTEXT),
]
LETTERS = st.text(st.sampled_from("abé€Ж日ｱ😀\0\x81 "), max_size=6)


@pytest.mark.parametrize("spec", SPECS, ids=str)
@settings(max_examples=60, deadline=None)
@given(items=st.lists(st.none() | LETTERS, max_size=8))
def test_columns_fit_as_their_values(spec, items):
    result = fit_text_column(pl.Series(items, dtype=pl.String), spec)
    expected = [(None, False) if item is None else fit_text(item, spec) for item in items]
    assert result.values.to_list() == [text for text, _ in expected]
    cuts = result.truncated.to_list() if result.truncated is not None else [False] * len(items)
    assert cuts == [cut for _, cut in expected]
    assert result.errors is None


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("abcdef", TypeSpec(DT.WSTR, length=3)),
        ("Käse", TypeSpec(DT.WSTR, length=3)),
        ("Käse", TypeSpec(DT.STR, length=3, code_page=1252)),
        ("Käse", TypeSpec(DT.STR, length=4, code_page=1252)),
        ("日本", TypeSpec(DT.STR, length=4, code_page=932)),
        ("abcdef", TypeSpec(DT.STR, length=3, code_page=932)),
        ("abcdef", TypeSpec(DT.STR, length=3, code_page=65001)),
    ],
    ids=str,
)
def test_usual_texts_need_no_exact_rule(text, spec, monkeypatch):
    expected = fit_text(text, spec)
    monkeypatch.setattr(columns_text, "fit_text", None)
    result = fit_text_column(pl.Series([text, None, text]), spec)
    assert result.values.to_list() == [expected[0], None, expected[0]]
    assert (result.truncated is not None) is expected[1]


def test_bytes_are_cut_to_their_length():
    spec = TypeSpec(DT.BYTES, length=2)
    result = fit_bytes_column(pl.Series([b"abc", b"a", None]), spec)
    assert result.values.to_list() == [b"ab", b"a", None]
    assert result.truncated.to_list() == [True, False, False]
    assert fit_bytes_column(pl.Series([b"a"]), spec).truncated is None
    assert fit_bytes_column(pl.Series([b"abc"]), TypeSpec(DT.IMAGE)).values.to_list() == [b"abc"]
