"""The OLE DB connection manager (OLEDB), and Microsoft's Oracle connection manager (ORACLE).

The provider decides the database: SQLOLEDB, SQLNCLI…, MSOLEDBSQL… are SQL Server,
MSDAORA and OraOLEDB are Oracle, MSDASQL is ODBC; others (Jet, ACE, DB2OLEDB …) have no
driver here and need an entry of the connection map. Source: FORMAT §3.4, APPENDIX OLEDB.
"""

from __future__ import annotations

from typing import ClassVar

from dtserve.connections.connection_string import split_server
from dtserve.connections.sql.target import DatabaseTarget
from dtserve.connections.sql_connection import SqlConnection

__all__ = ["PROVIDERS", "OleDbManager", "OracleManager", "sql_server_target"]

PROVIDERS: tuple[tuple[str, str, str], ...] = (
    ("sqloledb", "sqlserver", "tsql"),
    ("sqlncli", "sqlserver", "tsql"),
    ("msoledbsql", "sqlserver", "tsql"),
    ("msdaora", "oracle", "oracle"),
    ("oraoledb", "oracle", "oracle"),
    ("msdasql", "odbc", ""),
    ("pgnp", "postgres", "postgres"),
    ("mysqlprov", "mysql", "mysql"),
    ("microsoft.jet", "", "tsql"),
    ("microsoft.ace", "", "tsql"),
    ("db2oledb", "", "db2"),
    ("ibmdadb2", "", "db2"),
)
"""Start of the provider's name in lower case → family (empty: no driver), dialect of its statements."""


def provider_family(provider: str) -> tuple[str, str]:
    """Family and source dialect of an OLE DB provider; none given means SQL Server, as in SSIS' editor."""
    low = provider.strip().lower()
    if not low:
        return "sqlserver", "tsql"
    for start, family, dialect in PROVIDERS:
        if low.startswith(start):
            return family, dialect
    return "", "tsql"


class OleDbManager(SqlConnection):
    """OLEDB."""

    kind: ClassVar[str] = "OLEDB"
    style: ClassVar[str] = "oledb"

    def source_dialect(self) -> str:
        """By provider."""
        family, dialect = provider_family(self.parts.get("provider"))
        if family == "odbc":
            from dtserve.connections.odbc import odbc_dialect

            return odbc_dialect(self)
        return "tsql" if dialect == "db2" else dialect

    def own_target(self) -> DatabaseTarget | None:
        """The database of the provider's string."""
        family, dialect = provider_family(self.parts.get("provider"))
        if family == "sqlserver":
            return sql_server_target(self)
        if family == "odbc":
            from dtserve.connections.odbc import odbc_target

            return odbc_target(self)
        if not family:
            return None
        port = self.parts.get("port")
        return DatabaseTarget(
            family=family,
            host=self.parts.get("server"),
            port=int(port) if port.isdigit() else 0,
            database=self.parts.get("database"),
            user=self.parts.get("user"),
            password=self.secret("Password"),
            manager=self.name,
            catalog=self.catalog(),
            source=dialect,
        )


class OracleManager(OleDbManager):
    """ORACLE: the string is ``SERVER=…;USERNAME=…``, always Oracle."""

    kind: ClassVar[str] = "ORACLE"

    def source_dialect(self) -> str:
        """Always Oracle's."""
        return "oracle"

    def own_target(self) -> DatabaseTarget | None:
        """The Oracle database that SERVER names."""
        return DatabaseTarget(
            family="oracle",
            host=self.parts.get("server"),
            user=self.parts.get("user"),
            password=self.secret("Password"),
            manager=self.name,
            source="oracle",
        )


def sql_server_target(manager: SqlConnection) -> DatabaseTarget:
    """The SQL Server that a connection string names, whatever its style."""
    parts = manager.parts
    address = split_server(parts.get("server"))
    options = {"instance": address.instance} if address.instance else {}
    if parts.flag("integrated"):
        options["integrated"] = "yes"
    for name in ("encrypt", "trust", "application"):
        if parts.get(name):
            options[name] = parts.get(name)
    return DatabaseTarget(
        family="sqlserver",
        host=address.host,
        port=address.port,
        database=parts.get("database"),
        user=parts.get("user"),
        password=manager.secret("Password"),
        options=options,
        manager=manager.name,
        catalog=parts.get("database"),
        source="tsql",
    )
