"""Executions in the state database: their rows, events and row counts per path."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from dtserve.controlflow.events import Event
from dtserve.service import schema
from dtserve.service.errors import ExecutionNotFound
from dtserve.service.state import State

__all__ = ["ENDED", "LEVELS", "RUNNING", "History"]

RUNNING = ("queued", "starting", "running", "stopping")
ENDED = ("succeeded", "failed", "canceled", "timed_out", "lost")
LEVELS = {
    "error": ("OnError", "OnTaskFailed"),
    "warning": ("OnError", "OnTaskFailed", "OnWarning"),
    "information": ("OnError", "OnTaskFailed", "OnWarning", "OnInformation", "PackageStart", "PackageEnd"),
}
"""Which kinds of events a level shows; every other level shows all."""
PAGE_CHARACTERS = 1 << 20
_LIKE = re.compile("[%_/]")

_e = schema.executions
_v = schema.events


class History:
    """Reads and writes executions; every change of state is one transaction."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.on_end: list[Callable[[int], None]] = []
        """Called with the number of an execution once its end is written."""

    def add(self, **values: Any) -> int:
        """A new execution in state ``queued`` unless ``values`` say otherwise; returns its number."""
        with self._state.write() as connection:
            values = {"created": time.time(), "state": "queued", **values}
            result = connection.execute(_e.insert().values(values))
            return int((result.inserted_primary_key or (0,))[0])

    def update(self, number: int, **values: Any) -> bool:
        """Change columns of an execution that has not ended; False, and nothing changed, for one that has."""
        with self._state.write() as connection:
            changed = connection.execute(
                _e.update().where(_e.c.number == number, _e.c.state.in_(RUNNING)).values(**values)
            )
        if changed.rowcount != 1:
            return False
        if values.get("ended") is not None:
            for tell in self.on_end:
                tell(number)
        return True

    def append(self, number: int, batch: Sequence[Event]) -> None:
        """Store events and fold row counts, errors and warnings into the execution, in one transaction."""
        if not batch:
            return
        own = [event for event in batch if event.kind != "RowsSent"]
        with self._state.write() as connection:
            if own:
                connection.execute(_v.insert().prefix_with("OR IGNORE"), [_event_row(number, event) for event in own])
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

    def numbered(self, number: int) -> dict[str, Any] | None:
        """One execution by its number, without row counts; None when it was removed."""
        with self._state.read() as connection:
            row = connection.execute(sa.select(_e).where(_e.c.number == number)).mappings().first()
        return _public(row) if row is not None else None

    def find(
        self,
        *,
        running: bool | None = None,
        state: str = "",
        package: str = "",
        user: str = "",
        seen_by: str | None = None,
        logs: bool = False,
        text: str = "",
        since: float | None = None,
        until: float | None = None,
        limit: int = 100,
        before: int | None = None,
    ) -> list[dict[str, Any]]:
        """Executions, newest first; ``before`` pages on from an execution's number.

        ``package`` is a path or the beginning of one, ``text`` is looked for in paths, users and reasons;
        ``since`` and ``until`` bound the time of creation. With ``seen_by`` only that user's, and with
        ``logs`` all that have ended, too.
        """
        query = sa.select(_e).order_by(_e.c.number.desc()).limit(limit)
        if running is not None:
            query = query.where(_e.c.state.in_(RUNNING) if running else _e.c.state.not_in(RUNNING))
        if package:
            query = query.where(sa.func.lower(_e.c.package_path).startswith(package.lower(), autoescape=True))
        if text:
            places = (_e.c.package_path, _e.c.user, _e.c.reason)
            query = query.where(sa.or_(*(place.icontains(text, autoescape=True) for place in places)))
        if state:
            query = query.where(_e.c.state == state)
        if user:
            query = query.where(_e.c.user == user)
        if seen_by is not None:
            own = _e.c.user == seen_by
            query = query.where(sa.or_(own, _e.c.ended.is_not(None)) if logs else own)
        if since is not None:
            query = query.where(_e.c.created >= since)
        if until is not None:
            query = query.where(_e.c.created < until)
        if before is not None:
            query = query.where(_e.c.number < before)
        with self._state.read() as connection:
            return [_public(row) for row in connection.execute(query).mappings()]

    def counts(self) -> dict[str, int]:
        """State → number of executions in it."""
        with self._state.read() as connection:
            rows = connection.execute(sa.select(_e.c.state, sa.func.count()).group_by(_e.c.state))
            return {str(state): int(count) for state, count in rows}

    def waiting(self, now: float) -> list[dict[str, Any]]:
        """Queued executions whose time has come, in the order in which they are to run."""
        query = (
            sa.select(_e)
            .where(_e.c.state == "queued", _e.c.not_before <= now)
            .order_by(_e.c.priority.desc(), _e.c.number)
        )
        with self._state.read() as connection:
            return [_public(row) for row in connection.execute(query).mappings()]

    def unfinished(self, key: str = "", origin: str = "") -> list[dict[str, Any]]:
        """Executions that have not ended, oldest first; of one ``key`` or one ``origin`` when given."""
        query = sa.select(_e).where(_e.c.state.in_(RUNNING)).order_by(_e.c.number)
        if key:
            query = query.where(_e.c.run_key == key)
        if origin:
            query = query.where(_e.c.origin == origin)
        with self._state.read() as connection:
            return [_public(row) for row in connection.execute(query).mappings()]

    def events(
        self, number: int, *, after: int = 0, limit: int = 500, kind: str = "", level: str = "", text: str = ""
    ) -> list[dict[str, Any]]:
        """Events with a sequence number above ``after``, in order.

        ``level`` is one of :data:`LEVELS`; ``text`` is looked for in messages and sources.
        """
        wanted = [_v.c.execution == number, _v.c.sequence > after]
        if text:
            escaped = _LIKE.sub(lambda each: f"/{each[0]}", text)
            pattern = f"%{escaped}%"  # LIKE does not tell capital letters of ASCII from small ones
            wanted.append(sa.or_(_v.c.message.like(pattern, escape="/"), _v.c.source.like(pattern, escape="/")))
        kinds = [each for each in LEVELS.get(level, ("",)) if not kind or each in ("", kind)]
        if kind and level not in LEVELS:
            kinds = [kind]
        parts = []
        for each in kinds:  # each in the order of the index: sorting what all of them have takes longer
            query = sa.select(_v.c.sequence, _v.c.record).where(*wanted).order_by(_v.c.sequence).limit(limit)
            parts.append(sa.select((query.where(_v.c.kind == each) if each else query).subquery()))
        if not parts:
            return []
        found = sa.union_all(*parts).subquery()
        with self._state.read() as connection:
            rows = connection.execute(sa.select(found.c.record).order_by(found.c.sequence).limit(limit))
            return [json.loads(record) for record in rows.scalars()]

    def phases(self, number: int) -> list[dict[str, Any]]:
        """How long the components of the data flows worked in each phase, in the order in which they were told.

        A data flow that runs several times has the sum, and in ``times`` how often.
        """

        def told(name: str) -> sa.Function[Any]:
            return sa.func.json_extract(_v.c.record, f"$.data.{name}")

        component, phase = told("component").label("component"), told("phase").label("phase")
        query = (
            sa.select(
                _v.c.source.label("task"),
                _v.c.source_path.label("task_path"),
                component,
                phase,
                sa.func.total(told("seconds")).label("seconds"),
                sa.func.count().label("times"),
            )
            .where(_v.c.execution == number, _v.c.kind == "ComponentPhase")
            .group_by(_v.c.source, _v.c.source_path, component, phase)
            .order_by(sa.func.min(_v.c.sequence))
        )
        with self._state.read() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def page(self, number: int, after: int, limit: int, upto: int | None = None) -> tuple[str, int] | None:
        """The next events as the text of a JSON list, and the last one's sequence number; None when there is none.

        None after ``upto``, where given; fewer than ``limit`` where they are long.
        """
        query = (
            sa.select(_v.c.sequence, _v.c.record)
            .where(_v.c.execution == number, _v.c.sequence > after)
            .order_by(_v.c.sequence)
            .limit(limit)
        )
        if upto is not None:
            query = query.where(_v.c.sequence <= upto)
        records: list[str] = []
        last, size = after, 0
        with self._state.read() as connection:
            for sequence, record in connection.execute(query):
                records.append(record)
                last, size = sequence, size + len(record)
                if size > PAGE_CHARACTERS:
                    break
        return (f"[{','.join(records)}]", last) if records else None

    def remove(self, *, older_than: float | None, keep: int, limit: int) -> int:
        """Remove at most ``limit`` ended executions, oldest first; how many were removed.

        Those that ended before ``older_than`` go, and those beyond the newest ``keep`` (0 keeps all).
        """
        ended = sa.select(_e.c.number).where(_e.c.state.not_in(RUNNING)).order_by(_e.c.number)
        with self._state.write() as connection:
            gone: set[int] = set()
            if older_than is not None:
                gone |= set(connection.execute(ended.where(_e.c.ended < older_than).limit(limit)).scalars())
            if keep:
                total = connection.execute(sa.select(sa.func.count()).select_from(ended.subquery())).scalar() or 0
                if total > keep:
                    gone |= set(connection.execute(ended.limit(min(limit, total - keep))).scalars())
            if gone:
                connection.execute(_e.delete().where(_e.c.number.in_(gone)))
        return len(gone)


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
        "source": event.source, "source_path": event.source_path, "message": event.message,
        "record": json.dumps(record, default=str, separators=(",", ":")),
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
