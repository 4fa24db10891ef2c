"""What the SQL kinds of connection managers share: a connection string, its parts, and sessions.

Setting a part (ServerName, InitialCatalog, UserName, Password, Provider …) re-composes
ConnectionString, setting ConnectionString replaces all parts; the last one set wins
(CONFIG_LOGGING §1). The password is kept apart and never printed. RetainSameConnection
(stored as ``Retain``) makes every task use one session for the whole run.
"""

from __future__ import annotations

import copy
import threading
from typing import Any, ClassVar, Self

from dtserve.connections.base import Connection, SqlSession
from dtserve.connections.connection_string import ConnectionString
from dtserve.connections.errors import BadConnectionString, UnsupportedProvider
from dtserve.connections.sql.target import DatabaseTarget, parse_url
from dtserve.connections.stored import is_true

__all__ = ["SqlConnection"]

_PARTS = {
    "servername": "server",
    "initialcatalog": "database",
    "username": "user",
    "provider": "provider",
    "applicationname": "application",
}
_PLACES = ("server", "provider", "driver", "dsn", "file", "extended")
"""Parts of which a connection string has one, or it leads nowhere."""
_LOGIN_OPTIONS = {
    "sqlserver": "timeout",
    "postgres": "connect_timeout",
    "mysql": "connect_timeout",
    "odbc": "connect_timeout",
}
"""Family → the option of its driver that limits the time of a login."""

_WITHOUT_END = "31536000"
_ALIASES = {"retainsameconnection": "Retain"}


class SqlConnection(Connection):
    """A manager that gives :class:`SqlSession`; subclasses say how their string names a database."""

    style: ClassVar[str] = "oledb"
    checked_early: ClassVar[bool] = True

    def __init__(self, model: Any, environment: Any) -> None:
        super().__init__(model, environment)
        self._lock = threading.RLock()
        self._shared: SqlSession | None = None
        self._lent = False
        self._string = ConnectionString("", self.style)
        self._parse(super().get_property("ConnectionString"))

    def _parse(self, text: str) -> None:
        try:
            self._string = ConnectionString(text, self.style)
        except ValueError as error:
            raise BadConnectionString(name=self.name, detail=str(error)) from None
        if self._string.get("password"):
            self.set_secret("Password", self._string.get("password"))
        self._string.remove("password")
        self._print()

    def _print(self) -> None:
        super().set_property("ConnectionString", str(self._string))

    def set_property(self, name: str, value: str) -> None:
        """Set a property by its SSIS name; raises BadConnectionString when a string cannot be parsed."""
        low = name.lower()
        if low == "connectionstring":
            self._parse(value)
        elif low in _PARTS:
            self._string.set(_PARTS[low], value)
            self._print()
        else:
            super().set_property(_ALIASES.get(low, name), value)

    def get_property(self, name: str, default: str = "") -> str:
        """A property by its SSIS name, parts of the connection string included; never the password."""
        low = name.lower()
        if low in _PARTS:
            return self._string.get(_PARTS[low]) or default
        return super().get_property(_ALIASES.get(low, name), default)

    @property
    def parts(self) -> ConnectionString:
        """The parsed connection string, without password."""
        return self._string

    @property
    def retains(self) -> bool:
        """RetainSameConnection."""
        return is_true(self.get_property("RetainSameConnection"))

    def server(self) -> str:
        """The server the package believes to talk to."""
        return self._string.get("server")

    def catalog(self) -> str:
        """The database the package believes to be in."""
        return self._string.get("database")

    def source_dialect(self) -> str:
        """The dialect that statements for this manager are written in."""
        return "tsql"

    def own_target(self) -> DatabaseTarget | None:
        """The database that the connection string itself names; None when there is no driver for it."""
        return None

    def target(self) -> DatabaseTarget:
        """Where sessions go: the connection map's entry, else the connection string's own database.

        Raises UnsupportedProvider, BadConnectionString, BadConnectionMap.
        """
        return self._with_login_time(self._target())

    def _target(self) -> DatabaseTarget:
        mapped = self.environment.target(self.name, self.server(), self.catalog())
        if mapped is not None:
            target = parse_url(
                mapped.url, manager=self.name, catalog=self.catalog(), source=self.source_dialect() or "tsql"
            )
            if not target.password and target.user in ("", self._string.get("user")):
                target = target.with_(password=self.secret("Password"))
            if target.family == "sqlite" and not target.in_memory:
                target = target.with_(database=str(self.environment.map_path(target.database)))
            return target
        if not any(self._string.get(part) for part in _PLACES):
            raise BadConnectionString(name=self.name, detail="it names neither a provider nor a data source.")
        own = self.own_target()
        if own is None:
            raise UnsupportedProvider(name=self.name, provider=self.provider_name() or "(none)")
        return own

    def _with_login_time(self, target: DatabaseTarget) -> DatabaseTarget:
        """The string's Connect Timeout in seconds (0 is without end), where the map's URL says nothing."""
        option = _LOGIN_OPTIONS.get(target.family, "")
        seconds = self._string.get("timeout").strip()
        if not option or option in target.options or not seconds.isdigit():
            return target
        if not int(seconds) and option == "connect_timeout":
            seconds = _WITHOUT_END
        return target.with_(options={**target.options, option: seconds})

    def validate(self) -> None:
        """What :meth:`target` finds wrong, without connecting; a workbook is looked at by who reads it."""
        if not self.opens_workbook:
            self.target()

    @property
    def opens_workbook(self) -> bool:
        """Whether the string is of the Jet or ACE provider for Excel, and no connection map leads elsewhere."""
        if not self._string.get("extended").strip().upper().startswith("EXCEL"):
            return False
        return self.environment.target(self.name, self.server(), self.catalog()) is None

    def provider_name(self) -> str:
        """The provider or driver as the string names it."""
        return self._string.get("provider") or self._string.get("driver")

    def session(self) -> SqlSession:
        """A session: the shared one where it is retained or the transaction's, else a new one.

        The caller closes it; closing the shared one has no effect before the manager is closed.
        Raises CannotAcquireConnection, UnsupportedProvider, DriverMissing.
        """
        with self._lock:
            if self._shared is not None:
                return self._shared
            target = self.target()
            opened = self._open(target)
            if self.retains or target.in_memory:
                opened.keep_open = True
                self._shared = opened
            return opened

    def _open(self, target: DatabaseTarget) -> SqlSession:
        from dtserve.connections.sql.open import open_session

        return open_session(target)

    @property
    def keeps_session(self) -> bool:
        """Whether all who use the manager share one session: RetainSameConnection, and a database in memory."""
        return self.retains or self.target().in_memory

    def bound(self, session: SqlSession) -> Self:
        """The manager as it is inside a transaction of a container: all its sessions are that one (CONTROL_FLOW §8)."""
        inside = copy.copy(self)
        inside._shared, inside._lent = session, True
        return inside

    def another_session(self) -> SqlSession:
        """A new session whatever is shared; the caller closes it."""
        return self._open(self.target())

    def close(self) -> None:
        """Close the shared session; an open transaction is undone by the database."""
        if self._lent:
            return
        with self._lock:
            shared, self._shared = self._shared, None
            if shared is not None:
                shared.keep_open = False
                shared.close()
