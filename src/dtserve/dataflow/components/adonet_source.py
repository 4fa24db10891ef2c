"""ADO.NET Source (DataReader Source in 2005): rows of a table or a query through ADO.NET (DATA_FLOW §4.2).

``AccessMode`` 0 ``TableOrViewName``, 1 a table named by a variable, 2 ``SqlCommand``
(the only mode of 2005, whose packages have no AccessMode). ``CommandTimeout`` in seconds.
Statements have no parameters. AllowImplicitStringConversion is how texts of other types
are read anyway.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dtserve.dataflow import properties
from dtserve.dataflow.base import Emit, Source
from dtserve.dataflow.errors import BadMetadata, BadProperty
from dtserve.dataflow.registry import component
from dtserve.dataflow.sql import acquire, connection_of, quoted_table, variable_text
from dtserve.dataflow.sql_reader import SqlReader

if TYPE_CHECKING:
    from dtserve.connections.base import SqlSession
    from dtserve.dataflow.external_metadata import ExternalCheck

__all__ = ["AdoNetSource"]

TABLE, TABLE_VARIABLE, SQL_COMMAND = 0, 1, 2


@component("DataReaderSourceAdapter")
class AdoNetSource(Source):
    """Reads from a database through ADO.NET."""

    _session: SqlSession | None = None

    def validate(self) -> None:
        """Access mode and what it needs, a connection, at least one column."""
        connection_of(self, "IDbConnection")
        if not self.output().columns:
            raise BadMetadata(component=self.model.name, detail="the output has no columns")
        if self._mode() != TABLE_VARIABLE:
            self._statement()

    def validate_external(self, check: ExternalCheck) -> None:
        """The table, view or query must give the external columns."""
        mode, owner = self._mode(), self.model.properties
        if mode == SQL_COMMAND:
            check.source(self, "IDbConnection", statement=self._statement())
        elif mode == TABLE_VARIABLE:
            table = variable_text(self.host, self.model.name, owner, "TableOrViewName")
            check.source(self, "IDbConnection", table=table)
        else:
            check.source(self, "IDbConnection", table=properties.text(owner, "TableOrViewName"))

    def start(self) -> None:
        """Open the connection."""
        self._session = acquire(self, "IDbConnection")

    def produce(self) -> Iterator[Emit]:
        """The rows of the query."""
        if self._session is None:
            return
        timeout = properties.integer(self.model.properties, "CommandTimeout", 30, owner=self.model.name)
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

    def _mode(self) -> int:
        mode = properties.integer(self.model.properties, "AccessMode", SQL_COMMAND, owner=self.model.name)
        if mode not in (TABLE, TABLE_VARIABLE, SQL_COMMAND):
            raise BadProperty(property="AccessMode", component=self.model.name, detail=f"{mode} is not known")
        return mode

    def _statement(self) -> str:
        owner = self.model.properties
        mode = self._mode()
        if mode == TABLE_VARIABLE:
            return f"select * from {quoted_table(variable_text(self.host, self.model.name, owner, 'TableOrViewName'))}"
        name = "SqlCommand" if mode == SQL_COMMAND else "TableOrViewName"
        text = properties.text(owner, name).strip()
        if not text:
            raise BadProperty(property=name, component=self.model.name, detail="it is empty")
        return text if mode == SQL_COMMAND else f"select * from {quoted_table(text)}"
