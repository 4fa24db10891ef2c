"""Loads through mssql-python's bulk copy from Arrow.

Its copy of rows (1.16) is not used: it holds Python's lock while it waits for the server, so that nothing else in
the process goes on and no stop is heard, and it shifts moments that have a zone. What Arrow cannot say, such
moments and values of another family than the column's, is left to INSERTs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from dtserve.connections.base import BulkOptions, ResultColumn
from dtserve.connections.errors import SqlError
from dtserve.connections.sql.catalog import CatalogTable
from dtserve.datatypes import DT, TypeSpec

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

__all__ = ["copy_frames", "fits_arrow"]

WHOLE = 2_147_483_647
"""A batch size that makes the whole load one transaction."""

_WIDER = {DT.I1: DT.I2, DT.UI2: DT.I4, DT.UI4: DT.I8}
"""Integers that SQL Server does not have, as the next that it has."""


def fits_arrow(table: CatalogTable, columns: Sequence[ResultColumn]) -> bool:
    """Whether every column can be copied as Arrow has it: the same family, the same date or time type."""
    for column in columns:
        target = table.by_name[column.name.lower()].type
        if target is None or target.family != column.type.family or target.dt is DT.DBTIMESTAMPOFFSET:
            return False
        if target.family == "datetime" and target.dt is not column.type.dt:
            return False
    return True


def copy_frames(
    cursor: Any,
    table: CatalogTable,
    columns: Sequence[ResultColumn],
    frames: Iterable[pl.DataFrame],
    options: BulkOptions,
) -> int:
    """Copy frames that have these columns in this order; returns how many rows there were.

    Raises what the frames raise, the driver's errors, and SqlError for a panic of its native part.
    """
    source = _Source(columns, frames)
    named = {
        "batch_size": WHOLE, "timeout": options.timeout, "column_mappings": [column.name for column in columns],
        "keep_identity": options.keep_identity, "check_constraints": options.check_constraints,
        "table_lock": options.table_lock, "keep_nulls": options.keep_nulls, "fire_triggers": options.fire_triggers,
        "use_internal_transaction": True,
    }  # fmt: skip
    try:
        cursor.bulkcopy_arrow(table.path, source.arrow(), **named)
    except BaseException as error:  # a panic of its native part is no Exception
        if source.failure is not None:
            raise source.failure from None
        if type(error).__name__ == "PanicException":
            raise SqlError(detail=f"The driver's bulk copy failed: {error}") from None
        if type(error) is RuntimeError:
            raise SqlError(detail=str(error)) from None
        raise
    return source.stored


class _Source:
    """Frames on their way into the driver; what they raise passes through it as text, so it is kept."""

    def __init__(self, columns: Sequence[ResultColumn], frames: Iterable[pl.DataFrame]) -> None:
        self.columns, self.frames = columns, frames
        self.stored = 0
        self.failure: BaseException | None = None

    def arrow(self) -> pa.RecordBatchReader:
        import pyarrow as pa

        empty = _arrow([column.type.polars() for column in self.columns], self.columns, None)
        return pa.RecordBatchReader.from_batches(empty.schema, self._batches(empty.schema))

    def _batches(self, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        try:
            for frame in self.frames:
                yield from _arrow([], self.columns, frame).cast(schema).to_batches()
                self.stored += frame.height
        except BaseException as error:
            self.failure = error
            raise


def _arrow(kinds: Sequence[Any], columns: Sequence[ResultColumn], frame: pl.DataFrame | None) -> pa.Table:
    import polars as pl

    if frame is None:
        frame = pl.DataFrame([pl.Series(str(at), [], dtype=kind) for at, kind in enumerate(kinds)])
    series = [
        _plain(frame.to_series(at), column.type).alias(f"{at} {column.name}") for at, column in enumerate(columns)
    ]
    return pl.DataFrame(series).to_arrow()


def _plain(series: pl.Series, spec: TypeSpec) -> pl.Series:
    """Values in a type that SQL Server has, too; GUIDs without braces."""
    import polars as pl

    if spec.dt in _WIDER:
        return series.cast(TypeSpec(_WIDER[spec.dt]).polars())
    if spec.dt is DT.UI8:
        return series.cast(pl.Decimal(20, 0))
    return series.str.strip_chars("{}") if spec.dt is DT.GUID else series
