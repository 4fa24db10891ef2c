"""ODBC Destination: rows into a table through ODBC (DATA_FLOW §6).

``InsertMethod`` 0 row by row, 1 batches of ``BatchSize`` rows; ``TransactionSize`` rows
per transaction (0: each batch or row commits). Rows that are to be redirected or ignored are
inserted one by one, so that each is known. ``StatementTimeout`` in seconds; BindNumericAs,
BindCharColumnsAs and LobChunkSize have no effect.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from dtserve.connections.base import BulkOptions
from dtserve.dataflow import properties
from dtserve.dataflow.base import Destination, Emit
from dtserve.dataflow.errors import BadProperty
from dtserve.dataflow.registry import component
from dtserve.dataflow.sql import connection_of
from dtserve.dataflow.table_destination import TableDestination
from dtserve.dataflow.table_writer import TableWriter

if TYPE_CHECKING:
    import polars as pl

    from dtserve.dataflow.external_metadata import ExternalCheck

__all__ = ["OdbcDestination"]


@component("SSISODBCDst")
class OdbcDestination(Destination):
    """Writes to a database through ODBC."""

    _work: TableDestination | None = None

    def validate(self) -> None:
        """A table, a mapping, a connection."""
        connection_of(self, "ODBCConnection")
        self._table()
        TableWriter(self).validate(strict_texts=False)

    def validate_external(self, check: ExternalCheck) -> None:
        """The table must have the external columns."""
        check.target(self, self._table(), "ODBCConnection")

    def start(self) -> None:
        """Open the connection."""
        owner, name = self.model.properties, self.model.name
        batch = properties.integer(owner, "BatchSize", 1000, owner=name)
        transaction = properties.integer(owner, "TransactionSize", owner=name)
        rows = properties.integer(owner, "InsertMethod", 1, owner=name) == 0 or TableWriter(self).tolerant
        timeout = properties.integer(owner, "StatementTimeout", 120, owner=name)
        self._work = TableDestination(
            self,
            self._table(),
            BulkOptions(keep_nulls=True, table_lock=False, fire_triggers=True, timeout=timeout),
            connection="ODBCConnection",
            commit_rows=None if rows else max(transaction or batch, 1),
            transaction_rows=transaction,
        )

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """Convert and store a buffer."""
        return self._work.store(frame) if self._work is not None else ()

    def finish(self) -> Iterator[Emit]:
        """Commit."""
        if self._work is not None:
            yield from self._work.finish()

    def interrupt(self) -> None:
        """End the statement that runs."""
        if self._work is not None:
            self._work.interrupt()

    def close(self) -> None:
        """Close the connection."""
        if self._work is not None:
            self._work.close()
            self._work = None

    def _table(self) -> str:
        table = properties.text(self.model.properties, "TableName").strip()
        if not table:
            raise BadProperty(property="TableName", component=self.model.name, detail="it is empty")
        return table
