"""SQL Server Destination: a bulk load (DATA_FLOW §6). In Windows it needs a local server, here any.

``BulkInsertTableName``, ``BulkInsertKeepIdentity``, ``BulkInsertKeepNulls``,
``BulkInsertTablock``, ``BulkInsertCheckConstraints``, ``BulkInsertFireTriggers``,
``MaxInsertCommitSize`` (0 one commit at the end), ``Timeout``, ``BulkInsertFirstRow`` and
``BulkInsertLastRow`` (counted from 1; -1 none). ``BulkInsertMaxErrors`` above 0 would
tolerate refused rows inside a batch and is refused; BulkInsertOrder is a hint. There is no
error output: a refused batch fails the component.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from dtserve.connections.base import BulkOptions
from dtserve.dataflow import properties
from dtserve.dataflow.base import Destination, Emit
from dtserve.dataflow.errors import BadProperty, UnsupportedProperty
from dtserve.dataflow.registry import component
from dtserve.dataflow.sql import connection_of
from dtserve.dataflow.table_destination import TableDestination
from dtserve.dataflow.table_writer import TableWriter

if TYPE_CHECKING:
    import polars as pl

    from dtserve.dataflow.external_metadata import ExternalCheck

__all__ = ["SqlServerDestination"]


@component("SQLServerDestination")
class SqlServerDestination(Destination):
    """Loads in bulk."""

    _work: TableDestination | None = None
    _seen = 0

    def validate(self) -> None:
        """A table, a mapping, a connection."""
        connection_of(self, "OleDbConnection")
        self._table()
        if self._number("BulkInsertMaxErrors", -1) > 0:
            raise UnsupportedProperty(
                value=self._number("BulkInsertMaxErrors", -1), property="BulkInsertMaxErrors",
                component=self.model.name, reason="a bulk load takes a batch as a whole or not at all",
            )  # fmt: skip
        TableWriter(self).validate()

    def validate_external(self, check: ExternalCheck) -> None:
        """The table must have the external columns."""
        check.target(self, self._table(), "OleDbConnection", fast=True)

    def start(self) -> None:
        """Open the connection."""
        owner, name = self.model.properties, self.model.name
        size = self._number("MaxInsertCommitSize", 0)
        options = BulkOptions(
            keep_identity=properties.boolean(owner, "BulkInsertKeepIdentity", owner=name),
            keep_nulls=properties.boolean(owner, "BulkInsertKeepNulls", owner=name),
            table_lock=properties.boolean(owner, "BulkInsertTablock", True, owner=name),
            check_constraints=properties.boolean(owner, "BulkInsertCheckConstraints", True, owner=name),
            fire_triggers=properties.boolean(owner, "BulkInsertFireTriggers", owner=name),
            timeout=self._number("Timeout", 30),
        )
        self._first = max(self._number("BulkInsertFirstRow", -1), 1) - 1
        last = self._number("BulkInsertLastRow", -1)
        self._last = last if last > 0 else None
        self._work = TableDestination(
            self, self._table(), options, connection="OleDbConnection", commit_rows=size if size > 0 else 0
        )

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """Convert and store the rows of a buffer that lie between the first and the last row."""
        begin = max(self._first - self._seen, 0)
        end = frame.height if self._last is None else min(max(self._last - self._seen, 0), frame.height)
        self._seen += frame.height
        if self._work is None or begin >= end:
            return ()
        return self._work.store(frame.slice(begin, end - begin))

    def finish(self) -> Iterator[Emit]:
        """Commit."""
        if self._work is not None:
            yield from self._work.finish()
            self.rows_written = self.rows_written or 0

    def interrupt(self) -> None:
        """End the statement that runs."""
        if self._work is not None:
            self._work.interrupt()

    def close(self) -> None:
        """Undo what is not committed and close the connection."""
        if self._work is not None:
            self._work.close()
            self._work = None

    def _number(self, name: str, default: int) -> int:
        return properties.integer(self.model.properties, name, default, owner=self.model.name)

    def _table(self) -> str:
        table = properties.text(self.model.properties, "BulkInsertTableName").strip()
        if not table:
            raise BadProperty(property="BulkInsertTableName", component=self.model.name, detail="it is empty")
        return table
