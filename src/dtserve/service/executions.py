"""Runs packages for the service: queued, each in a process of its own, watched, stopped, taken up again.

An execution is ``queued`` until there is room for it, ``starting`` until its process has said
something, ``running`` until its end is known, ``stopping`` after a stop was asked for; then
``succeeded``, ``failed``, ``canceled``, ``timed_out`` or ``lost``. The end is written once:
:class:`dtserve.service.history.History` changes no ended execution.

What was asked lies sealed in the spool folder of the execution until its end, so that queued
executions survive a restart of the service.
"""

from __future__ import annotations

import logging
import shutil
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

from dtserve.errors import DtserveError
from dtserve.execution.spooled import start_spooled
from dtserve.service.config import ServiceHome
from dtserve.service.errors import (
    AtCapacity,
    ExecutionNotFound,
    JobGone,
    KeyBusy,
    NotRunning,
    StateUnavailable,
)
from dtserve.service.eventlog import EventLog
from dtserve.service.history import RUNNING, History
from dtserve.service.launching import Launcher
from dtserve.service.pump import Run, RunPump
from dtserve.service.run_request import RunRequest
from dtserve.service.sealed import Seal
from dtserve.service.watch import Watchers
from dtserve.stores.durable import write_file

__all__ = ["Executions"]

TICK_SECONDS = 0.25
JOB_NAME = "job"
TRIED_AGAIN = ("failed", "timed_out", "lost")


_log = logging.getLogger("dtserve.service.executions")


def _named(execution_id: str, package: dict[str, str], user: str) -> dict[str, str]:
    """The fields of the log that tell of which run a line is."""
    return {"execution_id": execution_id, "package_path": package["package_path"], "identity": user}


