"""Comparison flags and linguistic order."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.dataflow.collation import IGNORE_CASE, IGNORE_SYMBOLS, STRING_SORT, SortKeys, fold


@pytest.fixture(scope="module")
def keys():
    made = SortKeys(1033)
    yield made
    made.close()


def in_order(keys, texts, flags=0):
    return [texts[i] for i in keys.hexadecimal(pl.Series(texts, dtype=pl.String), flags).arg_sort()]


def test_word_sort_puts_hyphened_words_beside_the_plain_ones(keys):
    texts = ["co-op", "coop", "con", "co op", "it's", "its", "Coop"]
    assert in_order(keys, texts) == ["co op", "con", "coop", "co-op", "Coop", "its", "it's"]


def test_string_sort_takes_the_hyphen_as_a_sign(keys):
    assert in_order(keys, ["coop", "con", "co-op"], STRING_SORT) == ["co-op", "con", "coop"]


def test_lower_case_stands_before_upper_and_accents_after(keys):
    assert in_order(keys, ["b", "A", "á", "a", "B", None]) == [None, "a", "A", "á", "b", "B"]


def test_the_language_of_the_locale_counts():
    swedish = SortKeys(1053)
    assert in_order(swedish, ["ä", "z", "a"]) == ["a", "z", "ä"]
    swedish.close()


@pytest.mark.parametrize(
    ("flags", "same", "different"),
    [
        (0, ("a", "a"), ("a", "A")),
        (0, ("a ", "a "), ("a ", "a")),
        (1, ("straße", "STRAße"), ("a", "á")),
        (2, ("é", "e"), ("e", "E")),
        (3, ("É", "e"), ("a", "b")),
        (4, ("a-b", "ab"), ("a1", "ab")),
        (4, (" New York", "New*York"), ("New York", "NewYork1")),
        (4, ("a\u3000b\u20ac", "ab"), ("a", "A")),
        (1, ("\u039f\u0394\u039f\u03a3", "\u03bf\u03b4\u03bf\u03c3"), ("\u03c3", "\u03c4")),
        (1, ("\u03c2", "\u03a3"), ("\u03c3", "\u03c4")),
        (2, ("\u304c", "\u304b"), ("\u304c", "\u30ab")),
        (0x10000, ("\u30fd\u30f4", "\u309d\u3094"), ("\uff76", "\u304b")),
        (0x20000, ("\uff76\uff9e\u3000\uff01", "\u30ac !"), ("\u00b2", "2")),
        (0x20000, ("\uffe6", "\u20a9"), ("\ufb01", "fi")),
        (0x10000, ("カナ", "かな"), ("カ", "キ")),
        (0x20000, ("ＡＢ", "AB"), ("A", "B")),
        (0x30003, ("ｶ", "か"), ("か", "き")),
    ],
)
def test_flags_say_what_is_equal(keys, flags, same, different):
    for (a, b), expected in ((same, True), (different, False)):
        texts = pl.Series([a, b])
        assert (fold(texts, flags).n_unique() == 1) is expected
        assert (keys.hexadecimal(texts, flags).n_unique() == 1) is expected


@settings(max_examples=40, deadline=None)
@given(st.lists(st.none() | st.text(max_size=6), min_size=1, max_size=20), st.sampled_from([0, 1, 2, 4, 0x30003]))
def test_keys_are_equal_exactly_when_folded_texts_are(texts, flags):
    keys = SortKeys(1033)
    series = pl.Series(texts, dtype=pl.String)
    pairs = pl.DataFrame({"f": fold(series, flags), "k": keys.hexadecimal(series, flags)}).unique()
    assert pairs["f"].n_unique() == pairs["k"].n_unique() == pairs.height
    keys.close()


PLAIN = st.text("abzABZ019 ", max_size=6)


@pytest.mark.parametrize("locale", [1033, 1031, 1036, 1043])
@pytest.mark.parametrize("flags", [0, IGNORE_CASE, STRING_SORT, IGNORE_CASE | IGNORE_SYMBOLS])
@settings(max_examples=30, deadline=None)
@given(texts=st.lists(st.none() | PLAIN, min_size=1, max_size=40))
def test_plain_texts_sort_without_the_collator_as_with_it(locale, flags, texts):
    keys = SortKeys(locale)
    values = pl.Series("t", texts, dtype=pl.String)
    quick, slow = keys.columns(values, flags), keys.binary(values, flags)
    keys.close()
    assert quick[0][0].dtype == pl.String
    frame = pl.DataFrame([slow.alias("slow"), *(c.alias(f"q{at}") for at, (c, _) in enumerate(quick))])
    names = frame.columns[1:]
    ranked = frame.sort(names, descending=[down for _, down in quick], maintain_order=True)["slow"]
    assert ranked.to_list() == frame.sort("slow", maintain_order=True)["slow"].to_list()
    if not flags & IGNORE_CASE:
        assert frame.select(names).n_unique() == frame["slow"].n_unique()


@pytest.mark.parametrize(("locale", "text"), [(1033, "a-b"), (1033, "\u00e4"), (1030, "aa"), (1029, "ch")])
def test_other_texts_and_languages_need_the_collator(locale, text):
    keys = SortKeys(locale)
    ((column, down),) = keys.columns(pl.Series([text, None, "b"]))
    keys.close()
    assert (column.dtype, down, column.null_count()) == (pl.Binary, False, 1)
