"""Looks into Polars columns through numpy, and columns made from numpy arrays.

The small questions about a column (how long are the texts, which values are NULL) are
answered from its buffers in the asking thread. Polars would hand them to its thread pool,
where they wait behind the long work of the other threads of the data flow.
"""

from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa

from dtserve.datatypes.arrow_columns import from_array

__all__ = ["byte_lengths", "decimals_with_nulls", "nulls", "rows_of", "small_decimals", "with_nulls"]

_ARROW: dict[str, pa.DataType] = {
    "int32": pa.int32(),
    "int64": pa.int64(),
    "uint32": pa.uint32(),
}


def rows_of(frame: pl.DataFrame, mask: pl.Series) -> pl.DataFrame:
    """The rows for which the mask is true."""
    columns = [column.filter(mask) for column in frame.get_columns()]
    return pl.DataFrame(columns) if columns else frame.filter(mask)


def byte_lengths(texts: pl.Series) -> np.ndarray:
    """The bytes of each text in UTF-8; -1 for NULL."""
    found = [_view_lengths(chunk) for chunk in texts.get_chunks()]
    return found[0] if len(found) == 1 else np.concatenate(found) if found else np.zeros(0, dtype=np.int32)


def _view_lengths(texts: pl.Series) -> np.ndarray:
    """From the string views: sixteen bytes each, the first four of them the length."""
    array = texts.to_arrow(compat_level=pl.CompatLevel.newest())
    if not len(array):
        return np.zeros(0, dtype=np.int32)
    views = np.frombuffer(array.buffers()[1], dtype=np.int32)
    lengths = views[array.offset * 4 : (array.offset + len(array)) * 4 : 4]
    return np.where(_valid(array), lengths, np.int32(-1)) if array.null_count else lengths


def _valid(array: pa.Array) -> np.ndarray:
    bits = np.unpackbits(np.frombuffer(array.buffers()[0], dtype=np.uint8), bitorder="little")
    return bits[array.offset : array.offset + len(array)].view(np.bool_)


def nulls(column: pl.Series) -> np.ndarray:
    """Which values are NULL."""
    if not column.null_count():
        return np.zeros(len(column), dtype=np.bool_)
    return np.concatenate(
        [
            ~_valid(array) if array.null_count else np.zeros(len(array), dtype=np.bool_)
            for array in (chunk.to_arrow() for chunk in column.get_chunks())
        ]
    )


def with_nulls(name: str, values: np.ndarray, valid: np.ndarray) -> pl.Series:
    """A column of numbers, NULL where they are not valid."""
    validity = pa.py_buffer(np.packbits(valid, bitorder="little"))
    values = np.ascontiguousarray(values)
    array = pa.Array.from_buffers(_ARROW[values.dtype.name], len(values), [validity, pa.py_buffer(values)])
    return from_array(name, array)


def decimals_with_nulls(name: str, unscaled: np.ndarray, valid: np.ndarray, dtype: pl.DataType) -> pl.Series:
    """A decimal column from 64-bit unscaled values, NULL where they are not valid."""
    words = np.empty((len(unscaled), 2), dtype=np.int64)
    words[:, 0] = unscaled
    np.right_shift(unscaled, 63, out=words[:, 1])
    validity = None if valid.all() else pa.py_buffer(np.packbits(valid, bitorder="little"))
    if not isinstance(dtype, pl.Decimal):
        raise TypeError(f"{dtype} is no decimal type")
    kind = pa.decimal128(dtype.precision or 38, dtype.scale)
    return from_array(name, pa.Array.from_buffers(kind, len(unscaled), [validity, pa.py_buffer(words)]))


def small_decimals(values: pl.Series, limit: int) -> np.ndarray:
    """The rows of a decimal column whose unscaled value lies between ``-limit`` and ``limit``, both excluded."""
    array = values.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    if not len(array):
        return np.zeros(0, dtype=np.int64)
    words = np.frombuffer(array.buffers()[1], dtype=np.int64)
    low, high = (words[array.offset * 2 + at : (array.offset + len(array)) * 2 : 2] for at in (0, 1))
    small = ((high == 0) & (low >= 0) & (low < limit)) | ((high == -1) & (low < 0) & (low > -limit))
    if array.null_count:
        small &= _valid(array)
    return np.flatnonzero(small)
