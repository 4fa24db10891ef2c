"""Opening the database behind an msdb: pragmas of SQLite, pools, and errors that name the place."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from dtserve.stores.base import Caller
from dtserve.stores.errors import StoreUnavailable, WriteFailed
from dtserve.stores.msdb.prepared import transaction
from dtserve.stores.msdb.procedures import Procedures
from dtserve.stores.msdb.schema import migrate, principals, role_sid
from dtserve.stores.msdb.urls import sqlite_url
from dtserve.stores.names import name_key

__all__ = ["BUSY_SECONDS", "Database", "sqlite_url"]

LOGIN_SECONDS = 15
"""How long a server may say nothing: the login time-out of SQL Server's clients."""
BUSY_SECONDS = 30.0
"""How long a writer waits for another one of the same SQLite file."""
UNUSABLE = (DBAPIError, sqlite3.Error, ValueError)
"""What a database tells that cannot do its work: no answer, no room, or damage, which also shows as values of no type."""
MOST_IDLE = 4
"""How many connections to an SQLite file are kept at hand, beside the pool; others go back to it."""

WRITER_LOCK = 7300515
"""The advisory lock that writers of one PostgreSQL msdb share."""


class Database:
    """A database by URL; connects on first use and makes or upgrades the tables."""

    newest_format: ClassVar[int] = 8
    """The latest package format; a server of an older version is one whose settings say so."""
    transactional: ClassVar[bool] = True
    """Whether the procedures of one ``with`` are done together or not at all."""

    def __init__(self, url: str, *, name: str = "msdb") -> None:
        self.name = name
        try:
            self._url = sa.make_url(url)
        except (ArgumentError, ValueError):  # their texts may hold the password
            raise StoreUnavailable(store=name, reason="Its URL cannot be read.") from None
        self._engine: sa.Engine | None = None
        self._migrated = False
        self._writers = threading.RLock()
        self._idle: list[sa.Connection] = []
        self._keeps = self._url.get_backend_name() == "sqlite" and self._url.database not in (None, "", ":memory:")
        self._logins: set[bytes] = set()

    @property
    def place(self) -> str:
        """The URL without its password, for messages."""
        return self._url.render_as_string(hide_password=True)

    @property
    def engine(self) -> sa.Engine:
        """The engine, made on first use; StoreUnavailable when the driver is missing."""
        if self._engine is None:
            try:
                self._engine = _make_engine(self._url)
            except (SQLAlchemyError, ImportError) as error:
                raise StoreUnavailable(store=self.place, reason=str(error)) from None
        return self._engine

    @contextmanager
    def begin(self, *, write: bool = True) -> Iterator[sa.Connection]:
        """One transaction; StoreUnavailable when the server does not answer.

        Writers of one SQLite file wait in line here; SQLite would let them look again and again.
        """
        with self._writers if write and self._keeps else nullcontext(), self._connect() as connection:
            if not self._migrated:
                with transaction(connection, "BEGIN IMMEDIATE"):
                    _alone(connection)
                    migrate(connection)
                self._migrated = True
            with transaction(connection, "BEGIN IMMEDIATE" if write else "BEGIN"):
                if write:
                    _alone(connection)
                yield connection

    @contextmanager
    def procedures(self, caller: Caller, *, write: bool = True) -> Iterator[Procedures]:
        """The procedures for a caller, in one transaction."""
        try:
            with self.begin(write=write) as connection:
                yield Procedures(connection, caller, self._logins)
        except BaseException:
            self._logins.clear()  # the names of those it added are undone, too
            raise

    def add_role(self, role: str) -> None:
        """A role of the database (CREATE ROLE), unless it is there; readers and writers of packages must be roles."""
        row = {"sid": role_sid(role), "name": role, "namekey": name_key(role), "kind": "R"}
        with self.begin() as connection:
            known = sa.select(principals.c.sid).where(principals.c.kind == "R", principals.c.namekey == row["namekey"])
            if connection.execute(known).first() is None:
                connection.execute(sa.insert(principals).values(row))

    def role_names(self) -> list[str]:
        """The roles of the database, by name."""
        query = sa.select(principals.c.name).where(principals.c.kind == "R").order_by(principals.c.namekey)
        with self.begin(write=False) as connection:
            return [str(name) for name in connection.execute(query).scalars()]

    @contextmanager
    def _connect(self) -> Iterator[sa.Connection]:
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._new_connection()
        try:
            yield connection
        except UNUSABLE as error:
            connection.close()
            if _disk_is_full(error):
                raise WriteFailed(path=self.place, reason=_first_line(error)) from None
            raise StoreUnavailable(store=self.place, reason=_first_line(error)) from None
        except BaseException:
            connection.close()
            raise
        if self._keeps and len(self._idle) < MOST_IDLE:
            self._idle.append(connection)
        else:
            connection.close()

    def _new_connection(self) -> sa.Connection:
        try:
            return self.engine.connect()
        except (*UNUSABLE, SQLAlchemyError, OSError) as error:
            raise StoreUnavailable(store=self.place, reason=_first_line(error)) from None

    def dispose(self) -> None:
        """Close all connections."""
        while self._idle:
            self._idle.pop().close()
        if self._engine is not None:
            self._engine.dispose()


def _alone(connection: sa.Connection) -> None:
    """Writers wait for each other instead of failing, so that what a check saw stays true (SQLite: BEGIN IMMEDIATE)."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER_LOCK})")


def _make_engine(url: sa.URL) -> sa.Engine:
    if url.get_backend_name() != "sqlite":
        waits = {"connect_timeout": LOGIN_SECONDS, "tcp_user_timeout": LOGIN_SECONDS * 1000}
        given = waits if url.get_backend_name() == "postgresql" else {}
        arguments = {name: seconds for name, seconds in given.items() if name not in url.query}
        return sa.create_engine(url, pool_pre_ping=True, pool_size=4, max_overflow=8, connect_args=arguments)
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(url, connect_args={"timeout": BUSY_SECONDS, "isolation_level": None})

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    return engine


def _disk_is_full(error: Exception) -> bool:
    """SQLite's SQLITE_FULL and SQLITE_IOERR_WRITE, PostgreSQL's 53100."""
    origin = getattr(error, "orig", error)
    name = str(getattr(origin, "sqlite_errorname", ""))
    return name == "SQLITE_FULL" or name.startswith("SQLITE_IOERR") or getattr(origin, "sqlstate", "") == "53100"


def _first_line(error: BaseException) -> str:
    origin = getattr(error, "orig", None) or error
    return str(origin).strip().splitlines()[0] if str(origin).strip() else type(origin).__name__
