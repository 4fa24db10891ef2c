"""The measure: bounds, equality, what each step costs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dtserve.dataflow.fuzzy.similarity import INSERTION, MOVE, edit_distance, transformation_cost

TOKENS = st.lists(st.tuples(st.text("abcd", min_size=1, max_size=5), st.floats(0.1, 9)), max_size=6)


@pytest.mark.parametrize(
    ("given_tokens", "wanted", "cost"),
    [
        ("a b", "a b", 0.0),
        ("", "", 0.0),
        ("a b", "a", 1.0),
        ("a", "a b", INSERTION),
        ("ab", "ac", 0.5),
        ("a b", "b a", MOVE),
        ("a b c", "c a b", MOVE),
        ("a a", "a", 1.0),
        ("", "a b", 2 * INSERTION),
        ("ab x", "x ac", 0.5 + MOVE),
    ],
)
def test_costs(given_tokens, wanted, cost):
    found = transformation_cost([(t, 1.0) for t in given_tokens.split()], [(t, 1.0) for t in wanted.split()])
    assert found == pytest.approx(cost)


def test_rare_tokens_cost_more():
    rare, common = [("xenon", 8.0), ("street", 1.0)], [("xenon", 8.0), ("road", 1.0)]
    assert transformation_cost(rare, common) < transformation_cost(rare, [("argon", 8.0), ("street", 1.0)])


@given(TOKENS, TOKENS)
def test_bounds(one, other):
    cost = transformation_cost(one, other)
    most = sum(w for _, w in one) * (1 + MOVE) + INSERTION * sum(w for _, w in other)
    assert 0 <= cost <= most + 1e-9
    assert transformation_cost(one, one) == 0


@given(st.text(max_size=8), st.text(max_size=8))
def test_edit_distances(one, other):
    distance = edit_distance(one, other)
    assert 0 <= distance <= 1
    assert (distance == 0) == (one == other)
    assert distance == edit_distance(other, one)
