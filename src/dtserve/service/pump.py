"""Carries the events of one run from its spool into the database and to the watchers, until its end is written."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from dtserve.errors import InternalError
from dtserve.execution.report import RunEnd
from dtserve.execution.spool import SpoolReader
from dtserve.execution.spooled import SpooledWorker
from dtserve.service.errors import StateUnavailable, TimedOut
from dtserve.service.history import History
from dtserve.service.run_request import RunRequest
from dtserve.service.watch import Watchers

__all__ = ["LEFT_RUNNING", "Ends", "Run", "RunPump", "end_of"]

LEFT_RUNNING = "The service ended while the package was running (it was killed or the machine stopped)."
POLL_SECONDS = 0.03
SHORTEST_STEP, LONGEST_STEP = 0.02, 0.2
SHARE = 3.0
"""How many times the seconds that a batch took the next one waits: the busier the machine, the larger the batches."""
BATCH_EVENTS = 1000
RETRY_SECONDS = 1.0
LINGER_SECONDS = 5.0
"""How long a worker that has told its end may take to leave."""
ENDS = {0: "succeeded", 3: "canceled"}

_log = logging.getLogger("dtserve.service")


@dataclass
class Run:
    """A run whose worker lives, or has just ended."""

    number: int
    id: str
    package: dict[str, str]
    user: str
    request: RunRequest
    worker: SpooledWorker
    attempt: int = 1
    started: float = field(default_factory=time.time)
    timed_out: bool = False
    deadline: float = field(default=float("inf"), init=False)
    """When it has run too long, on the monotonic clock: a clock that is set stops no run."""
    pump: RunPump | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.request.timeout_seconds:
            passed = max(0.0, time.time() - self.started)
            self.deadline = time.monotonic() + self.request.timeout_seconds - passed


def end_of(told: RunEnd | None, *, stop_requested: bool, timed_out: float, orphaned: bool, lost: str) -> dict[str, Any]:
    """The columns of an execution's end.

    ``told`` is what the worker said; ``timed_out`` the seconds it had, or 0; ``orphaned`` that it stopped because
    the service had gone; ``lost`` why there is no word of it.
    """
    used: dict[str, Any] = {"ended": time.time()}
    if told is not None:
        used |= {"ended": told.finished or time.time(), "cpu_seconds": told.cpu_seconds or None}
        used |= {"peak_memory": told.peak_memory or None}
    if timed_out and (told is None or told.exit_code == 3):
        return used | {"state": "timed_out", "exit_code": 3, "reason": TimedOut(seconds=f"{timed_out:g}").message}
    if told is None:
        if stop_requested:
            return used | {"state": "canceled", "exit_code": 3, "reason": ""}
        return used | {"state": "lost", "exit_code": 1, "reason": lost}
    if told.exit_code == 3 and orphaned and not stop_requested:
        return used | {"state": "failed", "exit_code": 1, "reason": LEFT_RUNNING}
    return used | {"state": ENDS.get(told.exit_code, "failed"), "exit_code": told.exit_code, "reason": told.error}


class Ends(Protocol):
    """Who is told of the end of a run."""

    def ending(self, run: Run, state: str) -> None:
        """Called just before the end is written."""

    def ended(self, run: Run, state: str) -> None:
        """Called once the end is in the database."""


class RunPump(threading.Thread):
    """The thread of one run."""

    def __init__(self, run: Run, history: History, watchers: Watchers, ends: Ends, after: int = 0) -> None:
        super().__init__(name=f"run-{run.number}", daemon=True)
        self._run = run
        self._history = history
        self._watchers = watchers
        self._ends = ends
        self._reader = SpoolReader(run.worker.folder, after)
        self._leave = threading.Event()
        self._seen = after > 0

    def leave(self) -> None:
        """Stop reading without writing an end: the run goes on, and another service takes it up."""
        self._leave.set()

    def run(self) -> None:
        """Read until the worker has ended, then write the end; one is written whatever happens."""
        try:
            while not self._leave.is_set():
                gone = not self._run.worker.alive  # asked before reading, so that its last words are read
                if not self._carry() and (gone or self._reader.end is not None):
                    self._finish(self._run.worker.lost.message)
                    return
        except Exception as error:
            _log.exception("run %s: its events cannot be carried on", self._run.id)
            self._reader.end = None
            self._run.worker.signal_group("SIGKILL")
            self._finish(InternalError(where="the events of the run", detail=type(error).__name__).message)

    def _carry(self) -> bool:
        """Store what was written since; False when there was nothing."""
        began = time.monotonic()
        batch = self._reader.read(BATCH_EVENTS)
        if not batch:
            if self._reader.end is None and not self._reader.more:
                self._leave.wait(POLL_SECONDS)
            return self._reader.more
        self._insist(lambda: self._history.append(self._run.number, batch))
        if not self._seen and not self._run.worker.stop_requested:
            self._insist(lambda: self._history.update(self._run.number, state="running"))
            self._watchers.tell("executions")
        self._seen = True
        self._watchers.tell(self._run.id)
        if len(batch) < BATCH_EVENTS and self._reader.end is None:
            self._leave.wait(min(LONGEST_STEP, max(SHORTEST_STEP, SHARE * (time.monotonic() - began))))
        return True

    def _insist(self, write: Callable[[], object]) -> bool:
        """Write, and try again for as long as the database cannot be written: the spool keeps the events meanwhile."""
        while not self._leave.is_set():
            with contextlib.suppress(StateUnavailable):
                write()
                return True
            _log.warning("run %s: the database cannot be written; trying again", self._run.id)
            self._leave.wait(RETRY_SECONDS)
        return False

    def _finish(self, lost: str) -> None:
        worker = self._run.worker
        deadline = time.monotonic() + LINGER_SECONDS
        while worker.alive and time.monotonic() < deadline and not self._leave.is_set():
            time.sleep(0.01)
        if worker.alive or self._reader.end is None:
            worker.signal_group("SIGKILL")
        worker.close()
        end = end_of(
            self._reader.end,
            stop_requested=worker.stop_requested,
            timed_out=self._run.request.timeout_seconds if self._run.timed_out else 0,
            orphaned=False,
            lost=lost,
        )
        self._insist(lambda: self._ends.ending(self._run, end["state"]))
        if self._insist(lambda: self._history.update(self._run.number, **end)):
            self._ends.ended(self._run, end["state"])
