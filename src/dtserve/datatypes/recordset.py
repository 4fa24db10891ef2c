"""What an Object variable holds after a full result set or a Recordset Destination.

:class:`Recordset` stands for an ADO Recordset (one result), :class:`DataSet` for an ADO.NET
DataSet (one table per result). Rows stay columnar; a Recordset may be read any number of
times (CONTROL_FLOW §7.2, §12).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dtserve.datatypes.types import TypeSpec

if TYPE_CHECKING:
    import polars as pl

__all__ = ["DataSet", "Recordset", "RecordsetColumn"]


@dataclass(frozen=True, slots=True)
class RecordsetColumn:
    """Name and type of a column; names may repeat."""

    name: str
    type: TypeSpec


@dataclass(frozen=True)
class Recordset:
    """Rows in memory: frames whose columns stand in the order of ``columns``, whatever they are called."""

    columns: tuple[RecordsetColumn, ...]
    frames: tuple[pl.DataFrame, ...] = ()

    def __len__(self) -> int:
        return sum(frame.height for frame in self.frames)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The rows one by one, in the scalar forms of their types."""
        from dtserve.datatypes.column_result import python_values

        for frame in self.frames:
            values = (python_values(series, each.type) for series, each in zip(frame, self.columns, strict=True))
            yield from zip(*values, strict=True)


@dataclass(frozen=True)
class DataSet:
    """The tables of a DataSet, in order."""

    tables: Sequence[Recordset]
