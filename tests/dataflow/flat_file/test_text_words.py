"""Both forms of text words give the bytes of the texts."""

import numpy as np
import polars as pl
import pytest

from dtserve.dataflow.flat_file.text_words import Joined, text_words, too_many_bits

SHORT = ["2024-01-31", "", None, "12.50", "é", "123456789012", "7", "12345678"]
COLUMNS = {
    "short": pl.Series(SHORT),
    "long": pl.Series([*SHORT, "2024-01-31 23:59:59"]),
    "a slice": pl.Series(["x", *SHORT]).slice(1),
    "pieces": pl.concat([pl.Series(SHORT[:3]), pl.Series(SHORT[3:])], rechunk=False),
    "without NULL": pl.Series(SHORT).drop_nulls(),
}


@pytest.mark.parametrize("name", COLUMNS)
@pytest.mark.parametrize("rows", [slice(0, 100), slice(1, 5)])
def test_heads_and_tails(name, rows):
    column = COLUMNS[name]
    words = text_words(column)
    texts = [(text or "").encode() for text in column.to_list()][rows]
    assert np.maximum(words.lengths, 0).tolist()[rows] == [len(text) for text in texts]
    for size, at in ((2, 0), (8, 0), (8, 2), (2, 10)):
        found = words.head(rows, size, at)
        for text, number in zip(texts, found.tolist(), strict=True):
            known = text[at : at + size]
            assert number.to_bytes(size, "little")[: len(known)] == known
    for text, number in zip(texts, words.tail(rows).tolist(), strict=True):
        if 0 < len(text) <= 8:
            assert number.to_bytes(8, "little")[8 - len(text) :] == text


def test_the_form_follows_the_longest_text():
    assert not isinstance(text_words(COLUMNS["short"]), Joined)
    assert isinstance(text_words(COLUMNS["long"]), Joined)
    assert isinstance(text_words(pl.Series([], dtype=pl.String)), Joined)


def test_too_many_bits():
    assert too_many_bits(np.array([-1, 0, 1, 8, 30])).tolist() == [63, 63, 56, 0, 0]
