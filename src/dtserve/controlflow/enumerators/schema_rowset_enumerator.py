"""Foreach ADO.NET Schema Rowset enumerator (CONTROL_FLOW §7.2): a database's tables, views, columns, catalogs, schemata, and
of SQL Server procedures and their parameters, primary and foreign keys, indexes.

Columns come without their defaults, views without their text. Of an Excel workbook the tables are its sheets, ``Sheet1$``, as
OLE DB lists them. Restrictions compare a column, by its number, with a text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from dtserve.connections.base import Connection, SqlSession
from dtserve.controlflow.containers.errors import EnumeratorError
from dtserve.controlflow.enumerator import Enumerator
from dtserve.controlflow.enumerators.schema_rowsets import INFORMATION, RESTRICTED, ROWSETS, SQL_SERVER, rowset_name
from dtserve.controlflow.errors import UnsupportedPart
from dtserve.controlflow.properties import Property
from dtserve.controlflow.registry import enumerator
from dtserve.controlflow.task import local_name
from dtserve.controlflow.values import parse_variant

__all__ = ["SchemaRowsetEnumerator"]

Row = tuple[Any, ...]


@enumerator("ForEachSchemaRowsetEnumerator")
class SchemaRowsetEnumerator(Enumerator):
    """Gives the rows of a schema rowset, a value per column."""

    connection = Property("Connection", str, "", text="The connection manager.")
    schema = Property("Schema", str, "", text="GUID of the schema rowset.")

    def read_data(self, data: Any) -> None:
        """Connection, schema, and ``Restriction`` elements with ``Index`` and ``Value``."""
        super().read_data(data)
        self.restrictions: list[tuple[int, str]] = []
        for child in data if data is not None else ():
            if local_name(child.tag) == "Restriction":
                stored = {local_name(name): value for name, value in child.attrib.items()}
                index = parse_variant(stored.get("Index", "0"), 19, "Index")
                self.restrictions.append((index, stored.get("Value", "")))

    def _rowset(self) -> str:
        return rowset_name(self.schema)

    def validate(self) -> None:
        """The connection must be there and the rowset one of those known."""
        if not self._rowset():
            raise UnsupportedPart(
                kind="Foreach enumerator of",
                name=self.loop.name,
                part="ForEachSchemaRowsetEnumerator",
                reason=f'the schema rowset "{self.schema}" is none of {", ".join(sorted(ROWSETS.values()))}.',
            )
        self.loop.run.connections.get(self.connection)

    def elements(self) -> Iterator[Row]:
        """The rows, restricted, in the order of OLE DB."""
        manager = self.loop.run.connections.get(self.connection)
        rows = self._sheets(manager) if _is_workbook(manager) else self._query(manager)
        places = RESTRICTED.get(self._rowset(), ())
        for number, text in self.restrictions:
            index = places[number] if number < len(places) else number
            if text:
                rows = [row for row in rows if index < len(row) and str(row[index] or "").lower() == text.lower()]
        return iter(rows)

    def _query(self, manager: Any) -> list[Row]:
        opener: Callable[[], SqlSession] | None = getattr(manager, "session", None)
        if opener is None:
            raise EnumeratorError(name=self.loop.name, detail=f'"{manager.name}" is no database connection.')
        session = opener()
        try:
            sql = INFORMATION.get(self._rowset(), "")
            if not sql and session.dialect == "tsql":
                sql = SQL_SERVER[self._rowset()]
            if not sql:
                raise EnumeratorError(name=self.loop.name, detail=f"only SQL Server lists its {self._rowset()}.")
            return list(session.execute(sql)[0].rows())
        finally:
            session.close()

    def _sheets(self, manager: Connection) -> list[Row]:
        if self._rowset() != "tables":
            raise EnumeratorError(name=self.loop.name, detail="of a workbook only the tables can be listed.")
        import python_calamine

        path = self.loop.run.shared.environment.map_path(_workbook(manager))
        try:
            names = python_calamine.CalamineWorkbook.from_path(path).sheet_names
        except (OSError, python_calamine.CalamineError) as error:
            raise EnumeratorError(name=self.loop.name, detail=f"{path}: {error}") from error
        quoted = [f"'{name}$'" if not name.replace("_", "").isalnum() else f"{name}$" for name in names]
        return [(None, None, name, "TABLE") for name in sorted(quoted, key=str.lower)]


def _workbook(manager: Connection) -> str:
    """The path of the workbook that a connection string opens; empty when it is none."""
    if manager.model.creation_name.upper() == "EXCEL":
        return manager.get_property("ExcelFilePath") or manager.get_property("ServerName")
    server = manager.get_property("ServerName")
    return server if server.lower().endswith((".xls", ".xlsx", ".xlsm", ".xlsb")) else ""


def _is_workbook(manager: Connection) -> bool:
    return bool(_workbook(manager))
