"""Transactions of containers (CONTROL_FLOW §8).

Required joins the parent's transaction or starts one, Supported joins, NotSupported stays out.
The container that starts a transaction commits it when it succeeds and rolls it back otherwise.

There is no transaction coordinator of the machine; dtserve is it. Each database that tasks of
the container use is a :class:`Branch`: one session, begun when it is first used, which all
connection managers to that place share, those of child packages in process included. How
several branches commit is told in ``transaction_commit.py``.
"""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Any

from dtserve.controlflow.results import ExecResult
from dtserve.errors import DtserveError

if TYPE_CHECKING:
    from dtserve.connections.base import Connection
    from dtserve.controlflow.container import Container

__all__ = ["Branch", "Transaction", "begin", "end", "joined", "refuse_isolation"]

I_STARTING = (0x4001100A, "Starting distributed transaction for this container.")
I_COMMITTING = (0x4001100B, "Committing distributed transaction started by this container.")
I_ABORTING = (0x4001100C, "Aborting the current distributed transaction.")

ISOLATION = {
    -1: "",
    256: "READ UNCOMMITTED",
    4096: "READ COMMITTED",
    65536: "REPEATABLE READ",
    1048576: "SERIALIZABLE",
}
"""IsolationLevel → the level in SQL; -1 (Unspecified) is the database's own. Chaos and Snapshot cannot be had."""


class Branch:
    """What one database does in a transaction: ``session`` is shared by all managers in ``connections``."""

    def __init__(self, connection: Any, place: Any) -> None:
        self.connection = connection
        self.place = place
        self.session: Any = connection.session()
        self.kept_open = bool(self.session.keep_open)
        self.session.keep_open = True

    @property
    def name(self) -> str:
        """The connection manager that came first."""
        return str(self.connection.name)

    @property
    def open(self) -> bool:
        """Whether the transaction still is what it was: no statement inside it has ended it."""
        return bool(self.session.transaction_depth)

    def rollback(self) -> None:
        """Undo what is not undone already; raises DtserveError."""
        if self.open:
            self.session.rollback()

    def release(self) -> None:
        """Give the session back to a manager that keeps it, else close it."""
        self.session.keep_open = self.kept_open
        if not self.kept_open:
            self.session.close()


class Transaction:
    """A transaction and the container that started it."""

    def __init__(self, owner: Container) -> None:
        self.owner = owner
        self.branches: list[Branch] = []
        self._lock = threading.Lock()

    def enlist(self, connection: Connection) -> Connection:
        """A database manager as it is inside the transaction; other kinds stay as they are.

        Raises TransactionNotStarted, TransactionUndone and what opening a session raises.
        """
        if not hasattr(type(connection), "bound"):
            return connection
        manager: Any = connection
        with self._lock:
            branch = self._branch(manager)
        inside: Connection = manager.bound(branch.session)
        return inside

    def _branch(self, manager: Any) -> Branch:
        place = None if manager.keeps_session else manager.target().with_(manager="")
        for branch in self.branches:
            same = branch.place == place if place is not None else branch.session is manager.session()
            if same:
                if not branch.open:
                    from dtserve.controlflow.transaction_errors import TransactionUndone

                    raise TransactionUndone(container=self.owner.name, connection=manager.name)
                return branch
        branch = Branch(manager, place)
        self._start(branch)
        self.branches.append(branch)
        return branch

    def _start(self, branch: Branch) -> None:
        from dtserve.controlflow.transaction_errors import TransactionNotStarted

        try:
            refuse_isolation(self.owner)
            branch.session.begin_isolated(ISOLATION[self.owner.isolation_level])
        except DtserveError as error:
            branch.release()
            raise TransactionNotStarted(
                container=self.owner.name, connection=branch.name, detail=error.message
            ) from error

    def commit(self) -> None:
        """Keep the work of all branches, or of none as far as that can be had; raises DtserveError."""
        try:
            if len(self.branches) == 1:
                self.branches[0].session.commit()
            elif self.branches:
                from dtserve.controlflow.transaction_commit import commit_all

                commit_all(self.owner, self.branches)
        finally:
            self._release()

    def rollback(self) -> None:
        """Undo the work of all branches; raises the first DtserveError, after all were tried."""
        failed: DtserveError | None = None
        for branch in reversed(self.branches):
            try:
                branch.rollback()
            except DtserveError as error:
                failed = failed or error
        self._release()
        if failed is not None:
            raise failed

    def _release(self) -> None:
        for branch in self.branches:
            with contextlib.suppress(DtserveError):
                branch.rollback()  # a commit that failed
            branch.release()
        self.branches.clear()


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


def joined(container: Container) -> Transaction | None:
    """The transaction in which ``container`` is, or would be if it were to start now."""
    from dtserve.controlflow.container import TransactionOption

    here: Container | None = container
    while here is not None:
        if here.transaction is not None or here.transaction_option is TransactionOption.NOT_SUPPORTED:
            return here.transaction
        here = here.parent if here.parent is not None else here.run.parent
    return None


def refuse_isolation(container: Container) -> None:
    """Raise IsolationLevelUnusable when ``container`` starts transactions at a level that cannot be had."""
    from dtserve.controlflow.container import TransactionOption

    if container.transaction_option is TransactionOption.REQUIRED and container.isolation_level not in ISOLATION:
        from dtserve.controlflow.transaction_errors import IsolationLevelUnusable

        raise IsolationLevelUnusable(container=container.name, level=container.isolation_level)


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
