"""Sorting in memory and on disk gives what Python's sort gives."""

from __future__ import annotations

from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.dataflow import key_codes, sorting
from dtserve.dataflow.ordering import ColumnKey
from dtserve.dataflow.sorting import ExternalSort

ROWS = st.lists(st.tuples(st.none() | st.integers(0, 3), st.none() | st.sampled_from("abc")), max_size=40)


@pytest.mark.parametrize("memory", [2**30, 1])
@settings(max_examples=25, deadline=None)
@given(rows=ROWS, down=st.booleans(), batch=st.integers(1, 9))
def test_order_is_stable_and_nulls_stand_first(tmp_path_factory, memory, rows, down, batch):
    folder = tmp_path_factory.mktemp("sort")
    sort = ExternalSort(
        [ColumnKey("Name", down), ColumnKey("name", False)], nulls_first=True, memory=memory, folder=folder
    )
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


@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize("kind", [pl.String, pl.Binary])
def test_few_different_texts_sort_as_many_do(tmp_path, monkeypatch, down, kind):
    random = Random(7)
    names = [random.choice(["b", "a", "Z", "ab", "", "ä", None]) for _ in range(500)]
    frame = pl.DataFrame({"name": pl.Series(names).cast(kind), "at": range(500)})
    found = []
    for rows in (64, 1000):  # as numbers, and as they are
        monkeypatch.setattr(key_codes, "SAMPLE_ROWS", rows)
        sort = ExternalSort([ColumnKey("name", down)], nulls_first=True, memory=2**30, folder=tmp_path)
        sort.add(frame)
        found.append(pl.concat(sort.sorted()))
        sort.close()
    assert found[0].equals(found[1], null_equal=True)
    expected = sorted(range(500), key=lambda at: (names[at] is not None, (names[at] or "").encode()), reverse=down)
    assert [names[at] for at in expected] == [names[at] for at in found[0]["at"]]


@pytest.fixture
def small_steps(monkeypatch):
    """Runs of 50 rows, blocks of a few, so that few rows are many runs and steps."""
    monkeypatch.setattr(sorting, "RUN_ROWS", 50)
    monkeypatch.setattr(sorting, "BLOCK_BYTES", 200)
    monkeypatch.setattr(sorting, "LEAST_ROWS", 3)


def model(rows, down):
    return sorted(rows, key=lambda r: (r[0] is not None, r[0] or 0) if not down else (r[0] is None, -(r[0] or 0)))


@pytest.mark.parametrize("memory", [2**30, 20_000, 1])
@pytest.mark.parametrize("down", [False, True])
def test_many_runs_are_merged_in_order_of_arrival(tmp_path, small_steps, memory, down):
    random = Random(memory)
    rows = [(random.choice([None, *range(30)]), at) for at in range(4000)]
    sort = ExternalSort([ColumnKey("k", down)], nulls_first=True, memory=memory, folder=tmp_path)
    for at in range(0, len(rows), 70):
        part = rows[at : at + 70]
        sort.add(pl.DataFrame({"k": pl.Series([r[0] for r in part], dtype=pl.Int32), "at": [r[1] for r in part]}))
    found = [row for frame in sort.sorted() for row in frame.rows()]
    assert found == model(rows, down)
    assert sort.spilled is (memory < 2**30)
    sort.close()
    assert list(tmp_path.iterdir()) == []


def test_memory_stays_inside_the_limit(tmp_path):
    limit = 8 * 2**20
    sort = ExternalSort([ColumnKey("k", False)], nulls_first=True, memory=limit, folder=tmp_path)
    for at in range(40):
        sort.add(
            pl.DataFrame({"k": pl.int_range(50_000, 0, -1, eager=True), "t": [f"a text of some length {at}"] * 50_000})
        )
        assert sort.held <= limit
    assert sum(frame.height for frame in sort.sorted()) == 2_000_000
    sort.close()


def test_an_interrupted_sort_ends_at_its_next_step(tmp_path, small_steps):
    sort = ExternalSort([ColumnKey("k", False)], nulls_first=True, memory=1, folder=tmp_path)
    for at in range(200):
        sort.add(pl.DataFrame({"k": [at]}))
    frames = sort.sorted()
    next(frames)
    sort.interrupt()
    assert sum(frame.height for frame in frames) < 150
    sort.close()
    assert list(tmp_path.iterdir()) == []
