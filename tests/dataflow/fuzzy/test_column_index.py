"""The inverted index of one column."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from dtserve.dataflow.fuzzy import column_index
from dtserve.dataflow.fuzzy.column_index import ColumnIndex
from dtserve.dataflow.fuzzy.similarity import edit_distance

ROWS = [["boeing", "company"], ["bon", "company"], [], ["boeing", "boeing"]]


def index(rows):
    return ColumnIndex(pl.Series(rows, dtype=pl.List(pl.String)))


def test_rows_and_weights():
    found = index(ROWS)
    assert found.rows == 4
    assert [[token for token, _ in found.of_row(at)] for at in range(4)] == ROWS
    assert found.weight("bon") > found.weight("company") > 0
    assert found.weight("nobody") == found.average
    ((like, similarity),) = found.like("boeing")
    assert (found.rows_with(like).tolist(), similarity) == ([0, 3], 1.0)
    assert found.estimated_bytes > 0


def test_like_tokens_share_a_gram():
    found = index([["hello"], ["helloo"], ["cellos"], ["helo"]])
    assert [found.of_row(at)[0][0] for at, _ in found.like("hello")] == ["hello", "helloo", "cellos"]
    assert [similarity for _, similarity in found.like("helo")] == [1.0]
    assert found.like("xyz") == []


def test_an_empty_reference():
    for rows in ([], [[], []]):
        found = index(rows)
        assert (found.rows, found.average, found.like("a")) == (len(rows), 1.0, [])


def test_memory_of_candidates_is_bounded(monkeypatch):
    monkeypatch.setattr(column_index, "REMEMBERED", 2)
    found = index(ROWS)
    for token in ("boeing", "bon", "company", "boeing"):
        assert found.like(token)
    assert len(found._like) <= 2


@given(
    st.lists(st.lists(st.text("abc", min_size=1, max_size=6), max_size=4), max_size=12),
    st.text("abc", min_size=1, max_size=6),
)
def test_against_a_plain_model(rows, token):
    found = index(rows)
    for like, similarity in found.like(token):
        with_it = found.rows_with(like).tolist()
        (word,) = {t for row in with_it for t in rows[row] if abs(1 - edit_distance(token, t) - similarity) < 1e-6} & {
            found._words[like]
        }
        assert with_it == [at for at, row in enumerate(rows) if word in row]
    assert [[t for t, _ in found.of_row(at)] for at in range(len(rows))] == rows
