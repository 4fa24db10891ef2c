"""OLE DB Source: rows of a table or a query (DATA_FLOW §4.1).

``AccessMode`` 0 ``OpenRowset`` (a table or view), 1 ``OpenRowsetVariable``, 2
``SqlCommand`` with ``ParameterMapping``, 3 ``SqlCommandVariable``. ``CommandTimeout`` in
seconds, 0 without limit, for queries alone. Result columns are found by the names of the external columns.
``IsSorted`` is a declaration that nobody checks. DefaultCodePage and
AlwaysUseDefaultCodePage have no effect: texts arrive decoded; one that is too long for its column, or has
characters that the column's code page lacks, is a truncation of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dtserve.connections.base import ResultSet
from dtserve.dataflow import properties
from dtserve.dataflow.base import Emit, Source
from dtserve.dataflow.component_errors import NotEnoughParameters
from dtserve.dataflow.errors import BadMetadata, BadProperty
from dtserve.dataflow.registry import component
from dtserve.dataflow.sql import acquire, connection_of, quoted_table, variable_text
from dtserve.dataflow.sql_parameters import Mapped, bind, count_markers, parse_parameter_mapping
from dtserve.dataflow.sql_reader import SqlReader

if TYPE_CHECKING:
    from dtserve.connections.base import SqlSession
    from dtserve.dataflow.external_metadata import ExternalCheck

__all__ = ["OLEDBSource"]


@component("OLEDBSource")
class OLEDBSource(Source):
    """Reads from a database."""

    _session: SqlSession | None = None

    def validate(self) -> None:
        """Access mode, what it needs, parameters, a connection, at least one column."""
        connection_of(self, "OleDbConnection")
        if not self.output().columns:
            raise BadMetadata(component=self.model.name, detail="the output has no columns")
        mode = self._mode()
        if mode in (0, 2):
            name = "OpenRowset" if mode == 0 else "SqlCommand"
            if not properties.text(self.model.properties, name).strip():
                raise BadProperty(property=name, component=self.model.name, detail="it is empty")
        if mode == 2:
            wanted = count_markers(properties.text(self.model.properties, "SqlCommand"))
            found = len(self._mapping())
            if wanted > found:
                raise NotEnoughParameters(wanted=wanted, found=found)

    def validate_external(self, check: ExternalCheck) -> None:
        """The table, view or query must give the external columns."""
        mode, owner = self._mode(), self.model.properties
        if mode == 0:
            check.source(self, "OleDbConnection", table=properties.text(owner, "OpenRowset"))
        elif mode == 1:
            table = variable_text(self.host, self.model.name, owner, "OpenRowsetVariable")
            check.source(self, "OleDbConnection", table=table)
        else:
            check.source(self, "OleDbConnection", statement=self._statement())

    def start(self) -> None:
        """Open the connection."""
        self._session = acquire(self)

    def produce(self) -> Iterator[Emit]:
        """The rows of the query."""
        if self._session is None:
            return
        timeout = properties.integer(self.model.properties, "CommandTimeout", owner=self.model.name)
        timeout = timeout if self._mode() in (2, 3) else 0
        reader = SqlReader(self)
        if self._mode() != 2:
            yield from reader.read(self._session, self._statement(), timeout=timeout)
            return
        bound = bind(self.host, self._statement(), self._mapping())
        if not bound.outputs:
            yield from reader.read(self._session, bound.statement, bound.parameters, timeout=timeout)
            return
        results = self._session.execute(bound.statement, bound.parameters, timeout=timeout)
        yield from reader.frames(next((result for result in results if result.columns), ResultSet()))
        for result in results:
            bound.store(self.host, result.output_values)

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
        mode = properties.integer(self.model.properties, "AccessMode", owner=self.model.name)
        if mode not in (0, 1, 2, 3):
            raise BadProperty(property="AccessMode", component=self.model.name, detail=f"{mode} is not known")
        return mode

    def _statement(self) -> str:
        mode, name, owner = self._mode(), self.model.name, self.model.properties
        if mode == 2:
            return properties.text(owner, "SqlCommand")
        if mode == 3:
            return variable_text(self.host, name, owner, "SqlCommandVariable")
        table = properties.text(owner, "OpenRowset")
        if mode == 1:
            table = variable_text(self.host, name, owner, "OpenRowsetVariable")
        return f"select * from {quoted_table(table)}"

    def _mapping(self) -> list[Mapped]:
        return parse_parameter_mapping(properties.text(self.model.properties, "ParameterMapping"))
