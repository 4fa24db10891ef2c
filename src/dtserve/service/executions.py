"""Runs packages for the service: each in a process of its own, its events stored and told to the watchers.

An execution is ``starting`` until its process has said something, ``running`` until its end is
known, ``stopping`` after a stop was asked for; then ``succeeded``, ``failed`` or ``canceled``.
The end is written once: :class:`dtserve.service.history.History` changes no ended execution.
"""

from __future__ import annotations

import json
import queue
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from dtserve.controlflow.events import Event
from dtserve.errors import DtserveError
from dtserve.execution import process
from dtserve.execution.options import ExecutionOptions, PackageSource, Setting
from dtserve.service.config import ServiceHome
from dtserve.service.errors import NotRunning
from dtserve.service.eventlog import EventLog
from dtserve.service.history import RUNNING, History
from dtserve.service.roots import SQL_SERVER_FOLDER
from dtserve.service.watch import Watchers
from dtserve.stores.base import StorePath
from dtserve.stores.names import parse_path
from dtserve.stores.tree import PackageTree, tree_path

__all__ = ["Executions"]

BATCH_SECONDS = 0.1
BATCH_EVENTS = 1000
SHUTDOWN_SECONDS = 15.0
ENDS = {0: "succeeded", 3: "canceled"}


@dataclass
class _Run:
    """A run whose process lives."""

    number: int
    id: str
    worker: process.WorkerProcess
    package: dict[str, str]
    user: str
    pump: threading.Thread | None = field(default=None, repr=False)


