"""Oracle: a session through python-oracledb in thin mode (an extra; no Oracle client needed).

``host`` is an EZConnect string, a TNS descriptor ``(DESCRIPTION=…)`` or a TNS alias, as in Data
Source. Statements are passed on as they are; ``?`` becomes ``:1``.
"""

from __future__ import annotations

from typing import Any, ClassVar

from dtserve.connections.base import ResultColumn
from dtserve.connections.errors import CannotAcquireConnection, DriverMissing
from dtserve.connections.sql.catalog import CatalogTable, TableName
from dtserve.connections.sql.dbapi import DbApiSession
from dtserve.connections.sql.statement import Statement
from dtserve.datatypes import DT, TypeSpec

__all__ = ["OracleSession"]

_LOST = (3113, 3114, 12170, 12541, 12571, 28, 1012, 60)


class OracleSession(DbApiSession):
    """One connection to an Oracle database."""

    dialect: ClassVar[str] = "oracle"

    def connect(self) -> Any:
        """By the target's host, or host, port and service name."""
        try:
            import oracledb
        except ImportError:
            raise DriverMissing(database="Oracle", package="oracledb") from None
        type(self).errors_base = oracledb.Error
        self.oracledb = oracledb
        oracledb.defaults.fetch_decimals = True
        oracledb.defaults.fetch_lobs = False
        target = self.target
        place = target.host
        if target.database and "(" not in place and "/" not in place:
            place = f"{place}:{target.port or 1521}/{target.database}" if place else target.database
        try:
            connection = oracledb.connect(user=target.user or None, password=target.password or None, dsn=place)
        except (oracledb.Error, OSError, ValueError) as error:
            raise CannotAcquireConnection(name=target.manager or "Oracle", detail=self.message_of(error)) from None
        connection.autocommit = True
        return connection

    def begin_isolated(self, level: str) -> None:
        """Begin at SERIALIZABLE or READ COMMITTED, the two levels there are; the stricter one for others."""
        outermost = self.transaction_depth == 0
        self.begin()
        if level and outermost:
            known = "READ COMMITTED" if level.startswith("READ") else "SERIALIZABLE"
            with self.lock, self.errors(0), self.open_cursor() as cursor:
                cursor.execute(f"SET TRANSACTION ISOLATION LEVEL {known}")

    def marker(self, position: int, slot: str) -> str:
        """``:1``, ``:2`` …"""
        return f":{position + 1}"

    def quote(self, name: str) -> str:
        """Double quotes."""
        return '"' + name.replace('"', '""') + '"'

    def column_type(self, cursor: Any, at: int) -> TypeSpec | None:
        """By Oracle's type; NUMBER without precision is DT_NUMERIC(38,10)."""
        _, kind, _, size, precision, scale, _ = cursor.description[at]
        types = self.oracledb
        if kind is types.DB_TYPE_NUMBER:
            if not precision:
                return TypeSpec(DT.NUMERIC, precision=38, scale=10 if scale is None or scale < 0 else min(scale, 38))
            return TypeSpec(DT.NUMERIC, precision=min(precision, 38), scale=min(max(scale or 0, 0), 38))
        fixed = {
            types.DB_TYPE_BINARY_DOUBLE: DT.R8, types.DB_TYPE_BINARY_FLOAT: DT.R4, types.DB_TYPE_DATE: DT.DBTIMESTAMP,
            types.DB_TYPE_TIMESTAMP: DT.DBTIMESTAMP, types.DB_TYPE_TIMESTAMP_TZ: DT.DBTIMESTAMPOFFSET,
            types.DB_TYPE_TIMESTAMP_LTZ: DT.DBTIMESTAMP, types.DB_TYPE_CLOB: DT.NTEXT, types.DB_TYPE_NCLOB: DT.NTEXT,
            types.DB_TYPE_LONG: DT.NTEXT, types.DB_TYPE_BLOB: DT.IMAGE, types.DB_TYPE_LONG_RAW: DT.IMAGE,
        }  # fmt: skip
        if kind in fixed:
            return TypeSpec(fixed[kind])
        if kind is types.DB_TYPE_RAW:
            return TypeSpec(DT.BYTES, length=size or 2000)
        return TypeSpec(DT.WSTR, length=size) if size and size <= 4000 else TypeSpec(DT.NTEXT)

    def describe_statement(self, statement: Statement) -> tuple[ResultColumn, ...]:
        """By parsing the statement; nothing runs."""
        text = statement.render(lambda position, slot: "NULL").rstrip().rstrip(";")
        with self.lock, self.errors(0), self.open_cursor() as cursor:
            cursor.parse(text)
            return self.columns_of(cursor, statement, (), True) if cursor.description is not None else ()

    def find_table(self, name: TableName) -> CatalogTable | None:
        """In capitals first, as unquoted names are kept."""
        for change in (str.upper, str):
            found = super().find_table(TableName(change(name.name), change(name.schema)))
            if found is not None:
                return found
        return None

    def message_of(self, error: BaseException) -> str:
        """Oracle's message with its ORA number."""
        return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__

    def is_lost(self, error: BaseException) -> bool:
        """Lost connections and deadlocks."""
        first = error.args[0] if error.args else None
        return getattr(first, "code", 0) in _LOST
