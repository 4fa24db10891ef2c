"""ODBC at large: a session through pyodbc (an extra), for every DSN and driver without a session of its own.

Statements are passed on as they are; types come from the driver's description.
"""

from __future__ import annotations

from typing import Any, ClassVar

from dtserve.connections.connection_string import ConnectionString
from dtserve.connections.errors import CannotAcquireConnection, DriverMissing
from dtserve.connections.sql.catalog import CatalogTable, TableName
from dtserve.connections.sql.dbapi import DbApiSession
from dtserve.connections.sql.dbapi_types import from_python
from dtserve.datatypes import TypeSpec

__all__ = ["OdbcSession"]

LOGIN_SECONDS = 15
_QUOTE_INFO = 29
"""SQL_IDENTIFIER_QUOTE_CHAR."""


class OdbcSession(DbApiSession):
    """One connection of an ODBC driver."""

    dialect: ClassVar[str] = ""

    def connect(self) -> Any:
        """By the manager's own connection string, the password added."""
        try:
            import pyodbc
        except ImportError:
            raise DriverMissing(database="ODBC", package="pyodbc") from None
        type(self).errors_base = pyodbc.Error
        string = ConnectionString(self.target.options.get("odbc_connect", ""), "odbc")
        if self.target.user and not string.has("user"):
            string.set("user", self.target.user)
        if self.target.password:
            string.set("password", self.target.password)
        if not string.has("dsn") and not string.has("driver") and self.target.host:
            string.set("dsn", self.target.host)
        seconds = int(self.target.options.get("connect_timeout", LOGIN_SECONDS))
        try:
            connection = pyodbc.connect(str(string), autocommit=True, timeout=seconds)
        except pyodbc.Error as error:
            raise CannotAcquireConnection(name=self.target.manager or "ODBC", detail=self.message_of(error)) from None
        self.sign = str(connection.getinfo(_QUOTE_INFO) or '"').strip() or '"'
        return connection

    def marker(self, position: int, slot: str) -> str:
        """``?``."""
        return "?"

    def quote(self, name: str) -> str:
        """The driver's own quotes."""
        return f"{self.sign}{name.replace(self.sign, self.sign * 2)}{self.sign}"

    def column_type(self, cursor: Any, at: int) -> TypeSpec | None:
        """By the Python type that pyodbc gives."""
        return from_python(cursor.description[at])

    def find_table(self, name: TableName) -> CatalogTable | None:
        """As written first, then in capitals and small letters, as databases keep names differently."""
        for change in (str, str.upper, str.lower):
            spelled = TableName(change(name.name), change(name.schema), change(name.catalog))
            found = super().find_table(spelled)
            if found is not None:
                return found
            bare = super().find_table(TableName(spelled.name))
            if bare is not None and name.schema.lower() in ("", "dbo"):
                return bare
        return None

    def message_of(self, error: BaseException) -> str:
        """The driver's words, without the ``[…]`` of its layers."""
        text = str(error.args[1]) if len(error.args) > 1 else str(error)
        while text.startswith("["):
            text = text.partition("]")[2].strip()
        return text

    def is_lost(self, error: BaseException) -> bool:
        """SQLSTATE of the class 08, and serialisation failures."""
        state = str(error.args[0]) if error.args else ""
        return state.startswith("08") or state in ("40001", "HYT00")
