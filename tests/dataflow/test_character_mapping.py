"""LCMapString's mappings over columns."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.dataflow import character_mapping as cm


def mapped(texts, flags, locale=1033):
    return cm.map_text(pl.Series(texts, dtype=pl.String), flags, locale).to_list()


@pytest.mark.parametrize(
    ("flags", "text", "expected"),
    [
        (cm.LOWER, "ÀBC İ", "àbc İ"),
        (cm.UPPER, "straße ÿ", "STRAßE Ÿ"),
        (cm.HIRAGANA, "カタカナヴ", "かたかなゔ"),
        (cm.KATAKANA, "ひらがな", "ヒラガナ"),
        (cm.FULL_WIDTH, "aｶﾞﾊﾟ", "ａガパ"),
        (cm.HALF_WIDTH, "ａガパ", "aｶﾞﾊﾟ"),
        (cm.BYTE_REVERSAL, "AB", "\u4100\u4200"),
        (cm.FULL_WIDTH | cm.HIRAGANA, "ｶﾅ", "かな"),
    ],
)
def test_flags(flags, text, expected):
    assert mapped([text, None, ""], flags) == [expected, None, ""]


def test_the_dotted_i_of_turkish():
    assert mapped(["iI"], cm.UPPER | cm.LINGUISTIC, 1055) == ["İI"]
    assert mapped(["İI"], cm.LOWER | cm.LINGUISTIC, 1055) == ["iı"]
    assert mapped(["iI"], cm.UPPER | cm.LINGUISTIC) == ["II"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.none() | st.text(max_size=8), max_size=8), st.sampled_from([cm.LOWER, cm.UPPER]))
def test_case_keeps_the_number_of_characters(texts, flags):
    found = mapped(texts, flags)
    assert [None if t is None else len(t) for t in texts] == [None if t is None else len(t) for t in found]
