"""Alerts: a mail or a web hook when a package fails, succeeds, is lost or runs long (SQL Agent's notifications).

What is to be sent stands in the database until it was taken or :data:`TRIES` attempts have failed, so
that a restart or a mail server that is down loses nothing.
"""

from __future__ import annotations

import threading
import time
import uuid
from contextlib import suppress
from typing import Any

import sqlalchemy as sa

from dtserve.service.alert_channels import Channels
from dtserve.service.errors import AlertNotFound, AlertNotSent, BadAlert, ExecutionNotFound, NameTaken
from dtserve.service.history import ENDED, RUNNING, History
from dtserve.service.planning_schema import alerts as table
from dtserve.service.planning_schema import outbox
from dtserve.service.schema import executions
from dtserve.service.state import State

__all__ = ["EVENTS", "LONG_RUN", "TICK_SECONDS", "TRIES", "Alerts"]

LONG_RUN = "long_run"
EVENTS = (*ENDED, LONG_RUN)
TICK_SECONDS = 2.0
TRIES = 5
PAUSE_SECONDS = 60.0
"""The pause after the first attempt that failed; each further one is twice as long."""


class Alerts:
    """Keeps alerts, notes what they are to tell, and sends it."""

    def __init__(self, state: State, history: History, channels: Channels) -> None:
        self._state = state
        self._history = history
        self._channels = channels
        history.on_end.append(self.ended)

    def add(
        self,
        name: str,
        owner: str,
        events: tuple[str, ...],
        channel: str,
        target: str,
        *,
        package_path: str = "",
        long_seconds: float = 0.0,
    ) -> dict[str, Any]:
        """A new alert; BadAlert, NameTaken. ``package_path`` is a package or folder, empty for all."""
        unknown = set(events) - set(EVENTS)
        if unknown or not events:
            raise BadAlert(detail=f"events are some of {', '.join(EVENTS)}.")
        if (LONG_RUN in events) != (long_seconds > 0):
            raise BadAlert(detail="long_run and long_seconds belong together.")
        self._channels.check(channel, target)
        alert_id = str(uuid.uuid4())
        with self._state.write() as connection:
            if connection.execute(sa.select(table.c.id).where(table.c.name == name)).first():
                raise NameTaken(kind="alert", name=name)
            connection.execute(
                table.insert().values(
                    id=alert_id,
                    name=name,
                    owner=owner,
                    events=",".join(events),
                    package_path=package_path,
                    long_seconds=long_seconds,
                    channel=channel,
                    target=target,
                )
            )
        return self.get(alert_id)

    def get(self, alert_id: str) -> dict[str, Any]:
        """One alert; AlertNotFound."""
        for found in self.find():
            if found["id"] == alert_id:
                return found
        raise AlertNotFound(id=alert_id)

    def find(self) -> list[dict[str, Any]]:
        """All alerts by name."""
        with self._state.read() as connection:
            rows = connection.execute(sa.select(table).order_by(table.c.name)).mappings()
            return [{**row, "events": row["events"].split(",")} for row in rows]

    def pause(self, alert_id: str, paused: bool) -> dict[str, Any]:
        """Pause or resume."""
        self.get(alert_id)
        with self._state.write() as connection:
            connection.execute(table.update().where(table.c.id == alert_id).values(paused=paused))
        return self.get(alert_id)

    def remove(self, alert_id: str) -> None:
        """Remove it with what it has not sent."""
        self.get(alert_id)
        with self._state.write() as connection:
            connection.execute(table.delete().where(table.c.id == alert_id))

    def messages(self, limit: int = 100) -> list[dict[str, Any]]:
        """What was and is to be sent, newest first."""
        with self._state.read() as connection:
            rows = connection.execute(sa.select(outbox).order_by(outbox.c.number.desc()).limit(limit)).mappings()
            return [dict(row) for row in rows]

    def ended(self, number: int) -> None:
        """Note what is to be told of an execution that has just ended."""
        row = self._history.numbered(number)
        if row is not None:
            self._note(row, row["state"])

    def deliver(self, stopped: threading.Event, now: float | None = None) -> None:
        """Look for runs that take long, and send what is due."""
        now = time.time() if now is None else now
        self._note_long_runs(now)
        due = sa.select(outbox).where(outbox.c.state == "waiting", outbox.c.next_try <= now).order_by(outbox.c.number)
        with self._state.read() as connection:
            waiting = [dict(row) for row in connection.execute(due.limit(100)).mappings()]
        for message in waiting:
            if stopped.is_set():
                return
            with suppress(AlertNotFound):  # removed meanwhile, its messages with it
                self._send(message, now)

    def _note(self, row: dict[str, Any], event: str, *, longer_than: float | None = None) -> None:
        for alert in self.find():
            if alert["paused"] or event not in alert["events"] or not _concerns(alert["package_path"], row):
                continue
            if longer_than is not None and longer_than < alert["long_seconds"]:
                continue
            now = time.time()
            values = {"alert": alert["id"], "execution": row["id"], "event": event, "created": now, "next_try": now}
            with self._state.write() as connection:
                connection.execute(outbox.insert().prefix_with("OR IGNORE").values(values))

    def _note_long_runs(self, now: float) -> None:
        limits = [alert["long_seconds"] for alert in self.find() if LONG_RUN in alert["events"]]
        if not limits:
            return
        late = sa.select(executions.c.number, executions.c.started).where(
            executions.c.state.in_(RUNNING), executions.c.started <= now - min(limits)
        )
        with self._state.read() as connection:
            found = list(connection.execute(late))
        for number, started in found:
            row = self._history.numbered(number)
            if row is not None:
                self._note(row, LONG_RUN, longer_than=now - started)

    def _send(self, message: dict[str, Any], now: float) -> None:
        alert, values = self.get(message["alert"]), {"state": "sent", "problem": ""}
        try:
            self._channels.send(alert, self._history.get(message["execution"]), message["event"])
        except ExecutionNotFound as error:  # removed from the history meanwhile: nothing is left to tell
            values = {"state": "failed", "problem": error.message}
        except AlertNotSent as error:
            tries = message["tries"] + 1
            state = "failed" if tries >= TRIES else "waiting"
            pause = PAUSE_SECONDS * 2 ** (tries - 1)
            values = {"state": state, "problem": error.message, "tries": tries, "next_try": now + pause}
        with self._state.write() as connection:
            connection.execute(outbox.update().where(outbox.c.number == message["number"]).values(**values))


def _concerns(path: str, row: dict[str, Any]) -> bool:
    """Whether an execution's package is the one of ``path``, or in the folder of it."""
    wanted, found = path.lower().rstrip("\\"), row["package_path"].lower()
    return not wanted or found == wanted or found.startswith(wanted + "\\")
