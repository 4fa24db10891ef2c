"""Columns from Arrow arrays, and Arrow's dictionary encoding, without pyarrow's ``compute`` module.

Polars loads that module when it is given an array of pyarrow, and pyarrow when a method of an
array computes: it makes a Python function for each of some hundred kernels, which takes a
twelfth of a second before the first row of a data flow is there.
"""

from __future__ import annotations

from typing import Any

import polars as pl
import pyarrow as pa

__all__ = ["dictionary", "from_array"]


class _Exported:
    """An array that only shows Arrow's C interface, which Polars then takes."""

    def __init__(self, array: pa.Array) -> None:
        self._array = array

    def __arrow_c_array__(self, requested_schema: object | None = None) -> Any:
        return self._array.__arrow_c_array__(requested_schema)


def from_array(name: str, array: pa.Array) -> pl.Series:
    """The values of an array as a column, not copied where the types allow."""
    return pl.Series(_Exported(array)).alias(name)


def dictionary(array: pa.Array) -> pa.DictionaryArray:
    """The array with each distinct value once."""
    try:
        from pyarrow._compute import call_function  # what pyarrow.compute hands on, without the rest of it
    except ImportError:  # a pyarrow with other insides
        return array.dictionary_encode()
    return call_function("dictionary_encode", [array])
