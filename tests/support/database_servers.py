"""One database of each kind of server, empty, by name; for tests that run over all of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from support.mariadb import MariaServer, mariadb_server
from support.postgres import PostgresServer, postgres_server
from support.tds_server import TdsServer

__all__ = ["SERVERS", "empty_database"]

SERVERS = ("postgres", "mariadb", "tds")
"""PostgreSQL, MariaDB, and the test double of SQL Server's wire."""


@cache
def _postgres() -> PostgresServer:
    return _lasting(postgres_server())


@cache
def _mariadb() -> MariaServer:
    return _lasting(mariadb_server())


def _lasting(server):  # type: ignore[no-untyped-def]
    """Started now, stopped when the test process ends."""
    import atexit

    started = server.__enter__()
    atexit.register(server.__exit__, None, None, None)
    return started


@contextmanager
def empty_database(server: str, folder: Path) -> Iterator[str]:
    """The URL of an empty database."""
    if server == "tds":
        double = TdsServer(folder)
        try:
            yield double.url()
        finally:
            double.stop()
    else:
        yield (_postgres() if server == "postgres" else _mariadb()).empty()
