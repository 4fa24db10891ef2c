"""ADO.NET Destination: rows into a table through ADO.NET (DATA_FLOW §6).

``UseBulkInsertWhenPossible`` loads in bulk, one batch per ``BatchSize`` rows (0: per
buffer of SSIS); otherwise, and whenever rows are to be redirected or ignored (as SSIS
does, with the warning 0x802092AA), each row is inserted for itself.
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

__all__ = ["AdoNetDestination"]

_ROW_BY_ROW = 0x802092AA


@component("ADONETDestination")
class AdoNetDestination(Destination):
    """Writes to a database through ADO.NET."""

    _work: TableDestination | None = None

    def validate(self) -> None:
        """A table, a mapping, a connection."""
        connection_of(self, "IDbConnection")
        self._table()
        writer = TableWriter(self)
        writer.validate(strict_texts=False)
        if writer.tolerant and self._bulk():
            self.host.fire_warning(
                _ROW_BY_ROW,
                self.label,
                "Batch mode is not currently supported when error row disposition is used. The BatchSize property will "
                "be set to 1.",
            )

    def validate_external(self, check: ExternalCheck) -> None:
        """The table must have the external columns."""
        check.target(self, self._table(), "IDbConnection")

    def start(self) -> None:
        """Open the connection."""
        size = properties.integer(self.model.properties, "BatchSize", owner=self.model.name)
        writer = TableWriter(self)
        bulk = self._bulk() and not writer.tolerant
        timeout = properties.integer(self.model.properties, "CommandTimeout", 30, owner=self.model.name)
        self._work = TableDestination(
            self,
            self._table(),
            BulkOptions(keep_nulls=True, table_lock=False, check_constraints=False, timeout=timeout),
            connection="IDbConnection",
            commit_rows=min(size or self.buffer_rows, self.buffer_rows) if bulk else None,
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

    def _bulk(self) -> bool:
        return properties.boolean(self.model.properties, "UseBulkInsertWhenPossible", owner=self.model.name)

    def _table(self) -> str:
        table = properties.text(self.model.properties, "TableOrViewName").strip()
        if not table:
            raise BadProperty(property="TableOrViewName", component=self.model.name, detail="it is empty")
        return table
