"""What tasks that speak to a database share: the manager, its database family, a session, rows of a statement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from dtserve.controlflow.errors import ConnectionNotFound
from dtserve.controlflow.tasks import sql_errors as errors
from dtserve.errors import Canceled, ConnectionError_, DtserveError, UnsupportedError

if TYPE_CHECKING:
    from dtserve.connections.base import Connection, ResultSet, SqlParameter, SqlSession
    from dtserve.connections.sql.target import DatabaseTarget
    from dtserve.controlflow.task_host import TaskHost

__all__ = ["connected", "database_text", "manager_of", "quoted_name", "quoted_text", "rows_of", "run", "target_of"]


def manager_of(host: TaskHost, reference: str) -> Connection:
    """The SQL connection manager behind a reference; SqlConnectionMissing, SqlCannotAcquire."""
    if not reference.strip():
        raise errors.SqlConnectionMissing(connection="")
    try:
        manager = host.connection(reference)
    except ConnectionNotFound:
        raise errors.SqlConnectionMissing(connection=reference) from None
    if getattr(manager, "session", None) is None or getattr(manager, "target", None) is None:
        raise errors.SqlCannotAcquire(connection=manager.name, detail="It is no database connection.")
    return manager


def target_of(manager: Connection) -> DatabaseTarget:
    """Where the manager goes; raises UnsupportedProvider."""
    return cast("DatabaseTarget", cast(Any, manager).target())


@contextmanager
def connected(host: TaskHost, reference: str) -> Iterator[SqlSession]:
    """A session that is canceled with the run and closed at the end; SqlCannotAcquire."""
    manager = manager_of(host, reference)
    try:
        session: SqlSession = cast(Any, manager).session()
    except UnsupportedError:
        raise
    except DtserveError as error:
        raise errors.SqlCannotAcquire(connection=manager.name, detail=error.message) from error
    try:
        with host.run.cancel.calling(session.cancel):
            yield session
    finally:
        session.close()


def run(
    host: TaskHost, session: SqlSession, sql: str, parameters: Sequence[SqlParameter] = (), *, timeout: int = 0
) -> list[ResultSet]:
    """Run a text; SqlExecutionFailed with the database's words, Canceled when the run is being stopped."""
    try:
        return session.execute(sql, parameters, timeout=timeout)
    except ConnectionError_ as error:
        if host.run.cancel.canceled:
            raise Canceled from error
        raise errors.SqlExecutionFailed(query=sql, detail=database_text(error)) from error


def rows_of(
    host: TaskHost, session: SqlSession, sql: str, parameters: Sequence[SqlParameter] = (), *, timeout: int = 0
) -> list[tuple[Any, ...]]:
    """The rows of the first result that has columns."""
    for result in run(host, session, sql, parameters, timeout=timeout):
        if result.columns:
            return list(result.rows())
    return []


def database_text(error: DtserveError) -> str:
    """The database's own words."""
    return str(error.facts.get("detail") or error.message)


def quoted_name(name: str) -> str:
    """A name in brackets.

    >>> quoted_name("a]b")
    '[a]]b]'
    """
    return "[" + name.replace("]", "]]") + "]"


def quoted_text(text: str) -> str:
    """A text literal of T-SQL.

    >>> quoted_text("it's")
    "N'it''s'"
    """
    return "N'" + text.replace("'", "''") + "'"
