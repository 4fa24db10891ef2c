"""Transactions of containers (CONTROL_FLOW §8).

Required joins the parent's transaction or starts one, Supported joins, NotSupported stays out.
The container that starts a transaction commits it when it succeeds and rolls it back otherwise.
A transaction covers one connection manager, whose tasks then share one session; a second one would
need a distributed transaction coordinator and is refused.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from dtserve.controlflow.errors import TransactionSpansConnections
from dtserve.controlflow.results import ExecResult
from dtserve.errors import DtserveError

if TYPE_CHECKING:
    from dtserve.connections.base import Connection
    from dtserve.controlflow.container import Container

__all__ = ["Transaction", "begin", "end"]

I_STARTING = (0x4001100A, "Starting distributed transaction for this container.")
I_COMMITTING = (0x4001100B, "Committing distributed transaction started by this container.")
I_ABORTING = (0x4001100C, "Aborting the current distributed transaction.")

ISOLATION = {256: "READ UNCOMMITTED", 4096: "READ COMMITTED", 65536: "REPEATABLE READ", 1048576: "SERIALIZABLE"}
"""IsolationLevel → what SQL Server calls it; other databases keep their own default."""


class Transaction:
    """A transaction and the container that started it."""

    def __init__(self, owner: Container) -> None:
        self.owner = owner
        self._lock = threading.Lock()
        self._connection: Any = None

    def enlist(self, connection: Connection) -> None:
        """Take in a database connection; other kinds stay outside. TransactionSpansConnections for a second one."""
        if not hasattr(connection, "begin_transaction"):
            return
        with self._lock:
            if self._connection is connection:
                return
            if self._connection is not None:
                raise TransactionSpansConnections(
                    container=self.owner.name, connection=connection.name, first=self._connection.name
                )
            started: Any = connection
            started.begin_transaction()
            self._connection = started
        level = ISOLATION.get(self.owner.isolation_level)
        session = started.session()
        if level and session.dialect == "tsql":
            session.execute(f"SET TRANSACTION ISOLATION LEVEL {level}")

    def commit(self) -> None:
        """Keep the work; raises DtserveError when the database refuses."""
        if self._connection is not None:
            self._connection.commit_transaction()

    def rollback(self) -> None:
        """Undo the work; raises DtserveError."""
        if self._connection is not None:
            self._connection.rollback_transaction()


def begin(container: Container) -> None:
    """Give ``container`` the transaction it takes part in for this execution."""
    from dtserve.controlflow.container import TransactionOption

    option = container.transaction_option
    above = container.parent if container.parent is not None else container.run.parent
    inherited = above.transaction if above is not None else None
    if option is TransactionOption.NOT_SUPPORTED:
        container.transaction = None
    elif inherited is not None or option is TransactionOption.SUPPORTED:
        container.transaction = inherited
    else:
        container.transaction = Transaction(container)
        container.fire_information(*I_STARTING)


def end(container: Container, result: ExecResult) -> ExecResult:
    """Commit or roll back what ``container`` started; the result, a failure when the commit fails."""
    transaction, container.transaction = container.transaction, None
    if transaction is None or transaction.owner is not container:
        return result
    good = result in (ExecResult.SUCCESS, ExecResult.COMPLETION)
    container.fire_information(*(I_COMMITTING if good else I_ABORTING))
    try:
        if good:
            transaction.commit()
        else:
            transaction.rollback()
    except DtserveError as error:
        container.report(error)
        return ExecResult.FAILURE if result is not ExecResult.CANCELED else result
    return result
