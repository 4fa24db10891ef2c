"""Finding rows: the index finds what comparing every row finds, in bounded memory, fast enough to use."""

from __future__ import annotations

import random

import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

from dtserve.dataflow.fuzzy import matcher as module
from dtserve.dataflow.fuzzy.matcher import Matcher, confidences
from dtserve.dataflow.fuzzy.tokens import grams

WORDS = ["boeing", "company", "bonbon", "corporation", "contoso", "limited", "street", "avenue"]
ROW = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4)


def made(rows, *, minimum=0.0, minima=(0.0,), exact=None, exhaustive=False):
    tokens = [pl.Series(column, dtype=pl.List(pl.String)) for column in rows]
    return Matcher(tokens, exact, minimum=minimum, minima=minima, exhaustive=exhaustive)


@given(st.lists(ROW, min_size=1, max_size=12), ROW)
@example([["boeing"], ["company"], ["boeing"] * 4], ["boeing", "company", "company", "company"])
def test_the_index_finds_the_best_row(rows, wanted):
    by_index = made([rows], minimum=0.4).find([wanted], limit=1)
    every = made([rows], minimum=0.4, exhaustive=True).find([wanted], limit=1)
    if every and any(grams(one) & grams(other) for one in rows[every[0].row] for other in wanted):
        assert [match.similarity for match in by_index] == [match.similarity for match in every]
    else:
        assert [match.similarity for match in by_index] <= [match.similarity for match in every]


@given(st.lists(ROW, min_size=1, max_size=12), ROW, st.floats(0, 1))
def test_matches_are_in_order_and_above_the_least_similarity(rows, wanted, minimum):
    found = made([rows], minimum=minimum).find([wanted], limit=5)
    values = [match.similarity for match in found]
    assert values == sorted(values, reverse=True)
    assert all(value >= minimum - 1e-9 for value in values)
    assert len({match.row for match in found}) == len(found)
    if wanted in rows:
        assert found[0].similarity == 1.0
        assert rows[found[0].row] == wanted


def test_columns_count_together_and_alone():
    rows = [[["boeing"], ["boeing"]], [["seattle"], ["renton"]]]
    (match,) = made(rows, minimum=0.6, minima=(0.0, 0.0)).find([["boeing"], ["renton"]], limit=1)
    assert (match.row, match.columns) == (1, (1.0, 1.0))
    found = made(rows, minima=(0.0, 0.9)).find([["boeing"], ["renton"]], limit=5)
    assert [each.row for each in found] == [1]


def test_exact_columns():
    exact = pl.DataFrame({"a": [1, 2, None]})
    found = made([[["boeing"]] * 3], exact=exact)
    assert [found.find([["boeing"]], (key,), limit=5)[0].row for key in (1, 2, None)] == [0, 1, 2]
    assert found.find([["boeing"]], (3,), limit=5) == []


def test_an_empty_reference_and_an_empty_row():
    assert made([[]]).find([["boeing"]], limit=1) == []
    assert made([[["boeing"]]]).find([[]], limit=1) == []


def test_remembered_rows_are_bounded(monkeypatch):
    monkeypatch.setattr(module, "REMEMBERED", 3)
    found = made([[[word] for word in WORDS]])
    for word in WORDS * 2:
        assert found.find([[word]], limit=1)[0].similarity == 1.0
    assert len(found._known) == 3


def test_misspelled_rows_of_a_large_reference_are_found():
    draw = random.Random(7)
    words = ["".join(draw.choice("abcdefghijklmnop") for _ in range(draw.randint(5, 10))) for _ in range(3000)]
    rows = [
        [draw.choice(words), draw.choice(words), draw.choice(("street", "road")), str(at % 100)] for at in range(20_000)
    ]
    found = made([rows], minimum=0.5)
    right = 0
    for at in draw.sample(range(len(rows)), 200):
        token = list(rows[at][0])
        token[draw.randrange(len(token))] = "z"
        (match, *_) = found.find([["".join(token), *rows[at][1:]]], limit=1) or (None,)
        right += match is not None and rows[match.row] == rows[at]
    assert right >= 198
    assert found.estimated_bytes < 50_000_000


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_confidences(values):
    found = confidences(values)
    assert all(0 <= value <= 1 for value in found)
    assert abs(sum(found) - 1) < 1e-9 or sum(found) == 0
