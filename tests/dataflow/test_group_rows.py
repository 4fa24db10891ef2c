"""Rows and values are counted for each group; each column of a buffer is looked into once."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from dtserve.dataflow.group_rows import Counts, Places, Rows, Unfit


def test_counts_with_and_without_nulls():
    counts = Counts(["v", "w"])
    counts.add(np.array([0, 0]), Rows(pl.DataFrame({"v": [5, 6], "w": [1, 2]})), 1)
    counts.add(np.array([0, 0, 2]), Rows(pl.DataFrame({"v": [1, None, 3], "w": [1, 2, 3]})), 3)
    assert counts.of("v", 3).tolist() == [3, 0, 1]
    assert counts.of("w", 3).tolist() == counts.of("", 3).tolist() == [4, 0, 1]
    assert counts.size > 0


def test_values_are_taken_out_once():
    rows = Rows(pl.DataFrame({"v": [1, None, 3], "f": [0.5, 1.5, None], "all": [1, 2, 3]}))
    assert rows.values("v").tolist() == [1, 3]
    assert rows.values("v") is rows.values("v")
    assert rows.values("f").tolist() == [0.5, 1.5]
    assert rows.present("all") is None
    assert rows.groups("v", np.array([7, 8, 9])).tolist() == [7, 9]
    assert rows.groups("all", np.array([7, 8, 9])).tolist() == [7, 8, 9]


def test_what_has_more_than_64_bits_is_refused():
    with pytest.raises(Unfit):
        Rows(pl.DataFrame({"v": pl.Series([2**63], dtype=pl.UInt64)})).values("v")


def test_places_grow_and_keep_what_they_have():
    places = Places(-1, "int64")
    places.reach(2)[:] = [5, 6]
    assert places.reach(5)[:5].tolist() == [5, 6, -1, -1, -1]
    assert places.size >= 40
