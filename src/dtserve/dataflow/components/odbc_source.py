"""ODBC Source: rows of a table or a query through ODBC (DATA_FLOW §4.3).

``AccessMode`` 0 ``TableName``, 1 ``SqlCommand``; ``StatementTimeout`` in seconds.
BatchSize, FetchMethod, LobChunkSize, BindNumericAs, BindCharColumnsAs, DefaultCodePage
and the Expose… properties tell ODBC how to fetch; rows are the same here either way,
converted to the declared types.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dtserve.dataflow import properties
from dtserve.dataflow.base import Emit, Source
from dtserve.dataflow.errors import BadMetadata, BadProperty
from dtserve.dataflow.registry import component
from dtserve.dataflow.sql import acquire, connection_of, quoted_table
from dtserve.dataflow.sql_reader import SqlReader

if TYPE_CHECKING:
    from dtserve.connections.base import SqlSession
    from dtserve.dataflow.external_metadata import ExternalCheck

__all__ = ["OdbcSource"]


@component("SSISODBCSrc")
class OdbcSource(Source):
    """Reads from a database through ODBC."""

    _session: SqlSession | None = None

    def validate(self) -> None:
        """Access mode and what it needs, a connection, at least one column."""
        connection_of(self, "ODBCConnection")
        if not self.output().columns:
            raise BadMetadata(component=self.model.name, detail="the output has no columns")
        self._statement()

    def validate_external(self, check: ExternalCheck) -> None:
        """The table, view or query must give the external columns."""
        owner = self.model.properties
        if properties.integer(owner, "AccessMode", owner=self.model.name) == 1:
            check.source(self, "ODBCConnection", statement=self._statement())
        else:
            check.source(self, "ODBCConnection", table=properties.text(owner, "TableName").strip())

    def start(self) -> None:
        """Open the connection."""
        self._session = acquire(self, "ODBCConnection")

    def produce(self) -> Iterator[Emit]:
        """The rows of the query."""
        if self._session is None:
            return
        timeout = properties.integer(self.model.properties, "StatementTimeout", owner=self.model.name)
        yield from SqlReader(self).read(self._session, self._statement(), timeout=timeout)

    def interrupt(self) -> None:
        """End the query."""
        if self._session is not None:
            self._session.cancel()

    def close(self) -> None:
        """Close the connection."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _statement(self) -> str:
        mode = properties.integer(self.model.properties, "AccessMode", owner=self.model.name)
        if mode not in (0, 1):
            raise BadProperty(property="AccessMode", component=self.model.name, detail=f"{mode} is not known")
        name = "SqlCommand" if mode == 1 else "TableName"
        text = properties.text(self.model.properties, name).strip()
        if not text:
            raise BadProperty(property=name, component=self.model.name, detail="it is empty")
        return text if mode == 1 else f"select * from {quoted_table(text)}"
