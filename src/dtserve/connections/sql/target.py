"""Where a SQL session goes: a database family, a place and the dialect the statements are written in.

Made from a SQLAlchemy-style URL of the connection map (``sqlite:////data/x.db``,
``postgresql://user@host:5432/db?sslmode=require``) or from a manager's own connection string.
URL query settings of dtserve's own: ``source`` = the dialect that the package's statements
are written in (``tsql``, ``oracle``, ``mysql``, ``postgres`` …); everything else goes to the driver.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, unquote, urlsplit

from dtserve.connections.errors import BadConnectionMap

__all__ = ["FAMILIES", "DatabaseTarget", "parse_url"]

FAMILIES: dict[str, str] = {
    "sqlite": "sqlite",
    "postgresql": "postgres",
    "postgres": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
    "mssql": "sqlserver",
    "sqlserver": "sqlserver",
    "oracle": "oracle",
    "odbc": "odbc",
}
"""URL scheme (before ``+``) → database family."""

DIALECTS: dict[str, str] = {
    "sqlite": "sqlite",
    "postgres": "postgres",
    "mysql": "mysql",
    "sqlserver": "tsql",
    "oracle": "oracle",
    "odbc": "",
}
"""Family → the dialect its database speaks; empty where only the ODBC driver knows."""


@dataclass(frozen=True)
class DatabaseTarget:
    """A place to open a session at.

    ``manager`` is the connection manager's name (for messages); ``catalog`` the database the
    package believes to be in; ``source`` the dialect of the package's statements.
    """

    family: str
    host: str = ""
    port: int = 0
    database: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    options: Mapping[str, str] = field(default_factory=dict, repr=False)
    manager: str = ""
    catalog: str = ""
    source: str = "tsql"

    @property
    def dialect(self) -> str:
        """The dialect of the database itself."""
        return DIALECTS.get(self.family, "")

    @property
    def in_memory(self) -> bool:
        """A SQLite database that lives only as long as its connection."""
        return self.family == "sqlite" and self.database in ("", ":memory:")

    def with_(self, **changes: object) -> DatabaseTarget:
        """A copy with some fields changed."""
        return replace(self, **changes)  # type: ignore[arg-type]


def parse_url(url: str, *, manager: str = "", catalog: str = "", source: str = "tsql") -> DatabaseTarget:
    """The target of a URL; raises BadConnectionMap for a scheme nobody knows, without showing the URL.

    >>> parse_url("postgresql+psycopg://etl:p%40ss@db:5433/dw").port
    5433
    >>> parse_url("sqlite:////data/x.db").database
    '/data/x.db'
    """
    scheme = url.partition("://")[0].lower().partition("+")[0]
    family = FAMILIES.get(scheme)
    if family is None:
        raise BadConnectionMap(entry=manager or scheme, detail=f'the database "{scheme}" is not known')
    try:
        parts = urlsplit(url)
        port = parts.port or 0
    except ValueError:
        raise BadConnectionMap(entry=manager or scheme, detail="the URL is not well-formed") from None
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    path = unquote(parts.path)
    database = path[1:] if path.startswith("/") else path
    return DatabaseTarget(
        family=family,
        host=unquote(parts.hostname or ""),
        port=port,
        database=database,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        source=options.pop("source", source),
        options=options,
        manager=manager,
        catalog=catalog,
    )
