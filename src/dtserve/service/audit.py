"""The audit: every change, and every change that was refused: who, how known, from where, what, before and after.

Rows are added and never changed; the answer to a request is sent when its row is on disk.
"""

from __future__ import annotations

import time
from typing import Any

import sqlalchemy as sa

from dtserve.service.schema import audit
from dtserve.service.state import State

__all__ = ["Audit"]

_c = audit.c
_SHOWN = ("number", "time", "user", "kind", "address", "action", "target", "outcome", "before", "after", "detail")
_LONGEST = 4000


class Audit:
    """Writes and lists the audit."""

    def __init__(self, state: State) -> None:
        self._state = state

    def write(
        self,
        user: str,
        action: str,
        target: str = "",
        *,
        outcome: str = "done",
        kind: str = "",
        address: str = "",
        before: str = "",
        after: str = "",
        detail: str = "",
    ) -> None:
        """Add a row; texts must hold no secret."""
        row = {"user": user, "action": action, "target": target, "outcome": outcome, "kind": kind, "address": address}
        row |= {"before": before, "after": after, "detail": detail}
        with self._state.write() as connection:
            connection.execute(audit.insert().values(time=time.time(), **{k: v[:_LONGEST] for k, v in row.items()}))

    def entries(
        self,
        *,
        limit: int = 200,
        before: int | None = None,
        user: str = "",
        action: str = "",
        outcome: str = "",
        target: str = "",
    ) -> list[dict[str, Any]]:
        """The latest rows, newest first; ``before`` pages on, ``target`` is the beginning of one."""
        query = sa.select(audit).order_by(_c.number.desc()).limit(limit)
        if before is not None:
            query = query.where(_c.number < before)
        for column, wanted in ((_c.user, user), (_c.action, action), (_c.outcome, outcome)):
            if wanted:
                query = query.where(column == wanted)
        if target:
            query = query.where(sa.func.substr(_c.target, 1, len(target)) == target)
        with self._state.read() as connection:
            return [{key: row[key] for key in _SHOWN} for row in connection.execute(query).mappings()]