class Executions:
    """Starts, watches and stops the service's runs."""

    def __init__(
        self, home: ServiceHome, tree: PackageTree, history: History, event_log: EventLog, watchers: Watchers
    ) -> None:
        self._home = home
        self._tree = tree
        self._history = history
        self._event_log = event_log
        self._watchers = watchers
        self._runs: dict[str, _Run] = {}
        self._lock = threading.Lock()
        self._closed = False

    def start(
        self,
        path: str,
        user: str,
        *,
        settings: Mapping[str, str] | None = None,
        parameters: Mapping[str, str] | None = None,
        connections: Mapping[str, str] | None = None,
        validate_only: bool = False,
    ) -> dict[str, Any]:
        """Start the stored package at ``path``; returns the execution.

        PackageNotFound when there is none; a package that does not open ends as a failed
        execution, with the reason.
        """
        place = self._tree.resolve(parse_path(path))
        info = self._tree.info(place)
        source = self._source(place)
        execution_id = str(uuid.uuid4())
        options = self._options(execution_id, settings, parameters, connections, validate_only)
        package = {
            "package_path": tree_path(info.path),
            "package_name": info.name,
            "package_id": info.package_id,
            "package_description": info.description,
        }
        number = self._history.add(id=execution_id, user=user, options=_shown(options), **package)
        try:
            worker = process.start(source, self._placed(options, place, source.folder))
        except (DtserveError, OSError) as error:
            reason = error.message if isinstance(error, DtserveError) else str(error)
            self._history.update(number, state="failed", ended=time.time(), exit_code=1, reason=reason)
            return self._history.get(execution_id)
        run = _Run(number, execution_id, worker, package, user)
        self._history.update(number, pid=worker.pid, started=time.time())
        run.pump = threading.Thread(target=self._pump, args=(run,), name=f"run-{number}", daemon=True)
        with self._lock:
            self._runs[execution_id] = run
        run.pump.start()
        self._watchers.tell("executions")
        return self._history.get(execution_id)

    def stop(self, execution_id: str) -> dict[str, Any]:
        """Ask a run to stop and return at once; NotRunning when it has ended."""
        found = self._history.get(execution_id)
        with self._lock:
            run = self._runs.get(execution_id)
        if run is None or found["state"] not in RUNNING:
            raise NotRunning(id=execution_id, state=found["state"])
        self._request_stop(run)
        return self._history.get(execution_id)

    def shut_down(self) -> None:
        """Stop all runs when the configuration says so, and wait until every process is gone."""
        with self._lock:
            self._closed = True
            runs = list(self._runs.values())
        if self._home.stop_executing_packages_on_shutdown:
            for run in runs:
                self._request_stop(run)
        deadline = time.monotonic() + SHUTDOWN_SECONDS
        for run in runs:
            if run.pump is not None:
                run.pump.join(max(0.0, deadline - time.monotonic()))

    def _request_stop(self, run: _Run) -> None:
        self._event_log.write(
            "DTS_MSG_SERVER_STOPPING_PACKAGE",
            run.id,
            run.package["package_id"],
            run.package["package_name"],
            run.package["package_description"],
            run.user,
        )
        self._history.update(run.number, state="stopping")
        self._watchers.tell(run.id)
        self._watchers.tell("executions")
        threading.Thread(target=run.worker.stop, name=f"stop-{run.number}", daemon=True).start()

    def _source(self, place: StorePath) -> PackageSource:
        """The package's bytes, and the folder where its relative paths begin."""
        folder = self._tree.folder_path(place[:-1])
        if folder is None:
            folder = self._home.work_path
            folder.mkdir(parents=True, exist_ok=True)
        return PackageSource(data=self._tree.read(place), display_path=tree_path(place), folder=str(folder))

    def _placed(self, options: ExecutionOptions, place: StorePath, folder: str) -> ExecutionOptions:
        """The options with the package's own place: its folder, and in msdb where child packages stand."""
        root = self._tree.root(place)
        if root.kind != SQL_SERVER_FOLDER:
            return replace(options, folder=folder)
        return replace(options, folder=folder, store_server=root.place or ".", store_folder="\\".join(place[1:-1]))

    def _options(
        self,
        execution_id: str,
        settings: Mapping[str, str] | None,
        parameters: Mapping[str, str] | None,
        connections: Mapping[str, str] | None,
        validate_only: bool,
    ) -> ExecutionOptions:
        asked = [Setting("set", target, value) for target, value in (settings or {}).items()]
        asked += [Setting("parameter", _parameter(name), value) for name, value in (parameters or {}).items()]
        asked += [Setting("connection", name, value) for name, value in (connections or {}).items()]
        return ExecutionOptions(
            settings=tuple(asked),
            validate_only=validate_only,
            connection_map=self._home.connection_map,
            path_map=self._home.path_map,
            msdb=self._home.msdb_urls(),
            registry_file=self._home.registry_file,
            memory_limit=self._home.settings.number("execution.max_memory"),
            execution_id=execution_id,
        )

    def _pump(self, run: _Run) -> None:
        """Carry events from the process into the database and to the watchers, until the process has ended."""
        reason, exit_code, running = "", 1, False
        try:
            for batch in _batches(run.worker):
                self._history.append(run.number, batch)
                if not running:
                    self._history.update(run.number, state="running") if run.worker.alive else None
                    running = True
                self._watchers.tell(run.id)
            exit_code = run.worker.wait()
            reason = run.worker.failure or ""
        except DtserveError as error:
            reason = error.message
            run.worker.stop()
        finally:
            self._end(run, exit_code, reason)

    def _end(self, run: _Run, exit_code: int, reason: str) -> None:
        try:
            self._history.update(
                run.number,
                state=ENDS.get(exit_code, "failed"),
                ended=time.time(),
                exit_code=exit_code,
                reason=reason,
            )
        finally:
            with self._lock:
                self._runs.pop(run.id, None)
            self._watchers.tell(run.id)
            self._watchers.tell("executions")


def _parameter(name: str) -> str:
    return name if name.startswith("$") else f"$Package::{name}"


def _shown(options: ExecutionOptions) -> str:
    """What was asked, for the history: names of what was set, never a value (it may be a secret)."""
    return json.dumps(
        {"validate_only": options.validate_only, "set": [f"{each.kind} {each.target}" for each in options.settings]}
    )


def _batches(worker: process.WorkerProcess) -> Iterator[list[Event]]:
    """The worker's events in batches: at once when there was a pause, else a tenth of a second together."""
    arrived: queue.SimpleQueue[Event | None] = queue.SimpleQueue()

    def read() -> None:
        try:
            for event in worker.events():
                arrived.put(event)
        finally:
            arrived.put(None)

    reader = threading.Thread(target=read, name=f"events-{worker.pid}", daemon=True)
    reader.start()
    ended = False
    while not ended:
        first = arrived.get()
        batch: list[Event] = []
        deadline = time.monotonic() + BATCH_SECONDS
        item: Event | None = first
        while True:
            if item is None:
                ended = True
                break
            batch.append(item)
            left = deadline - time.monotonic()
            if len(batch) >= BATCH_EVENTS or left <= 0:
                break
            try:
                item = arrived.get(timeout=left)
            except queue.Empty:
                break
        if batch:
            yield batch
    reader.join()
