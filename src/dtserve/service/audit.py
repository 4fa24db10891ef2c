"""The audit: every change, and every change that was refused: who, how known, from where, what, before and after.

Rows are added and never changed, and go only by :mod:`dtserve.service.retention`; the answer to a request is sent when its row is on disk.
"""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from dtserve.service.schema import audit
from dtserve.service.state import State

__all__ = ["COLUMNS", "Audit", "export"]

_c = audit.c
COLUMNS = ("number", "time", "user", "kind", "address", "action", "target", "outcome", "before", "after", "detail")
_LONGEST = 4000
_PAGE = 1000


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
        since: float | None = None,
        until: float | None = None,
    ) -> list[dict[str, Any]]:
        """The latest rows, newest first; ``before`` pages on, ``target`` is the beginning of one.

        ``since`` and ``until`` bound the time.
        """
        query = sa.select(audit).order_by(_c.number.desc()).limit(limit)
        if before is not None:
            query = query.where(_c.number < before)
        for column, wanted in ((_c.user, user), (_c.action, action), (_c.outcome, outcome)):
            if wanted:
                query = query.where(column == wanted)
        if since is not None:
            query = query.where(_c.time >= since)
        if until is not None:
            query = query.where(_c.time < until)
        if target:
            query = query.where(sa.func.substr(_c.target, 1, len(target)) == target)
        with self._state.read() as connection:
            return [{key: row[key] for key in COLUMNS} for row in connection.execute(query).mappings()]


def export(
    entries: Callable[..., Sequence[Mapping[str, Any]]],
    form: str,
    columns: Sequence[str] = COLUMNS,
    **filters: Any,
) -> Iterator[str]:
    """All rows of ``entries`` that the filters choose, page by page, newest first.

    ``entries`` is :meth:`Audit.entries`, :meth:`dtserve.service.eventlog.EventLog.entries`, or the client's form of
    either. ``form`` is ``jsonl``, a JSON object per line, or ``csv``, where what a spreadsheet would take for a formula
    has an apostrophe before it.
    """
    if form == "csv":
        yield _csv(columns)
    before: int | None = None
    while page := entries(limit=_PAGE, before=before, **filters):
        yield "".join(
            _csv(row[name] for name in columns) if form == "csv" else json.dumps(dict(row)) + "\n" for row in page
        )
        before = page[-1]["number"]


def _csv(values: Iterable[Any]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(
        [
            f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
            for value in values
        ]
    )
    return line.getvalue()
