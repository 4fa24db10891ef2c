"""ADO.NET Destination: rows into a table through ADO.NET (DATA_FLOW §6).

``UseBulkInsertWhenPossible`` loads in bulk where the provider is SqlClient, one batch per ``BatchSize`` rows (0: per
buffer of SSIS), as SqlBulkCopy does it: no constraint is checked, no trigger fires, NULL becomes the column's default. A
refused batch fails the component, or is redirected or ignored as a whole. Otherwise each row is inserted for itself, and
refused for itself. A package of 2008 without the property inserts rows.
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

REFUSED = 0xC020844F
"""ErrorCode of a row, and of every row of a batch, that the database refused; the number alone is known."""

_NOTHING_STORED = (
    0x802092AB,
    "No rows were successfully inserted into the destination. This may be due to a data type mismatch between columns, or "
    "due to the use of a datatype that is unsupported by your ADO.NET provider. Since the error disposition for this "
    'component is not "Fail component", error messages are not shown here; set the error disposition to "Fail component" '
    "to see error messages here.",
)


@component("ADONETDestination")
class AdoNetDestination(Destination):
    """Writes to a database through ADO.NET."""

    _work: TableDestination | None = None
    _seen = 0

    def validate(self) -> None:
        """A table, a mapping, a connection."""
        connection_of(self, "IDbConnection")
        self._table()
        TableWriter(self).validate(strict_texts=False)

    def validate_external(self, check: ExternalCheck) -> None:
        """The table must have the external columns."""
        check.target(self, self._table(), "IDbConnection")

    def start(self) -> None:
        """Open the connection."""
        size = properties.integer(self.model.properties, "BatchSize", owner=self.model.name)
        bulk = self._bulk()
        timeout = properties.integer(self.model.properties, "CommandTimeout", 30, owner=self.model.name)
        self._work = TableDestination(
            self,
            self._table(),
            BulkOptions(keep_nulls=not bulk, table_lock=False, check_constraints=not bulk, timeout=timeout),
            connection="IDbConnection",
            commit_rows=min(size or self.buffer_rows, self.buffer_rows) if bulk else None,
            refusal=REFUSED,
        )

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """Convert and store a buffer."""
        self._seen += frame.height
        return self._work.store(frame) if self._work is not None else ()

    def finish(self) -> Iterator[Emit]:
        """Commit."""
        if self._work is not None:
            yield from self._work.finish()
        if self._seen and not self.rows_written:
            self.host.fire_warning(_NOTHING_STORED[0], self.label, _NOTHING_STORED[1])

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
        wanted = properties.boolean(self.model.properties, "UseBulkInsertWhenPossible", owner=self.model.name)
        return wanted and getattr(connection_of(self, "IDbConnection"), "provider", "SQL") == "SQL"

    def _table(self) -> str:
        table = properties.text(self.model.properties, "TableOrViewName").strip()
        if not table:
            raise BadProperty(property="TableOrViewName", component=self.model.name, detail="it is empty")
        return table
