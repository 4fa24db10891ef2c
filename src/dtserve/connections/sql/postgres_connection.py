"""The connection behind a PostgreSQL session: opening, parameters, transactions, errors, cancelling."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from dtserve.connections.base import SqlParameter
from dtserve.connections.errors import CannotAcquireConnection, DriverMissing, LostConnection, SqlError, SqlTimeout
from dtserve.connections.sql.postgres_catalog import PostgresCatalog
from dtserve.connections.sql.rows import aware
from dtserve.connections.sql.session import FamilySession
from dtserve.connections.sql.target import DatabaseTarget
from dtserve.datatypes import DT, TypeSpec
from dtserve.errors import Canceled

__all__ = ["PostgresConnection", "bind"]

CONNECT_SECONDS = 15


class PostgresConnection(FamilySession):
    """One connection; :class:`~dtserve.connections.sql.postgres.PostgresSession` adds statements and loads."""

    def __init__(self, target: DatabaseTarget) -> None:
        super().__init__(target)
        try:
            import psycopg
        except ImportError:
            raise DriverMissing(database="PostgreSQL", package="psycopg[binary]") from None
        options = dict(target.options)
        schema = options.pop("schema", "")
        self.psycopg = psycopg
        try:
            self.connection = psycopg.connect(
                host=target.host or None,
                port=target.port or None,
                user=target.user or None,
                password=target.password or None,
                dbname=target.database or None,
                autocommit=True,
                connect_timeout=int(options.pop("connect_timeout", CONNECT_SECONDS)),
                application_name=options.pop("application_name", "dtserve"),
                **options,  # type: ignore[arg-type]
            )
        except (psycopg.Error, UnicodeError, ValueError) as error:
            raise CannotAcquireConnection(name=target.manager or "PostgreSQL", detail=_first_line(error)) from None
        for kind in ("json", "jsonb", "interval"):
            self.connection.adapters.register_loader(kind, psycopg.types.string.TextLoader)
        self.catalog = PostgresCatalog(self.connection, schema)
        self._canceled = threading.Event()
        self._closed = False
        self._streaming = False

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Inside a transaction a failure undoes only this statement."""
        self.free()
        if not self.transaction_depth:
            yield
            return
        self.connection.execute("SAVEPOINT dtserve_statement")
        try:
            yield
        except BaseException:
            with suppress(self.psycopg.Error):
                self.connection.execute("ROLLBACK TO SAVEPOINT dtserve_statement")
            raise
        if self.transaction_depth:
            self.connection.execute("RELEASE SAVEPOINT dtserve_statement")

    def free(self) -> None:
        """A connection does one thing at a time; raises SqlError while a query is being read."""
        if self._streaming:
            raise SqlError(detail="Connection is busy with results for another command.")

    @contextmanager
    def limited(self, timeout: int) -> Iterator[None]:
        """The statement's time limit, kept by the server."""
        self._canceled.clear()
        if timeout <= 0:
            yield
            return
        self.connection.execute(f"SET statement_timeout = {timeout * 1000}".encode())
        try:
            yield
        finally:
            with suppress(self.psycopg.Error):
                self.connection.execute("SET statement_timeout = 0")

    @contextmanager
    def errors(self, timeout: int) -> Iterator[None]:
        """psycopg's errors as ours."""
        errors = self.psycopg.errors
        try:
            yield
        except errors.QueryCanceled:
            if self._canceled.is_set():
                self._canceled.clear()
                raise Canceled from None
            raise SqlTimeout(seconds=timeout) from None
        except self.psycopg.OperationalError as error:
            raise LostConnection(detail=_first_line(error)) from None
        except (self.psycopg.Error, ValueError, OverflowError) as error:
            raise SqlError(detail=_first_line(error)) from None

    def begin(self) -> None:
        """BEGIN; inside a transaction only the depth grows, as in T-SQL."""
        with self.lock, self.errors(0):
            self.free()
            if self.transaction_depth == 0:
                self.connection.execute("BEGIN")
            self.transaction_depth += 1

    def begin_isolated(self, level: str) -> None:
        """BEGIN with the level; inside a transaction its level stays."""
        outermost = self.transaction_depth == 0
        self.begin()
        if level and outermost:
            self._say(f"SET TRANSACTION ISOLATION LEVEL {level}")

    def check_commit(self) -> None:
        """Constraints that wait for the end are checked now."""
        self._say("SET CONSTRAINTS ALL IMMEDIATE")

    def can_prepare(self) -> bool:
        """Where the server keeps prepared transactions and the session has no temporary tables, which hinder it."""
        if self.transaction_depth != 1:
            return False
        with self.lock, self.errors(0):
            found = self.connection.execute(
                "SELECT pg_catalog.current_setting('max_prepared_transactions')::int > 0 "
                "AND pg_catalog.pg_my_temp_schema() = 0"
            ).fetchone()
        return bool(found and found[0])

    def prepare(self, name: str) -> None:
        """PREPARE TRANSACTION: from now on only :meth:`finish_prepared` ends it; raises SqlError, all undone."""
        with self.lock, self.errors(0):
            self.transaction_depth = 0
            done = self.connection.execute(f"PREPARE TRANSACTION '{name}'".encode())
            if done.statusmessage != "PREPARE TRANSACTION":  # the server undoes a transaction that has failed
                raise SqlError(detail="The transaction could not be prepared.")

    def finish_prepared(self, name: str, *, commit: bool) -> None:
        """COMMIT PREPARED or ROLLBACK PREPARED."""
        self._say(f"{'COMMIT' if commit else 'ROLLBACK'} PREPARED '{name}'")

    def _say(self, text: str) -> None:
        with self.lock, self.errors(0):
            self.free()
            self.connection.execute(text.encode())

    def commit(self) -> None:
        """COMMIT of the outermost level."""
        self._end("COMMIT", self.transaction_depth - 1)

    def rollback(self) -> None:
        """ROLLBACK of all levels."""
        self._end("ROLLBACK", 0)

    def _end(self, verb: str, depth: int) -> None:
        with self.lock, self.errors(0):
            self.free()
            if self.transaction_depth == 0:
                raise SqlError(detail=f"The {verb} TRANSACTION request has no corresponding BEGIN TRANSACTION.")
            self.transaction_depth = depth
            if depth == 0:
                self.connection.execute(verb.encode())
                if verb == "ROLLBACK":
                    self.schema_changed()

    def cancel(self) -> None:
        """Ask the server to stop the statement that runs."""
        self._canceled.set()
        with suppress(self.psycopg.Error):
            self.connection.cancel_safe(timeout=5)

    def close(self) -> None:
        """Close; an open transaction is undone by the server."""
        if self.keep_open or self._closed:
            return
        self._closed = True
        with suppress(self.psycopg.Error):
            self.connection.close()


def bind(value: Any, wanted: TypeSpec | None) -> Any:
    """A parameter as psycopg takes it; ``wanted`` is the type of the column it is compared with or stored in."""
    spec = None
    if isinstance(value, SqlParameter):
        value, spec = value.value, value.type
    if value is None:
        return None
    if isinstance(value, dict) and "utc" in value:
        return aware(value)
    if spec is not None and spec.dt is DT.GUID and isinstance(value, str):
        return uuid.UUID(value)
    if wanted is None:
        return value
    change = _WANTED.get(wanted.family)
    return change(value) if change is not None else value


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _as_flag(value: Any) -> Any:
    return bool(value) if isinstance(value, int) else value


def _as_number(value: Any) -> Any:
    return int(value) if isinstance(value, bool) else value


_WANTED: dict[str, Callable[[Any], Any]] = {
    "text": _as_text, "bool": _as_flag, "int": _as_number, "decimal": _as_number, "float": _as_number,
}  # fmt: skip


def _first_line(error: BaseException) -> str:
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__
