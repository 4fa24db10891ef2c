"""Moments of whole seconds to text (``2024-01-31 23:59:59``), nineteen bytes a row from two tables.

A day is looked up among the texts of the days that occur, a time of day among those of all
seconds of a day; both are put side by side in one block of bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache

import numpy as np
import polars as pl
import pyarrow as pa

from dtserve.datatypes.arrow_columns import from_array

__all__ = ["stamp_texts"]

_FIRST, _LAST = -719_162, 2_932_896
"""1 January of the year 1 and 31 December of 9999, in days from 1970."""

_BLOCK = 1000
_MOST_BLOCKS = 150
"""Days of a block, and blocks of a table."""

_STAMP = np.dtype([("day", "<u8"), ("day_end", "<u2"), ("clock", "<u8"), ("clock_end", "u1")])
"""The nineteen bytes, in the widths of numbers, which are copied faster than short texts."""


def stamp_texts(ticks: pl.Series) -> pl.Series | None:
    """The texts of moments (microseconds from 1970, NULL stays NULL).

    None where one has a fraction of a second, or where they lie over too many days for a table.
    """
    least = ticks.min()
    values = ticks.fill_null(0 if least is None else least).to_numpy() if ticks.null_count() else ticks.to_numpy()
    seconds = values // 1_000_000
    if not len(values) or (seconds * 1_000_000 != values).any():
        return None
    days = seconds // 86_400
    low, high = int(days.min()), int(days.max())
    block = low // _BLOCK
    count = high // _BLOCK - block + 1
    if count > _MOST_BLOCKS or low < _FIRST or high > _LAST:
        return None
    seconds -= days * 86_400
    days -= block * _BLOCK
    day, day_end = _days(block, count)
    clock, clock_end = _clocks()
    made = np.empty(len(values), dtype=_STAMP)
    made["day"], made["day_end"] = day[days], day_end[days]
    made["clock"], made["clock_end"] = clock[seconds], clock_end[seconds]
    return _series(made, ticks)


@lru_cache(maxsize=8)
def _days(block: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The texts of the days of some blocks."""
    first = block * _BLOCK
    days = np.arange(first, first + count * _BLOCK).clip(_FIRST, _LAST).astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    years = days.astype("datetime64[Y]").astype(np.int64) + 1970
    month, day = months.astype(np.int64) % 12 + 1, (days - months.astype("datetime64[D]")).astype(np.int64) + 1
    return _split(_texts([(years // 100, ""), (years % 100, ""), (month, "-"), (day, "-")]), "<u2")


@cache
def _clocks() -> tuple[np.ndarray, np.ndarray]:
    """The texts of all seconds of a day, a blank before each."""
    seconds = np.arange(86_400)
    return _split(_texts([(seconds // 3600, " "), (seconds // 60 % 60, ":"), (seconds % 60, ":")]), "u1")


def _texts(parts: Sequence[tuple[np.ndarray, str]]) -> np.ndarray:
    """Numbers of two digits, each behind its mark, as bytes."""
    made = []
    for numbers, mark in parts:
        if mark:
            made.append(np.full(len(numbers), ord(mark), dtype=np.uint8))
        made.extend((numbers // 10 + ord("0"), numbers % 10 + ord("0")))
    return np.stack(made, axis=1).astype(np.uint8)


def _split(texts: np.ndarray, rest: str) -> tuple[np.ndarray, np.ndarray]:
    """The first eight bytes of each text as a number, and those behind them."""
    both = np.ascontiguousarray(texts).view([("first", "<u8"), ("rest", rest)])[:, 0]
    return np.ascontiguousarray(both["first"]), np.ascontiguousarray(both["rest"])


def _series(made: np.ndarray, ticks: pl.Series) -> pl.Series:
    offsets = np.arange(len(made) + 1, dtype=np.int64) * _STAMP.itemsize
    validity = None
    if ticks.null_count():
        validity = pa.py_buffer(np.packbits(ticks.is_not_null().to_numpy(), bitorder="little"))
    buffers = [validity, pa.py_buffer(offsets), pa.py_buffer(made.view(np.uint8))]
    return from_array(ticks.name, pa.Array.from_buffers(pa.large_string(), len(made), buffers))
