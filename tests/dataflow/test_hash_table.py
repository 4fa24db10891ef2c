"""The hash table of Lookup against a dictionary."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.dataflow.hash_table import HashTable

KEYS = st.tuples(st.none() | st.integers(-3, 3), st.none() | st.sampled_from(["a", "A", "a ", "", "é"]))


def frame_of(rows):
    return pl.DataFrame(
        {"i": pl.Series([r[0] for r in rows], dtype=pl.Int32), "t": pl.Series([r[1] for r in rows], dtype=pl.String)}
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(KEYS, max_size=40), st.lists(KEYS, max_size=40))
def test_first_row_of_equal_keys_is_found(reference, probes):
    table = HashTable(frame_of(reference), ["i", "t"])
    first = {}
    for at, key in enumerate(reference):
        first.setdefault(key, at)
    assert table.find(frame_of(probes)).tolist() == [first.get(key, -1) for key in probes]
    assert table.duplicates == len(reference) - len(first)


def test_many_rows():
    benchmark_rows = 200_000
    rng = np.random.default_rng(1)
    reference = pl.DataFrame({"k": rng.permutation(benchmark_rows)})
    table = HashTable(reference, ["k"])
    probe = pl.DataFrame({"x": rng.integers(0, 2 * benchmark_rows, 50_000)})
    found = table.find(probe)
    hit = found >= 0
    assert (hit == (probe["x"].to_numpy() < benchmark_rows)).all()
    assert (reference["k"].to_numpy()[found[hit]] == probe["x"].to_numpy()[hit]).all()
    assert table.duplicates == 0
