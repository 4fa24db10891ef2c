"""Opening a session: one module per database family, imported when it is needed."""

from __future__ import annotations

import importlib
from typing import cast

from dtserve.connections.base import SqlSession
from dtserve.connections.sql.target import DatabaseTarget

__all__ = ["SESSIONS", "open_session"]

SESSIONS: dict[str, tuple[str, str]] = {
    "sqlite": ("sqlite", "SqliteSession"),
    "postgres": ("postgres", "PostgresSession"),
    "mysql": ("mysql", "MySqlSession"),
    "sqlserver": ("sqlserver", "SqlServerSession"),
    "oracle": ("oracle", "OracleSession"),
    "odbc": ("odbc", "OdbcSession"),
}
"""Family → module of this folder, class."""


def open_session(target: DatabaseTarget) -> SqlSession:
    """Connect; raises CannotAcquireConnection with the database's words, DriverMissing."""
    module, name = SESSIONS[target.family]
    cls = getattr(importlib.import_module(f"dtserve.connections.sql.{module}"), name)
    return cast(SqlSession, cls(target))
