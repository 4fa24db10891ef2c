"""Schedules: stored packages that the service starts by the clock (the part of SQL Server Agent that packages need)."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from dtserve.errors import DtserveError
from dtserve.service.errors import BadTimetable, NameTaken, ScheduleNotFound, StateUnavailable
from dtserve.service.executions import Executions
from dtserve.service.planning_schema import schedules as table
from dtserve.service.run_request import RunRequest
from dtserve.service.sealed import Seal
from dtserve.service.state import State
from dtserve.service.timetable import Timetable

__all__ = ["LATE_SECONDS", "MISSED", "TICK_SECONDS", "Schedules"]

TICK_SECONDS = 1.0
LATE_SECONDS = 60.0
"""A run that could not start for longer than this (the service was down) counts as missed."""
MISSED = ("skip", "once")
"""What becomes of missed runs: nothing, as with SQL Server Agent, or one run for all of them."""
MayStart = Callable[[str, RunRequest], None]
_log = logging.getLogger("dtserve.service.schedules")
_SHOWN = tuple(column for column in table.columns if column.name != "request")


class Schedules:
    """Keeps schedules and starts what is due.

    ``may_start`` is asked before each run whether the owner still has the right; it raises AccessDenied.
    """

    def __init__(self, state: State, executions: Executions, seal: Seal, may_start: MayStart) -> None:
        self._state = state
        self._executions = executions
        self._seal = seal
        self._may_start = may_start

    def add(
        self, name: str, owner: str, request: RunRequest, timetable: Timetable, *, missed: str = "skip"
    ) -> dict[str, Any]:
        """A new schedule; BadTimetable, NameTaken, and what :meth:`Executions.start` says of the package."""
        package = self._executions.launcher.describe(request)
        now = time.time()
        timetable = replace(timetable, begin=now)
        timetable.check()
        schedule_id = str(uuid.uuid4())
        with self._state.write() as connection:
            if connection.execute(sa.select(table.c.id).where(table.c.name == name)).first():
                raise NameTaken(kind="schedule", name=name)
            connection.execute(
                table.insert().values(
                    id=schedule_id,
                    name=name,
                    owner=owner,
                    package_path=package["package_path"],
                    request=self._seal.close(request.to_json().encode("utf-8")),
                    cron=timetable.cron,
                    every_seconds=timetable.every_seconds,
                    time_zone=timetable.time_zone,
                    missed=missed,
                    created=now,
                    next_run=timetable.after(now),
                )
            )
        return self.get(schedule_id)

    def get(self, schedule_id: str) -> dict[str, Any]:
        """One schedule; ScheduleNotFound."""
        with self._state.read() as connection:
            row = connection.execute(sa.select(*_SHOWN).where(table.c.id == schedule_id)).mappings().first()
        if row is None:
            raise ScheduleNotFound(id=schedule_id)
        return dict(row)

    def find(self, owner: str | None = None) -> list[dict[str, Any]]:
        """All schedules by name, or those of one owner."""
        query = sa.select(*_SHOWN).order_by(table.c.name)
        if owner is not None:
            query = query.where(table.c.owner == owner)
        with self._state.read() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def pause(self, schedule_id: str, paused: bool) -> dict[str, Any]:
        """Pause or resume; a resumed schedule goes on with its next regular time."""
        row = self.get(schedule_id)
        values: dict[str, Any] = {"paused": paused}
        if not paused:
            values["next_run"] = _timetable(row).after(time.time())
        self._update(schedule_id, **values)
        return self.get(schedule_id)

    def remove(self, schedule_id: str) -> None:
        """Remove it; runs that it started stay in the history. ScheduleNotFound."""
        self.get(schedule_id)
        with self._state.write() as connection:
            connection.execute(table.delete().where(table.c.id == schedule_id))

    def fire(self, stopped: threading.Event, now: float | None = None) -> None:
        """Start everything that is due."""
        now = time.time() if now is None else now
        due = sa.select(table).where(table.c.next_run <= now, table.c.paused.is_(False)).order_by(table.c.next_run)
        with self._state.read() as connection:
            rows = [dict(row) for row in connection.execute(due).mappings()]
        for row in rows:
            if stopped.is_set():
                return
            try:
                self._fire(row, now)
            except StateUnavailable:
                raise
            except Exception:
                _log.exception('the schedule "%s" could not be looked at', row["name"])  # the others have their turn

    def _fire(self, row: dict[str, Any], now: float) -> None:
        """One run for the time that is due; its id follows from that time, so that a crash makes no second run."""
        try:
            following = _timetable(row).after(now)
        except BadTimetable as error:  # a time zone that this system no longer knows
            self._update(row["id"], paused=True, last_problem=error.message)
            return
        if row["missed"] == "skip" and now - row["next_run"] > LATE_SECONDS:
            self._update(row["id"], next_run=following)
            return
        execution_id = str(uuid.uuid5(uuid.UUID(row["id"]), f"{row['next_run']:.6f}"))
        problem = ""
        try:
            request = RunRequest.unsealed(row["request"], self._seal)
            self._may_start(row["owner"], request)
            if not self._executions.knows(execution_id):
                self._executions.start(replace(request, schedule=row["id"]), row["owner"], execution_id=execution_id)
        except DtserveError as error:
            problem, execution_id = error.message, ""
        self._update(row["id"], next_run=following, last_run=now, last_execution=execution_id, last_problem=problem)

    def _update(self, schedule_id: str, **values: Any) -> None:
        with self._state.write() as connection:
            connection.execute(table.update().where(table.c.id == schedule_id).values(**values))


def _timetable(row: dict[str, Any]) -> Timetable:
    return Timetable(row["cron"], row["every_seconds"], row["time_zone"], row["created"])
