"""Packages that run on this machine without the service: dtexec by hand or by cron tells it of itself (SERVICE §5).

They are listed with the others, and a stop asks their process as Ctrl-C would. One whose process
is gone without a word is ``lost``.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import threading
import time
from typing import Any

import psutil

from dtserve.service.eventlog import EventLog
from dtserve.service.history import History
from dtserve.service.watch import Watchers

__all__ = ["ORIGIN", "WATCH_SECONDS", "Registered"]

ORIGIN = "dtexec"
WATCH_SECONDS = 3.0
STEPS = ((2.0, signal.SIGTERM), (4.0, signal.SIGTERM))
"""How long a process may take after each request before the next is made; then it is killed."""
CLOCK_STEP = 1.0
"""Seconds by which the noted start of the same process may differ: the clock may have been set."""
GONE = "The process ended without telling its result."


class Registered:
    """The runs that others started."""

    def __init__(self, history: History, event_log: EventLog, watchers: Watchers) -> None:
        self._history = history
        self._event_log = event_log
        self._watchers = watchers

    def add(self, execution_id: str, *, path: str, package: str, package_id: str, pid: int, user: str) -> None:
        """Note a run that has begun; the caller has made sure that the process is the user's own."""
        started = psutil.Process(pid).create_time()
        self._history.add(
            id=execution_id,
            user=user,
            state="running",
            origin=ORIGIN,
            started=time.time(),
            pid=pid,
            package_path=path or package,
            package_name=package,
            package_id=package_id,
            package_description="",
            options=json.dumps({"process_started": started}),
        )
        self._watchers.tell("executions")

    def finish(self, execution_id: str, state: str, exit_code: int) -> None:
        """Write the end that dtexec told; a run that has ended already stays as it is."""
        row = self._history.get(execution_id)
        self._history.update(row["number"], state=state, ended=time.time(), exit_code=exit_code)
        self._watchers.tell(execution_id)
        self._watchers.tell("executions")

    def stop(self, row: dict[str, Any]) -> None:
        """Ask the process to stop, and insist."""
        facts = (row["id"], row["package_id"], row["package_name"], row["package_description"], row["user"])
        self._event_log.write("DTS_MSG_SERVER_STOPPING_PACKAGE", *facts)
        self._history.update(row["number"], state="stopping")
        threading.Thread(target=self._insist, args=(row,), name=f"stop-{row['number']}", daemon=True).start()

    def watch(self, stopped: threading.Event) -> None:
        """Give those whose process is gone their end."""
        for row in self._history.unfinished(origin=ORIGIN):
            if stopped.is_set():
                return
            if process_of(row) is None and self._history.update(
                row["number"],
                state="canceled" if row["state"] == "stopping" else "lost",
                ended=time.time(),
                exit_code=3 if row["state"] == "stopping" else 1,
                reason="" if row["state"] == "stopping" else GONE,
            ):
                self._watchers.tell(row["id"])
                self._watchers.tell("executions")

    def _insist(self, row: dict[str, Any]) -> None:
        if process_of(row) is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(row["pid"], signal.SIGINT)
        for seconds, number in (*STEPS, (0.5, signal.SIGKILL)):
            deadline = time.monotonic() + seconds
            while time.monotonic() < deadline:
                if process_of(row) is None:
                    return
                time.sleep(0.05)
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(row["pid"], number)


def process_of(row: dict[str, Any]) -> psutil.Process | None:
    """The process of a registered run if it still lives and is the same one."""
    try:
        process = psutil.Process(row["pid"])
        same = abs(process.create_time() - row["options"]["process_started"]) <= CLOCK_STEP
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.Error:
        return None
