"""The SMO connection manager (SMOServer): a SQL Server that SMO tasks and enumerators work on.

ConnectionString is ``SqlServerName=host\\instance;UseWindowsAuthentication=False;UserName=u;``. Here it is a SQL
connection: what asks for objects asks the server's catalog. Source: FORMAT §3.4, APPENDIX SMOServer.
"""

from __future__ import annotations

from typing import ClassVar

from dtserve.connections.connection_string import ConnectionString
from dtserve.connections.errors import BadConnectionString
from dtserve.connections.oledb import sql_server_target
from dtserve.connections.sql.target import DatabaseTarget
from dtserve.connections.sql_connection import SqlConnection

__all__ = ["SmoManager"]

_PARTS = {"sqlservername": "ServerName"}


class SmoManager(SqlConnection):
    """SMO."""

    kind: ClassVar[str] = "SMOServer"
    style: ClassVar[str] = "adonet"

    def _parse(self, text: str) -> None:
        """Take SMO's keywords as those of ADO.NET."""
        try:
            given = ConnectionString(text, self.style)
        except ValueError as error:
            raise BadConnectionString(name=self.name, detail=str(error)) from None
        if given.has("SqlServerName"):
            plain = ConnectionString("", self.style)
            plain.set("server", given.get("SqlServerName"))
            plain.set("integrated", "True" if given.flag("UseWindowsAuthentication") else "False")
            for name in ("user", "password", "database"):
                if given.get(name):
                    plain.set(name, given.get(name))
            text = str(plain)
        super()._parse(text)

    def set_property(self, name: str, value: str) -> None:
        """Set a property; SqlServerName and UseWindowsAuthentication are parts of the string."""
        if name.lower() == "usewindowsauthentication":
            self._string.set("integrated", value)
            self._print()
            return
        super().set_property(_PARTS.get(name.lower(), name), value)

    def get_property(self, name: str, default: str = "") -> str:
        """A property by its SSIS name."""
        if name.lower() == "usewindowsauthentication":
            return "True" if self._string.flag("integrated") else "False"
        return super().get_property(_PARTS.get(name.lower(), name), default)

    def own_target(self) -> DatabaseTarget | None:
        """The server of the string."""
        return sql_server_target(self)
