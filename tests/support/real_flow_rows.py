"""Rows of frames as Python values, to be compared as multisets."""

from collections import Counter
from decimal import Decimal
from typing import Any

import polars as pl

from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.column_result import python_values
from dtserve.datatypes.convert import convert_value
from dtserve.datatypes.errors import ConversionError

__all__ = ["bag", "converted", "difference", "height", "plain", "rows_of"]


def height(frames: list[pl.DataFrame]) -> int:
    """Rows of all frames."""
    return sum(frame.height for frame in frames)


def rows_of(frames: list[pl.DataFrame], columns: list[str], types: dict[str, TypeSpec]) -> list[tuple[Any, ...]]:
    """Rows as Python values."""
    found: list[tuple[Any, ...]] = []
    for frame in frames:
        held = [python_values(frame[c], types.get(c, TypeSpec(DT.WSTR))) for c in columns]
        found += list(zip(*held, strict=True)) if held else [()] * frame.height
    return found


def bag(rows: list[tuple[Any, ...]]) -> Counter[str]:
    """Rows as a multiset."""
    return Counter(repr(tuple(plain(value) for value in row)) for row in rows)


def plain(value: Any) -> Any:
    """A number without its scale and its last bits."""
    if isinstance(value, Decimal):
        return value.normalize() + 0
    if isinstance(value, float):
        return float(f"{value:.12g}")
    return value


def converted(value: Any, source: TypeSpec, target: TypeSpec, locale: int) -> Any:
    """A value by the scalar conversion; cut where it is too long, None where it has no form."""
    if value is None:
        return None
    try:
        return convert_value(value, source, target, locale_id=locale)
    except ConversionError as error:
        return getattr(error, "value", None)


def difference(got: list[tuple[Any, ...]], expected: list[tuple[Any, ...]]) -> str:
    """The first rows that differ."""
    extra, missing = bag(got) - bag(expected), bag(expected) - bag(got)
    return f"{len(got)} rows, {len(expected)} expected; extra {list(extra)[:2]}, missing {list(missing)[:2]}"
