"""How wide rows are by their declared types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtserve.datatypes import DT, TypeSpec

if TYPE_CHECKING:
    from dtserve.dataflow.base import Schema

__all__ = ["row_bytes", "rows_per_buffer"]

BUFFER_BYTES = 32 * 2**20
"""Bytes a buffer of a source should have at most, by the declared lengths."""

MAX_BUFFER_ROWS = 65_536
_BLOB_BYTES = 16_384


def row_bytes(schema: Schema) -> int:
    """Bytes of a row, texts at their full length, long data at a guess."""
    return max(sum(_width(spec) for spec in schema.values()), 1)


def rows_per_buffer(schema: Schema) -> int:
    """How many rows a buffer of these columns should have."""
    return max(min(MAX_BUFFER_ROWS, BUFFER_BYTES // row_bytes(schema)), 256)


def _width(spec: TypeSpec) -> int:
    if spec.info.blob:
        return _BLOB_BYTES
    if spec.dt is DT.WSTR:
        return 2 * max(spec.length, 4)
    if spec.family in ("text", "binary"):
        return max(spec.length, 8)
    return 16 if spec.family in ("decimal", "guid", "datetime") else 8
