"""Excel Source: rows of a sheet, a range or a query of sheets (DATA_FLOW §4.7).

``AccessMode`` 0 ``OpenRowset``, 1 ``OpenRowsetVariable``, 2 ``SqlCommand``, 3
``SqlCommandVariable``; the header row and IMEX come from the connection manager. Types are
guessed as the provider does (:mod:`dtserve.dataflow.excel`) and converted to those of the
columns. A query is run over the sheets it names (``select … from [Sheet1$]``); it takes no
parameters. Reads xls, xlsx, xlsm, xlsb and ods; a sheet is in memory as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dtserve.connections.base import ResultColumn, ResultSet
from dtserve.dataflow import properties
from dtserve.dataflow.base import Emit, Source
from dtserve.dataflow.component_errors import IncorrectConnectionType
from dtserve.dataflow.errors import BadMetadata, BadProperty, UnsupportedProperty
from dtserve.dataflow.excel import read_rowset
from dtserve.dataflow.external_metadata import require_file
from dtserve.dataflow.registry import component
from dtserve.dataflow.sorting import OUT_ROWS
from dtserve.dataflow.sql import connection_of, variable_text
from dtserve.dataflow.sql_reader import SqlReader

if TYPE_CHECKING:
    import polars as pl

    from dtserve.connections.excel import ExcelManager
    from dtserve.dataflow.external_metadata import ExternalCheck

__all__ = ["ExcelSource", "excel_manager"]


@component("ExcelSource")
class ExcelSource(Source):
    """Reads workbooks."""

    _stopped = False

    def validate(self) -> None:
        """Access mode and what it needs, a connection, at least one column."""
        excel_manager(self)
        if not self.output().columns:
            raise BadMetadata(component=self.model.name, detail="the output has no columns")
        if self._mode() in (0, 2):
            self._rowset()
        if properties.text(self.model.properties, "ParameterMapping").strip() and self._mode() == 2:
            raise UnsupportedProperty(
                value=properties.text(self.model.properties, "ParameterMapping"), property="ParameterMapping",
                component=self.model.name, reason="queries of workbooks take no parameters",
            )  # fmt: skip

    def validate_external(self, check: ExternalCheck) -> None:
        """The workbook must be there."""
        require_file(excel_manager(self).path())

    def produce(self) -> Iterator[Emit]:
        """The rows."""
        columns, rows = self._query() if self._mode() in (2, 3) else self._sheet(self._rowset())
        batches = (rows.slice(at, OUT_ROWS) for at in range(0, rows.height, OUT_ROWS))
        yield from SqlReader(self).frames(ResultSet(tuple(columns), batches=batches))

    def interrupt(self) -> None:
        """End before the next rows."""
        self._stopped = True

    def _stopping(self) -> bool:
        return self._stopped or self.host.cancel.is_set()

    def _sheet(self, rowset: str) -> tuple[list[ResultColumn], pl.DataFrame]:
        manager = excel_manager(self)
        options = manager.options
        columns, rows = read_rowset(
            manager.path(), rowset, header=options.header, imex=options.imex, stop=self._stopping
        )
        return [ResultColumn(c.name, c.type) for c in columns], rows

    def _query(self) -> tuple[list[ResultColumn], pl.DataFrame]:
        """A query over sheets, each read as a whole."""
        from dtserve.dataflow.excel_query import ExcelQueryError, query_workbook

        manager, text = excel_manager(self), self._rowset()
        options = manager.options
        try:
            return query_workbook(manager.path(), text, header=options.header, imex=options.imex, stop=self._stopping)
        except ExcelQueryError as error:
            raise self._refused(text, str(error)) from None

    def _refused(self, text: str, reason: str) -> UnsupportedProperty:
        return UnsupportedProperty(value=text, property="SqlCommand", component=self.model.name, reason=reason)

    def _mode(self) -> int:
        mode = properties.integer(self.model.properties, "AccessMode", owner=self.model.name)
        if mode not in (0, 1, 2, 3):
            raise BadProperty(property="AccessMode", component=self.model.name, detail=f"{mode} is not known")
        return mode

    def _rowset(self) -> str:
        """The rowset's name or the query."""
        name = ("OpenRowset", "OpenRowsetVariable", "SqlCommand", "SqlCommandVariable")[self._mode()]
        if name.endswith("Variable"):
            return variable_text(self.host, self.model.name, self.model.properties, name)
        text = properties.text(self.model.properties, name).strip()
        if not text:
            raise BadProperty(property=name, component=self.model.name, detail="it is empty")
        return text


def excel_manager(owner: Any) -> ExcelManager:
    """The Excel connection manager of a component; IncorrectConnectionType for any other kind."""
    from dtserve.connections.excel import ExcelManager

    connection = connection_of(owner, "OleDbConnection")
    if not isinstance(connection, ExcelManager):
        raise IncorrectConnectionType(name=connection.name, required="EXCEL", found=connection.kind)
    return connection
