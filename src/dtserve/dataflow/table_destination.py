"""The work of a destination that writes to a table: convert, load in batches or rows, hand refused rows back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dtserve.dataflow.bulk import BATCH_REFUSED, ROW_REFUSED, BatchLoader, RowLoader
from dtserve.dataflow.component_errors import DatabaseRefused
from dtserve.dataflow.dispositions import object_path
from dtserve.dataflow.errors import InducedFailureOnError
from dtserve.dataflow.sql import acquire
from dtserve.dataflow.table_writer import TableWriter, originals_at
from dtserve.errors import hresult

if TYPE_CHECKING:
    import polars as pl

    from dtserve.connections.base import BulkOptions
    from dtserve.dataflow.base import Destination, Emit

__all__ = ["TRIGGERS_FIRE", "TableDestination"]

TRIGGERS_FIRE = 0x80D51444
"""Warning: a bulk load fires triggers although it is not to."""


class TableDestination:
    """Stores buffers for one destination.

    ``commit_rows`` None inserts row by row (in transactions of ``transaction_rows``); 0 loads in bulk with one commit at
    the end, a number with a commit after each batch of so many rows. ``refusal`` is the ErrorCode
    of refused rows, where it is not that of the OLE DB Destination.
    """

    def __init__(
        self,
        owner: Destination,
        table: str,
        options: BulkOptions,
        *,
        connection: str,
        commit_rows: int | None,
        transaction_rows: int = 0,
        refusal: int = 0,
    ) -> None:
        self._owner = owner
        self._batch_code, self._row_code = refusal or BATCH_REFUSED, refusal or ROW_REFUSED
        self._writer = TableWriter(owner)
        self._session = acquire(owner, connection)
        self._batches: BatchLoader | None = None
        self._rows: RowLoader | None = None
        columns, tolerant = self._writer.columns, self._writer.tolerant
        if commit_rows is not None and not options.fire_triggers:
            self._warn_of_triggers(table)
        if commit_rows is None:
            self._rows = RowLoader(
                self._session, table, columns, options, tolerant=tolerant, transaction_rows=transaction_rows
            )
        else:
            self._batches = BatchLoader(
                self._session,
                table,
                columns,
                options,
                commit_rows=commit_rows,
                tolerant=tolerant,
                folder=owner.host.settings.temp,
            )

    def store(self, frame: pl.DataFrame) -> Iterator[Emit]:
        """Convert and store a buffer; gives what goes to the error output."""
        rows, originals, redirected = self._writer.convert(frame)
        yield from redirected
        if not rows.height:
            return
        if self._batches is not None:
            for refused in self._batches.add(rows, originals):
                yield from self._writer.refused(refused, self._batch_code)
            self._owner.rows_written = self._batches.rows
        elif self._rows is not None:
            yield from self._insert(self._rows, rows, originals)

    def finish(self) -> Iterator[Emit]:
        """Commit what is open."""
        if self._batches is not None:
            for refused in self._batches.finish():
                yield from self._writer.refused(refused, self._batch_code)
            self._owner.rows_written = self._batches.rows
        elif self._rows is not None:
            self._rows.finish()

    def interrupt(self) -> None:
        """End the statement that runs."""
        self._session.cancel()

    def close(self) -> None:
        """Undo what is not committed and close the connection."""
        if self._batches is not None:
            self._batches.close()
        if self._rows is not None:
            self._rows.close()
        self._session.close()

    def _warn_of_triggers(self, table: str) -> None:
        """Only a bulk copy into SQL Server leaves them out."""
        found = self._session.insert_triggers(table)
        if found:
            self._owner.host.fire_warning(
                TRIGGERS_FIRE,
                self._owner.label,
                f"The load into {table} fires triggers ({', '.join(found)}), which its options would leave out: only "
                "a bulk copy into SQL Server can do without them.",
            )

    def _insert(self, loader: RowLoader, rows: pl.DataFrame, originals: pl.DataFrame) -> Iterator[Emit]:
        refused = loader.add(rows)
        self._owner.rows_written = loader.rows
        if not refused:
            return
        model = self._owner.model
        if not self._writer.tolerant:
            raise InducedFailureOnError(
                component=model.name, error_code=hresult(self._row_code), object=object_path(model, model.inputs[0])
            ) from DatabaseRefused(detail=refused[0][1])
        yield from self._writer.refused(originals_at(originals, [row for row, _ in refused]), self._row_code)
