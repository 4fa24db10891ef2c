"""Columns from Arrow arrays have the values and types that Polars itself makes of them, without ``pyarrow.compute``."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal

import polars as pl
import pyarrow as pa
import pytest

from dtserve.datatypes.arrow_columns import dictionary, from_array

ARRAYS = {
    "whole": pa.array([1, None, -3], pa.int32()),
    "decimal": pa.array([Decimal("1.25"), None], pa.decimal128(18, 4)),
    "text": pa.array(["short", None, "a text that is longer than twelve bytes"], pa.large_string()),
    "bytes": pa.array([b"\x00", b"", None], pa.large_binary()),
    "none": pa.array([], pa.int64()),
    "part": pa.array(range(10), pa.int64()).slice(3, 4),
}

LOADED = """
import sys
import polars as pl
from decimal import Decimal
from dtserve.dataflow.column_views import decimals_with_nulls
from dtserve.datatypes.distinct import encode
import numpy as np
decimals_with_nulls("", np.array([1]), np.array([True]), pl.Decimal(18, 2))
encode(pl.Series(["a", "b", "a"]))
print("pyarrow.compute" in sys.modules)
"""


@pytest.mark.parametrize("name", ARRAYS)
def test_values_and_types_stay(name):
    made = from_array("x", ARRAYS[name])
    expected = pl.Series("x", ARRAYS[name])
    assert made.name == "x"
    assert made.dtype == expected.dtype
    assert made.equals(expected, null_equal=True)


def test_a_dictionary_has_each_value_once():
    found = dictionary(pa.array(["b", "a", None, "b"]))
    assert found.dictionary.to_pylist() == ["b", "a"]
    assert found.indices.to_pylist() == [0, 1, None, 0]


def test_other_insides_of_pyarrow_give_the_same(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow._compute", None)
    assert dictionary(pa.array(["b", "a", "b"])).indices.to_pylist() == [0, 1, 0]


def test_the_kernels_of_pyarrow_are_not_loaded():
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
