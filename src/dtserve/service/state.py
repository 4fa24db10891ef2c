"""Opens the service's state database and hands out connections.

SQLite runs in WAL mode with ``synchronous=FULL``: what was reported as saved is on disk.
Writers take turns through one lock, so that no request ever sees "database is locked".
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from dtserve.service import identity_schema, schema
from dtserve.service.errors import StateTooNew, StateUnavailable

__all__ = ["State", "open_state"]

BUSY_SECONDS = 30
"""How long the database may be held by another program."""
CONNECTIONS = 40
"""As many as threads answer requests: none waits for another's connection, none opens one for a single query."""


class State:
    """The open database; ``read`` and ``write`` give connections, ``write`` in a transaction."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self._writing = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A connection for queries; StateUnavailable when the database cannot be read."""
        try:
            with self.engine.connect() as connection:
                yield connection
        except sa.exc.DBAPIError as error:
            raise StateUnavailable(detail=_plain(error)) from error

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A connection in a transaction that commits at the end; one writer at a time."""
        try:
            with self._writing, self.engine.begin() as connection:
                yield connection
        except sa.exc.DBAPIError as error:
            raise StateUnavailable(detail=_plain(error)) from error

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def open_state(path: Path) -> State:
    """Open (or create, readable by the owner only) the SQLite state database at ``path``.

    StateTooNew when a later version of dtserve wrote it; StateUnavailable when it cannot
    be opened.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600, exist_ok=True)
    except OSError as error:
        raise StateUnavailable(detail=f"{path}: {error.strerror}") from error
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_SECONDS}, pool_size=CONNECTIONS)
    sa.event.listen(engine, "connect", _configure_sqlite)
    state = State(engine)
    with state.write() as connection:
        schema.upgrade(connection)
        found = connection.execute(sa.select(schema.meta.c.value).where(schema.meta.c.name == "version")).scalar()
        if found is None:
            connection.execute(schema.meta.insert().values(name="version", value=str(schema.VERSION)))
        elif int(found) > schema.VERSION:
            raise StateTooNew(path=str(path), found=found, known=schema.VERSION)
        identity_schema.adopt_identities(connection)
    return state


def _configure_sqlite(connection: Any, _record: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_SECONDS * 1000}"):
        connection.execute(f"PRAGMA {pragma}")


def _plain(error: sa.exc.DBAPIError) -> str:
    return str(error.orig or error).splitlines()[0]
