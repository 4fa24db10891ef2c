"""The hash table of Lookup against a dictionary."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.dataflow.hash_table import DirectTable, HashTable, index_of

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


class Colliding(HashTable):
    """Three hash values for all keys."""

    def _hash(self, frame):
        return frame.hash_rows(1).to_numpy() % 3


@settings(max_examples=60, deadline=None)
@given(st.lists(KEYS, max_size=40), st.lists(KEYS, max_size=40))
def test_keys_with_equal_hashes_are_told_apart(reference, probes):
    table = Colliding(frame_of(reference), ["i", "t"])
    first = {}
    for at, key in enumerate(reference):
        first.setdefault(key, at)
    assert table.find(frame_of(probes)).tolist() == [first.get(key, -1) for key in probes]
    assert table.duplicates == len(reference) - len(first)


@pytest.mark.parametrize("dtype", [pl.Int8, pl.UInt32, pl.Int64, pl.UInt64, pl.Date])
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_a_single_whole_number_key(dtype, data):
    least = 0 if dtype in (pl.UInt32, pl.UInt64, pl.Date) else -128
    keys = st.lists(st.none() | st.integers(least, 127), max_size=30)
    reference, probes = data.draw(keys), data.draw(keys)
    index = index_of(pl.DataFrame({"k": pl.Series(reference, dtype=pl.Int64).cast(dtype)}), ["k"])
    first = {}
    for at, key in enumerate(reference):
        first.setdefault(key, at)
    frame = pl.DataFrame({"x": pl.Series(probes, dtype=pl.Int64).cast(dtype)})
    assert index.find(frame).tolist() == [first.get(key, -1) for key in probes]
    assert index.duplicates == len(reference) - len(first)


def test_the_values_themselves_are_places_only_where_they_lie_close():
    far = 2**62
    assert isinstance(index_of(pl.DataFrame({"k": [5, 9, 7]}), ["k"]), DirectTable)
    assert isinstance(index_of(pl.DataFrame({"k": [-far, far]}), ["k"]), HashTable)
    assert isinstance(index_of(pl.DataFrame({"k": ["a"]}), ["k"]), HashTable)
    assert isinstance(index_of(pl.DataFrame({"k": [1], "l": [2]}), ["k", "l"]), HashTable)
    direct = index_of(pl.DataFrame({"k": [far, far + 3]}), ["k"])
    assert direct.find(pl.DataFrame({"k": [-far, far + 3, far, far + 1, 0, -(2**63), 2**63 - 1]})).tolist() == [
        -1, 1, 0, -1, -1, -1, -1,
    ]  # fmt: skip
