"""Executions in the state database: their rows, events and row counts per path."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from dtserve.controlflow.events import Event
from dtserve.service import schema
from dtserve.service.errors import ExecutionNotFound
from dtserve.service.state import State

__all__ = ["ENDED", "RUNNING", "History"]

RUNNING = ("queued", "starting", "running", "stopping")
ENDED = ("succeeded", "failed", "canceled")

_e = schema.executions
_v = schema.events


class History:
    """Reads and writes executions; every change of state is one transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    def add(self, **values: Any) -> int:
        """A new execution in state ``starting``; returns its number."""
        with self._state.write() as connection:
            result = connection.execute(_e.insert().values(created=time.time(), state="starting", **values))
            return int((result.inserted_primary_key or (0,))[0])

    def update(self, number: int, **values: Any) -> None:
        """Change columns of an execution that has not ended; one that has ended stays as it is."""
        with self._state.write() as connection:
            connection.execute(_e.update().where(_e.c.number == number, _e.c.state.in_(RUNNING)).values(**values))

    def append(self, number: int, batch: Sequence[Event]) -> None:
        """Store events and fold row counts, errors and warnings into the execution, in one transaction."""
        if not batch:
            return
        own = [event for event in batch if event.kind != "RowsSent"]
        with self._state.write() as connection:
            if own:
                connection.execute(_v.insert(), [_event_row(number, event) for event in own])
            _fold_rows(connection, number, (event for event in batch if event.kind == "RowsSent"))
            connection.execute(
                _e.update()
                .where(_e.c.number == number)
                .values(
                    last_event=max(event.sequence for event in batch),
                    errors=_e.c.errors + _distinct(own, "OnError"),
                    warnings=_e.c.warnings + _distinct(own, "OnWarning"),
                )
            )

    def get(self, execution_id: str) -> dict[str, Any]:
        """One execution with its row counts per path; ExecutionNotFound otherwise."""
        with self._state.read() as connection:
            row = connection.execute(sa.select(_e).where(_e.c.id == execution_id)).mappings().first()
            if row is None:
                raise ExecutionNotFound(id=execution_id)
            found = _public(row)
            paths = connection.execute(
                sa.select(schema.path_rows)
                .where(schema.path_rows.c.execution == row["number"])
                .order_by(schema.path_rows.c.path)
            ).mappings()
            found["paths"] = [{key: p[key] for key in ("path", "component", "target", "rows")} for p in paths]
        return found

    def find(self, *, running: bool | None = None, limit: int = 100, before: int | None = None) -> list[dict[str, Any]]:
        """Executions, newest first; ``before`` pages on from an execution's number."""
        query = sa.select(_e).order_by(_e.c.number.desc()).limit(limit)
        if running is not None:
            query = query.where(_e.c.state.in_(RUNNING) if running else _e.c.state.not_in(RUNNING))
        if before is not None:
            query = query.where(_e.c.number < before)
        with self._state.read() as connection:
            return [_public(row) for row in connection.execute(query).mappings()]

    def events(self, number: int, *, after: int = 0, limit: int = 500, kind: str = "") -> list[dict[str, Any]]:
        """Events with a sequence number above ``after``, in order."""
        query = (
            sa.select(_v.c.record)
            .where(_v.c.execution == number, _v.c.sequence > after)
            .order_by(_v.c.sequence)
            .limit(limit)
        )
        if kind:
            query = query.where(_v.c.kind == kind)
        with self._state.read() as connection:
            return [json.loads(record) for record in connection.execute(query).scalars()]

    def fail_unfinished(self, reason: str) -> list[str]:
        """Mark every execution that a former service left running as failed; returns their ids."""
        with self._state.write() as connection:
            ids = list(connection.execute(sa.select(_e.c.id).where(_e.c.state.in_(RUNNING))).scalars())
            connection.execute(
                _e.update()
                .where(_e.c.state.in_(RUNNING))
                .values(state="failed", ended=time.time(), exit_code=1, reason=reason)
            )
        return ids


def _distinct(batch: Iterable[Event], kind: str) -> int:
    """How many errors or warnings: the same one delivered to an ancestor is not another."""
    return sum(1 for event in batch if event.kind == kind and not event.data.get("bubbled"))


def _event_row(number: int, event: Event) -> dict[str, Any]:
    record = {
        "sequence": event.sequence, "time": event.time, "kind": event.kind, "source": event.source,
        "source_id": event.source_id, "source_path": event.source_path, "code": event.code,
        "message": event.message, "subcomponent": event.subcomponent, "percent": event.percent,
        "result": event.result, "data": dict(event.data),
    }  # fmt: skip
    return {
        "execution": number, "sequence": event.sequence, "time": event.time, "kind": event.kind,
        "source": event.source, "source_path": event.source_path, "record": json.dumps(record, default=str),
    }  # fmt: skip


def _fold_rows(connection: sa.Connection, number: int, sent: Iterable[Event]) -> None:
    table = schema.path_rows
    sums: dict[str, dict[str, Any]] = {}
    for event in sent:
        data = event.data
        entry = sums.setdefault(
            str(data["path"]), {"component": data.get("component", ""), "target": data.get("target", ""), "rows": 0}
        )
        entry["rows"] += int(data["rows"])
    for path, entry in sums.items():
        changed = connection.execute(
            table.update()
            .where(table.c.execution == number, table.c.path == path)
            .values(rows=table.c.rows + entry["rows"])
        )
        if changed.rowcount == 0:
            connection.execute(table.insert().values(execution=number, path=path, **entry))


def _public(row: sa.RowMapping) -> dict[str, Any]:
    found: dict[str, Any] = dict(row)
    found["options"] = json.loads(found["options"])
    return found
