"""Groups: every record once, around canonical records, as similar as the matcher says."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from dtserve.dataflow.fuzzy.grouping import group_records
from dtserve.dataflow.fuzzy.matcher import Matcher

RECORDS = st.lists(
    st.lists(st.text("abcde", min_size=4, max_size=6), min_size=1, max_size=3), min_size=1, max_size=12, unique_by=tuple
)


def grouped(records, counts=None, minimum=0.5, stopped=lambda: False):
    matcher = Matcher([pl.Series(records, dtype=pl.List(pl.String))], None, minimum=minimum, minima=(0.0,))
    return group_records(matcher, [records], [()] * len(records), counts or [1] * len(records), stopped)


@given(RECORDS, st.floats(0.3, 1))
def test_groups(records, minimum):
    found = grouped(records, minimum=minimum)
    assert len(found) == len(records)
    for at, member in enumerate(found):
        centre = found[member.canonical]
        assert (centre.canonical, centre.similarity) == (member.canonical, 1.0)
        assert member.similarity >= minimum - 1e-9 or member.canonical == at


def test_the_record_with_most_rows_is_canonical():
    records = [["contoso", "ltd"], ["kontoso", "ltd"]]
    assert [m.canonical for m in grouped(records, [1, 5])] == [1, 1]
    assert [m.canonical for m in grouped(records, [1, 1])] == [0, 0]


def test_a_record_goes_to_the_canonical_one_it_is_most_like():
    records = [["abcdefgh"], ["abcdefgx"], ["abcdefxx"], ["abcdxxxx"], ["abcxxxxx"]]
    found = grouped(records, minimum=0.8)
    assert all(m.similarity >= 0.8 for m in found)


def test_stopping():
    assert grouped([["abcd"]], stopped=lambda: True) == []
