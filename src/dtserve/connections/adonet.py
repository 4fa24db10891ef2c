"""The ADO.NET connection manager (ADO.NET:SQL, :OLEDB, :ODBC, :ORACLE, or an assembly-qualified type).

The provider behind the CreationName decides how the string reads: SqlClient is SQL Server,
OleDb and Odbc as the managers of those names, OracleClient is Oracle. Parameters are
``@name`` for SqlClient (CONTROL_FLOW §12). Source: FORMAT §3.4, APPENDIX ADO.NET.
"""

from __future__ import annotations

from typing import Any, ClassVar

from dtserve.connections.odbc import driver_family, odbc_target
from dtserve.connections.oledb import OleDbManager, provider_family, sql_server_target
from dtserve.connections.sql.target import DIALECTS, DatabaseTarget
from dtserve.package.names import ado_net_provider

__all__ = ["AdoNetManager"]


class AdoNetManager(OleDbManager):
    """ADO.NET."""

    kind: ClassVar[str] = "ADO.NET"
    style: ClassVar[str] = "adonet"

    def __init__(self, model: Any, environment: Any) -> None:
        self.provider = ado_net_provider(model.creation_name)
        super().__init__(model, environment)

    def source_dialect(self) -> str:
        """The dialect of the provider."""
        if self.provider == "ORACLE":
            return "oracle"
        if self.provider == "ODBC":
            return DIALECTS[driver_family(self.parts.get("driver"))] or "tsql"
        if self.provider == "OLEDB":
            return super().source_dialect()
        return "tsql"

    def server(self) -> str:
        """The server, or the DSN of an ODBC string."""
        return self.parts.get("server") or self.parts.get("dsn")

    def provider_name(self) -> str:
        """The provider inside the string, else the CreationName."""
        return super().provider_name() or self.model.creation_name

    def own_target(self) -> DatabaseTarget | None:
        """The database of the provider's string; None for a provider nobody knows."""
        if self.provider == "SQL":
            return sql_server_target(self)
        if self.provider == "ODBC":
            return odbc_target(self)
        if self.provider == "OLEDB":
            return super().own_target() if provider_family(self.parts.get("provider"))[0] else None
        if self.provider == "ORACLE":
            return DatabaseTarget(
                family="oracle",
                host=self.parts.get("server"),
                user=self.parts.get("user"),
                password=self.secret("Password"),
                manager=self.name,
                source="oracle",
            )
        return None
