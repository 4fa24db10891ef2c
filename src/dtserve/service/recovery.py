"""What a starting service does with the executions that a former one left: nothing of a run is lost.

Workers that may outlive a service are followed again. Of every other run the events that lie
in its spool are read, what is left of its processes is killed, and its end is written: the one
that the worker told, or ``lost`` when there is no word of it.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from dtserve.execution.spool import SpoolReader
from dtserve.execution.spooled import SpooledWorker, adopt
from dtserve.service.errors import ServiceError
from dtserve.service.executions import Executions
from dtserve.service.history import History
from dtserve.service.pump import LEFT_RUNNING, Run, end_of
from dtserve.service.run_request import RunRequest

__all__ = ["recover"]

ORIGIN = "service"
"""Executions that the service itself started; others only told it of themselves."""


def recover(executions: Executions, history: History, spool: Path, *, outlive: bool) -> None:
    """Settle every execution of this service that has not ended; queued ones stay in the queue."""
    for row in history.unfinished():
        if row["state"] == "queued" or row["origin"] != ORIGIN:
            continue
        run = _run(executions, row, spool / row["id"])
        if outlive and run.worker.alive:
            executions.take_up(run, row["last_event"])
        else:
            _settle(executions, history, row, run)
    kept = {row["id"] for row in history.unfinished()}
    for folder in spool.iterdir() if spool.is_dir() else ():
        if folder.name not in kept:
            shutil.rmtree(folder, ignore_errors=True)


def _run(executions: Executions, row: dict[str, Any], folder: Path) -> Run:
    package = {name: row[name] for name in ("package_path", "package_name", "package_id", "package_description")}
    try:
        request = executions.read_job(row["id"])
    except ServiceError:
        request = RunRequest(package=row["package_path"], timeout_seconds=row["timeout_seconds"])
    worker = adopt(row["pid"], folder) or SpooledWorker(row["pid"] or 0, folder)
    worker.stop_requested = row["state"] == "stopping"
    return Run(row["number"], row["id"], package, row["user"], request, worker, row["attempt"], row["started"] or 0.0)


def _settle(executions: Executions, history: History, row: dict[str, Any], run: Run) -> None:
    killed = run.worker.alive
    if killed:
        run.worker.signal_group("SIGKILL")
    reader = SpoolReader(run.worker.folder, row["last_event"])
    while (batch := reader.read()) or reader.more:
        history.append(row["number"], batch)
    end = end_of(reader.end, stop_requested=run.worker.stop_requested, timed_out=0, orphaned=True, lost=LEFT_RUNNING)
    if killed and end["state"] == "lost":
        end["state"] = "failed"  # it is known what became of it: it was running, and was ended here
    executions.ending(run, end["state"])
    history.update(row["number"], **end)
