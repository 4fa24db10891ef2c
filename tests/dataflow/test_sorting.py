"""Sorting in memory and on disk gives what Python's sort gives."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.dataflow.sorting import ExternalSort, spill_limit

ROWS = st.lists(st.tuples(st.none() | st.integers(0, 3), st.none() | st.sampled_from("abc")), max_size=40)


@pytest.mark.parametrize("memory", [2**30, 1])
@settings(max_examples=25, deadline=None)
@given(rows=ROWS, down=st.booleans(), batch=st.integers(1, 9))
def test_order_is_stable_and_nulls_stand_first(tmp_path_factory, memory, rows, down, batch):
    folder = tmp_path_factory.mktemp("sort")
    sort = ExternalSort([("Name", down), ("name", False)], nulls_first=True, memory=memory, folder=folder)
    for at in range(0, len(rows), batch):
        part = rows[at : at + batch]
        sort.add(
            pl.DataFrame(
                {
                    "Name": pl.Series([r[0] for r in part], dtype=pl.Int64),
                    "name": pl.Series([r[1] for r in part], dtype=pl.String),
                    "at": list(range(at, at + len(part))),
                }
            )
        )
    found = [row for frame in sort.sorted() for row in frame.rows()]
    assert sort.spilled is (memory == 1 and bool(rows))
    sort.close()
    expected = [(a, b, i) for i, (a, b) in enumerate(rows)]
    expected.sort(key=lambda r: (r[1] is not None, r[1] or ""))
    expected.sort(key=lambda r: -1 if r[0] is None else r[0], reverse=down)
    assert found == expected
    assert list(folder.iterdir()) == []


def test_the_limit_is_a_part_of_the_memory():
    assert spill_limit(2**30) == 2**28
    assert spill_limit(1) == 16 * 2**20
    assert spill_limit(0) > 16 * 2**20
