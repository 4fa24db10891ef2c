"""Short keys have numbers in the order of first appearance, whatever their types, also when their words look alike."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.dataflow.group_numbers import GroupNumbers
from dtserve.dataflow.word_table import WordTable, key_words

SHORT = {
    pl.String(): st.text("ab\x00\u00e9", max_size=6),
    pl.Boolean(): st.booleans(),
    pl.Int32(): st.sampled_from([-(2**31), -1, 0, 1, 2**31 - 1]),
    pl.UInt8(): st.integers(0, 3),
    pl.Date(): st.sampled_from([dt.date(1, 1, 1), dt.date(2024, 2, 29)]),
}


@settings(max_examples=80, deadline=None)
@given(data=st.data(), batch=st.integers(1, 30))
def test_numbers_are_those_of_a_dictionary(data, batch):
    types = data.draw(st.lists(st.sampled_from(list(SHORT)), min_size=1, max_size=2))
    rows = data.draw(st.lists(st.tuples(*(st.none() | SHORT[t] for t in types)), max_size=60))
    schema = {f"{at}": dtype for at, dtype in enumerate(types)}
    whole = pl.DataFrame(rows, schema=schema, orient="row")
    table, known = WordTable(len(key_words(whole.clear()) or [])), {}
    for start in range(0, len(rows), batch):
        before = len(known)
        expected = [known.setdefault(row, len(known)) for row in rows[start : start + batch]]
        numbers, new = table.numbers(key_words(whole.slice(start, batch)))
        assert numbers.tolist() == expected
        assert new.tolist() == [expected.index(number) for number in range(before, len(known))]
    assert table.count == len(known)


@pytest.mark.parametrize(
    "column",
    [
        pl.Series(["a text of thirteen"]),
        pl.Series([None, 1], dtype=pl.Int64),
        pl.Series([1.5]),
        pl.Series([b"x"]),
        pl.Series([1], dtype=pl.UInt64),
    ],
)
def test_what_is_not_short_has_no_words(column):
    assert key_words(column.to_frame()) is None


def test_too_many_columns_have_no_words():
    assert key_words(pl.DataFrame({f"{at}": ["x"] for at in range(3)})) is None
    assert len(key_words(pl.DataFrame({f"{at}": ["x"] for at in range(2)}))) == 4


def test_many_keys_of_few_slots(monkeypatch):
    monkeypatch.setattr(WordTable, "_slots", lambda self, words: np.zeros(len(words[0]), dtype=np.int64) + 3)
    table = WordTable(1)
    rows = pl.Series([5, 7, 5, 9, 7, 11] * 20, dtype=pl.Int32)
    for _ in range(2):
        numbers, _ = table.numbers(key_words(rows.to_frame()))
        assert numbers.tolist() == [0, 1, 0, 2, 1, 3] * 20


def test_a_long_key_after_short_ones_goes_on_with_the_same_numbers():
    table = GroupNumbers(pl.DataFrame(schema={"k": pl.String}))
    assert table.numbers(pl.DataFrame({"k": ["b", "a", None, "b"]}))[0].tolist() == [0, 1, 2, 0]
    numbers, new = table.numbers(pl.DataFrame({"k": ["a", "a text that is long", None, "a text that is long", "c"]}))
    assert numbers.tolist() == [1, 3, 2, 3, 4]
    assert new.tolist() == [1, 4]
    assert table.numbers(pl.DataFrame({"k": ["c", "b"]}))[0].tolist() == [4, 0]
    assert table.keys["k"].to_list() == ["b", "a", None, "a text that is long", "c"]
    assert table.size > 0


def test_the_table_grows_with_its_keys():
    table = WordTable(1)
    for start in range(0, 300_000, 20_000):
        rows = pl.int_range(start, start + 40_000, eager=True, dtype=pl.Int32).alias("k")
        numbers, new = table.numbers(key_words(rows.to_frame()))
        assert (numbers == rows.to_numpy()).all()
        assert len(new) == (40_000 if start == 0 else 20_000)
    assert table.size < 40 * table.count