class Executions:
    """Starts, queues, watches and stops the service's runs."""

    def __init__(
        self, home: ServiceHome, launcher: Launcher, history: History, event_log: EventLog, watchers: Watchers
    ) -> None:
        self._home = home
        self._history = history
        self._event_log = event_log
        self._watchers = watchers
        self.launcher = launcher
        self._seal = Seal(home.seal_path)
        self.on_start: list[Callable[[str], None]] = []
        """Called with the id of an execution that somebody asks for, where the request is served."""
        self._runs: dict[str, Run] = {}
        self._lock = threading.RLock()
        self._closed = threading.Event()
        self._wake = threading.Event()
        self._clock = threading.Thread(target=self._tick, name="executions", daemon=True)

    def begin(self) -> None:
        """Start what is queued from now on, and watch time-outs."""
        self._clock.start()

    @property
    def active(self) -> int:
        """How many packages run for this service now."""
        return len(self._runs)

    def start(self, request: RunRequest, user: str, *, execution_id: str = "") -> dict[str, Any]:
        """Queue an execution, start it if there is room, and return it.

        PackageNotFound, FileNotAllowed or RequestInvalid when there is no such package; AtCapacity; KeyBusy; StateUnavailable. A
        package that does not open ends as a failed execution, with the reason.
        """
        package = self.launcher.describe(request)
        with self._lock:
            self._admit(request)
            execution_id = self._add(request, package, user, execution_id or str(uuid.uuid4()))
            for tell in self.on_start:
                tell(execution_id)
            self._dispatch()
        _log.info("execution queued", extra=_named(execution_id, package, user))
        self._watchers.tell("executions")
        return self._history.get(execution_id)

    def _admit(self, request: RunRequest) -> None:
        waiting = len(self._history.waiting(float("inf")))
        if self.active >= self._most and waiting >= self._home.settings.number("execution.max_queued_packages"):
            raise AtCapacity(running=self.active, queued=waiting)
        if request.key and request.refuse_busy and (busy := self._history.unfinished(request.key)):
            raise KeyBusy(key=request.key, id=busy[0]["id"])

    @property
    def _most(self) -> int:
        return self._home.settings.number("execution.max_concurrent_packages")

    def _add(
        self,
        request: RunRequest,
        package: dict[str, str],
        user: str,
        execution_id: str,
        *,
        attempt: int = 1,
        retry_of: str = "",
        not_before: float = 0.0,
    ) -> str:
        folder = self._home.spool_path / execution_id
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_file(folder / JOB_NAME, self._seal.close(request.to_json().encode("utf-8")), mode=0o600)
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise StateUnavailable(detail=f"{folder}: {error.strerror or error}") from None
        self._history.add(
            id=execution_id,
            user=user,
            options=request.shown(self.launcher.public_parameters(request)),
            priority=request.priority,
            run_key=request.key,
            timeout_seconds=request.timeout_seconds,
            schedule=request.schedule,
            attempt=attempt,
            retry_of=retry_of,
            not_before=not_before,
            **package,
        )
        return execution_id

    def knows(self, execution_id: str) -> bool:
        """Whether an execution of that id was ever started."""
        try:
            self._history.get(execution_id)
        except ExecutionNotFound:
            return False
        return True

    def stop(self, execution_id: str) -> dict[str, Any]:
        """Ask a run to stop and return at once, or take it out of the queue; NotRunning when it has ended."""
        with self._lock:
            found = self._history.get(execution_id)
            run = self._runs.get(execution_id)
            if run is None and found["state"] == "queued":
                self._history.update(found["number"], state="canceled", ended=time.time(), exit_code=3)
                shutil.rmtree(self._home.spool_path / execution_id, ignore_errors=True)
        if run is not None and found["state"] in RUNNING:
            self._request_stop(run)
        elif found["state"] != "queued":
            raise NotRunning(id=execution_id, state=found["state"])
        self._watchers.tell(execution_id)
        self._watchers.tell("executions")
        return self._history.get(execution_id)

    def take_up(self, run: Run, after: int) -> None:
        """Follow a run whose worker a former service started."""
        with self._lock:
            self._follow(run, after)

    def shut_down(self) -> None:
        """Stop all runs when the configuration says so, and wait for them as long as the settings say.

        Runs that may outlive the service go on; the next service takes them up.
        """
        self._closed.set()
        self._wake.set()
        if self._clock.ident is not None:
            self._clock.join()
        with self._lock:
            runs = list(self._runs.values())
        if self._home.stop_executing_packages_on_shutdown:
            for run in runs:
                self._request_stop(run)
            deadline = time.monotonic() + self._home.settings.number("service.shutdown_grace")
            for run in runs:
                if run.pump is not None:
                    run.pump.join(max(0.0, deadline - time.monotonic()))
        for run in runs:
            if run.pump is not None:
                run.pump.leave()
                run.pump.join()

    def _request_stop(self, run: Run) -> None:
        """Have a run stopped, also when the database cannot take it down just now."""
        run.worker.stop_requested = True
        threading.Thread(target=run.worker.stop, name=f"stop-{run.number}", daemon=True).start()
        try:
            self._history.update(run.number, state="stopping")
            self._event_log.write(
                "DTS_MSG_SERVER_STOPPING_PACKAGE",
                run.id,
                run.package["package_id"],
                run.package["package_name"],
                run.package["package_description"],
                run.user,
            )
        except StateUnavailable as error:
            _log.warning("run %s: its stop is not noted: %s", run.id, error.message)
        self._watchers.tell(run.id)
        self._watchers.tell("executions")

    def _tick(self) -> None:
        """Start what has its turn and stop what has run too long; whatever goes wrong, this goes on."""
        while not self._closed.is_set():
            try:
                self._time_out()
                with self._lock:
                    self._dispatch()
            except DtserveError:
                self._closed.wait(1.0)
            except Exception:
                _log.exception("the queue could not be looked through")
                self._closed.wait(1.0)
            self._wake.wait(TICK_SECONDS)
            self._wake.clear()

    def _time_out(self) -> None:
        now = time.monotonic()
        with self._lock:
            late = [run for run in self._runs.values() if run.deadline <= now and not run.timed_out]
        for run in late:
            run.timed_out = True
            self._request_stop(run)

    def _dispatch(self) -> None:
        """Launch queued executions in their order while there is room; the lock is held."""
        if self._closed.is_set() or self.active >= self._most:
            return
        busy = {run.request.key for run in self._runs.values() if run.request.key}
        for row in self._history.waiting(time.time()):
            if self.active >= self._most:
                break
            if row["run_key"] in busy:
                continue
            if row["run_key"]:
                busy.add(row["run_key"])
            self._launch(row)

    def _launch(self, row: dict[str, Any]) -> None:
        folder, started = self._home.spool_path / row["id"], time.time()
        try:
            request = self.read_job(row["id"])
            source, options = self.launcher.job(request, row["id"])
            outlives = not self._home.stop_executing_packages_on_shutdown
            self._history.update(row["number"], state="starting", started=started)
            worker = start_spooled(source, options, folder, outlives=outlives)
        except (DtserveError, OSError) as error:
            reason = error.message if isinstance(error, DtserveError) else str(error)
            self._history.update(row["number"], state="failed", ended=time.time(), exit_code=1, reason=reason)
            shutil.rmtree(folder, ignore_errors=True)
            return
        package = {name: row[name] for name in ("package_path", "package_name", "package_id", "package_description")}
        run = Run(row["number"], row["id"], package, row["user"], request, worker, row["attempt"], started)
        self._history.update(row["number"], pid=worker.pid)
        _log.info("execution started", extra={**_named(run.id, package, row["user"]), "pid": worker.pid})
        self._follow(run, 0)

    def read_job(self, execution_id: str) -> RunRequest:
        """What an execution that has not ended was asked to do; JobGone or SealBroken."""
        try:
            sealed = (self._home.spool_path / execution_id / JOB_NAME).read_bytes()
        except OSError as error:
            raise JobGone(detail=error.strerror or str(error)) from None
        return RunRequest.unsealed(sealed, self._seal)

    def _follow(self, run: Run, after: int) -> None:
        self._runs[run.id] = run
        run.pump = RunPump(run, self._history, self._watchers, self, after)
        run.pump.start()

    def ending(self, run: Run, state: str) -> None:
        """Queue the next attempt if one was asked for: whoever sees the end finds it."""
        if state in TRIED_AGAIN and run.attempt <= run.request.retries:
            self.try_again(run)

    def ended(self, run: Run, state: str) -> None:
        """Make room."""
        level = logging.INFO if state in ("succeeded", "canceled") else logging.WARNING
        _log.log(level, "execution ended", extra={**_named(run.id, run.package, run.user), "state": state})
        with self._lock:
            self._runs.pop(run.id, None)
        shutil.rmtree(run.worker.folder, ignore_errors=True)
        self._watchers.tell(run.id)
        self._watchers.tell("executions")
        self._wake.set()

    def try_again(self, run: Run) -> None:
        """Queue the next attempt; its id follows from the run's, so that it is queued once even over a crash.

        StateUnavailable when it cannot be written down.
        """
        again = str(uuid.uuid5(uuid.UUID(run.id), "retry"))
        if self.knows(again):
            return
        self._add(
            run.request,
            run.package,
            run.user,
            again,
            attempt=run.attempt + 1,
            retry_of=run.id,
            not_before=time.time() + run.request.retry_seconds,
        )
