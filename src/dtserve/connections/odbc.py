"""The ODBC connection manager (ODBC).

Where the string names a driver of a database that dtserve speaks to natively (SQL Server,
PostgreSQL, MySQL/MariaDB, SQLite, Oracle), the native driver is used; anything else, and
every DSN, goes through pyodbc. Source: FORMAT §3.4, APPENDIX ODBC.
"""

from __future__ import annotations

from typing import ClassVar

from dtserve.connections.connection_string import ConnectionString
from dtserve.connections.sql.target import DIALECTS, DatabaseTarget
from dtserve.connections.sql_connection import SqlConnection

__all__ = ["DRIVERS", "OdbcManager", "driver_family", "odbc_dialect", "odbc_target"]

DRIVERS: tuple[tuple[str, str], ...] = (
    ("sql server", "sqlserver"),
    ("sql native client", "sqlserver"),
    ("freetds", "sqlserver"),
    ("postgresql", "postgres"),
    ("psqlodbc", "postgres"),
    ("mysql", "mysql"),
    ("mariadb", "mysql"),
    ("sqlite", "sqlite"),
    ("oracle", "oracle"),
)
"""A word of the driver's name in lower case → family."""


def driver_family(driver: str) -> str:
    """The family of an ODBC driver's name, ``odbc`` when dtserve has no driver of its own.

    >>> driver_family("ODBC Driver 17 for SQL Server"), driver_family("Teradata")
    ('sqlserver', 'odbc')
    """
    low = driver.lower()
    return next((family for word, family in DRIVERS if word in low), "odbc")


def odbc_parts(manager: SqlConnection) -> ConnectionString:
    """The ODBC string of a manager: its own, or the Extended Properties of OLE DB over ODBC (MSDASQL)."""
    parts = manager.parts
    if parts.get("driver") or parts.get("dsn") or not parts.get("extended"):
        return parts
    inner = ConnectionString(parts.get("extended"), "odbc")
    inner.remove("password")
    return inner


def odbc_dialect(manager: SqlConnection) -> str:
    """The dialect of the driver that an ODBC string names; empty when only the driver knows."""
    return DIALECTS[driver_family(odbc_parts(manager).get("driver"))]


def odbc_target(manager: SqlConnection) -> DatabaseTarget:
    """The database that an ODBC string names."""
    parts = odbc_parts(manager)
    family = driver_family(parts.get("driver")) if parts.get("driver") else "odbc"
    if family == "sqlserver":
        from dtserve.connections.oledb import sql_server_target

        return sql_server_target(manager)
    port = parts.get("port")
    database = parts.get("database")
    if family == "sqlite":
        database = str(manager.environment.map_path(database)) if database else ""
    if family == "oracle":
        database = parts.get("file") or database
    return DatabaseTarget(
        family=family,
        host=parts.get("server"),
        port=int(port) if port.isdigit() else 0,
        database=database,
        user=parts.get("user"),
        password=manager.secret("Password"),
        options={"odbc_connect": str(parts)} if family == "odbc" else {},
        manager=manager.name,
        catalog=manager.catalog(),
        source=DIALECTS[family],
    )


class OdbcManager(SqlConnection):
    """ODBC."""

    kind: ClassVar[str] = "ODBC"
    style: ClassVar[str] = "odbc"

    def source_dialect(self) -> str:
        """The driver's dialect; statements for an unknown driver count as T-SQL where they are translated."""
        return odbc_dialect(self) or "tsql"

    def server(self) -> str:
        """The server, or the DSN."""
        return self.parts.get("server") or self.parts.get("dsn")

    def provider_name(self) -> str:
        """The driver, or the DSN."""
        return self.parts.get("driver") or self.parts.get("dsn")

    def own_target(self) -> DatabaseTarget | None:
        """The database of the driver or DSN."""
        return odbc_target(self)
