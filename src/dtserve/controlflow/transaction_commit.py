"""How a transaction over several databases commits (CONTROL_FLOW §8).

1. Every database is asked whether it could commit; the first refusal undoes all.
2. Those that can prepare (PostgreSQL with max_prepared_transactions) do; a refusal undoes all.
3. Those that cannot commit one after the other, in the order in which they were first used. The
   first of them decides: when it refuses, all is undone; so one such database is still safe.
   With more of them a warning is raised beforehand, and a refusal of a later one is an error
   that names what is kept and what is lost; the others commit, as decided.
4. The prepared ones are told; one that cannot be reached is tried again over a new session.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from dtserve.controlflow.transaction_errors import TransactionInDoubt, TransactionPartlyCommitted
from dtserve.errors import DtserveError

if TYPE_CHECKING:
    from dtserve.controlflow.container import Container
    from dtserve.controlflow.transactions import Branch

__all__ = ["W_ONEAFTERTHEOTHER", "commit_all"]

W_ONEAFTERTHEOTHER = 0x80D51540


def commit_all(owner: Container, branches: Sequence[Branch]) -> None:
    """Commit all branches; raises DtserveError when any of them is not committed."""
    for branch in branches:
        branch.session.check_commit()
    prepared = {f"dtserve:{uuid.uuid4().hex}": branch for branch in branches if branch.session.can_prepare()}
    plain = [branch for branch in branches if branch not in prepared.values()]
    if len(plain) > 1:
        names = ", ".join(f'"{branch.name}"' for branch in plain)
        owner.fire_warning(
            W_ONEAFTERTHEOTHER,
            f'The transaction of "{owner.name}" covers connection managers whose databases cannot commit in two '
            f"phases: {names}. They commit one after the other in this order; should one of them fail after the "
            "first, those before it stay committed.",
        )
    done: list[str] = []
    try:
        for name, branch in prepared.items():
            branch.session.prepare(name)
            done.append(name)
        lost = _commit_plain(plain)
    except DtserveError:
        doubt = _told(owner, {name: prepared[name] for name in done}, commit=False)
        if doubt is not None:
            owner.report(doubt)
        raise
    failed = _told(owner, prepared, commit=True)
    if lost:
        kept = [branch.name for branch in branches if branch not in lost]
        raise TransactionPartlyCommitted(
            container=owner.name,
            kept=_named(kept),
            lost=_named(branch.name for branch in lost),
            detail=next(iter(lost.values())).message,
        )
    if failed is not None:
        raise failed


def _named(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _commit_plain(branches: Sequence[Branch]) -> dict[Branch, DtserveError]:
    """Commit in order; what refused after the first. Raises when the first refuses: nothing is committed then."""
    lost: dict[Branch, DtserveError] = {}
    for number, branch in enumerate(branches):
        try:
            branch.session.commit()
        except DtserveError as error:
            if number == 0:
                raise
            lost[branch] = error
    return lost


def _told(owner: Container, prepared: dict[str, Branch], *, commit: bool) -> DtserveError | None:
    """Second phase; the first problem, after all were told."""
    failed: DtserveError | None = None
    for name, branch in prepared.items():
        try:
            _finish(owner, branch, name, commit=commit)
        except DtserveError as error:
            failed = failed or error
    return failed


def _finish(owner: Container, branch: Branch, name: str, *, commit: bool) -> None:
    """End a prepared transaction; over a new session when its own is gone. Raises TransactionInDoubt."""
    try:
        branch.session.finish_prepared(name, commit=commit)
        return
    except DtserveError:
        pass
    try:
        with branch.connection.another_session() as session:
            session.finish_prepared(name, commit=commit)
    except DtserveError as error:
        raise TransactionInDoubt(
            container=owner.name,
            verb="commit" if commit else "rollback",
            connection=branch.name,
            detail=error.message,
            name=name,
        ) from error
