"""The text of a dump: what a process is, what it runs, where it stands, and its latest log entries.

Header lines begin with ``#``, then threads, open files, connections to other machines, loaded modules, and the
log entries of a package that the service runs: time, event, source, execution id, data code,
description (EVENTS, generating dump files). Command line, environment and memory never go in:
passwords stand there.
"""

from __future__ import annotations

import json
import os
import platform
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

__all__ = ["about_process", "about_run"]

LOG_ENTRIES = 200


def about_process(process: psutil.Process) -> Iterator[str]:
    """Header, threads, files, connections and modules; the process is held meanwhile."""
    memory, total = process.memory_info(), psutil.virtual_memory()
    used = process.cpu_times()
    yield f"# Date: {datetime.now(UTC).isoformat(timespec='seconds')}"
    yield f"# PID: {process.pid}"
    yield f"# Image: {process.name()}"
    yield f"# Operating system: {platform.platform()}"
    yield f"# Processors: {os.cpu_count() or 1}"
    yield f"# Memory: {total.total} bytes, {total.available} available"
    yield f"# Process memory: {memory.rss} bytes"
    yield f"# Process started: {_moment(process.create_time())}"
    yield f"# Processor time: {used.user:.2f} s user, {used.system:.2f} s system"
    yield f"# Threads: {process.num_threads()}"
    yield from _section("Threads (id, name, state, waits in, seconds of processor time):", _threads(process))
    yield from _section("Open files:", _files(process))
    yield from _section("Connections:", _connections(process))
    yield from _section("Loaded modules:", _modules(process))


def _section(title: str, lines: list[str]) -> list[str]:
    return ["", title, *lines]


def _threads(process: psutil.Process) -> list[str]:
    found = []
    for thread in sorted(process.threads(), key=lambda each: each.id != process.pid):  # the main thread first
        place = Path(f"/proc/{process.pid}/task/{thread.id}")
        name, waits, state = (_word(place / each) for each in ("comm", "wchan", "stat"))
        shown = state.rpartition(")")[2].split()[:1]
        seconds = thread.user_time + thread.system_time
        found.append("\t".join((str(thread.id), name, *shown, waits.strip("0"), f"{seconds:.2f}")))
    return found


def _word(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace").strip()
    except OSError:
        return ""


def _files(process: psutil.Process) -> list[str]:
    with suppress(psutil.AccessDenied):
        return sorted(each.path for each in process.open_files())
    return []


def _connections(process: psutil.Process) -> list[str]:
    with suppress(psutil.AccessDenied):
        return sorted(
            f"{each.laddr.ip}:{each.laddr.port} -> {each.raddr.ip}:{each.raddr.port} {each.status}"
            for each in process.net_connections("inet")
            if each.raddr
        )
    return []


def _modules(process: psutil.Process) -> list[str]:
    try:
        return sorted(
            {each.path for each in process.memory_maps() if each.path.startswith(("/", "\\")) or ":" in each.path}
        )
    except (psutil.AccessDenied, AttributeError):
        return []


def about_run(process_id: int, state: Path | None) -> Iterator[str]:
    """The package in the process, what in it is running, and the latest log entries, oldest first.

    A dtexec started by hand keeps its log entries to itself.
    """
    run, events = _run(process_id, state)
    if run is not None:
        yield from ("", "Package:")
        for name in ("package_path", "package_name", "package_id", "id", "user", "state", "errors", "warnings"):
            yield f"{name}: {run[name]}"
        yield f"started: {_moment(run['started'])}" if run["started"] else "started:"
        yield from _section("Running now:", _running(events))
    entries = ["\t".join(_entry(each)) for each in events[-LOG_ENTRIES:]]
    shown = [f"{entry}\t{run['id']}" if run is not None else entry for entry in entries]
    yield from _section("Log entries:", shown)


def _run(process_id: int, state: Path | None) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    if state is None or not state.exists():
        return None, []
    try:
        with closing(sqlite3.connect(f"{state.as_uri()}?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            run = connection.execute(
                "SELECT * FROM executions WHERE pid = ? AND ended IS NULL ORDER BY number DESC LIMIT 1", (process_id,)
            ).fetchone()
            if run is None:
                return None, []
            rows = connection.execute(
                "SELECT record FROM execution_events WHERE execution = ? ORDER BY sequence", (run["number"],)
            )
            return dict(run), [json.loads(row["record"]) for row in rows]
    except (sqlite3.Error, ValueError):
        return None, []


def _running(events: list[dict[str, Any]]) -> list[str]:
    """The executables that have begun and not ended, outermost first."""
    open_now: dict[str, str] = {}
    for each in events:
        if each["kind"] == "OnPreExecute":
            open_now[each["source_path"]] = f"{each['source_path']}\tsince {_moment(each['time'])}"
        elif each["kind"] == "OnPostExecute":
            open_now.pop(each["source_path"], None)
    return list(open_now.values())


def _entry(event: dict[str, Any]) -> tuple[str, ...]:
    """Time, event, source, data code, description; the text in one line."""
    code = f"0x{int(event.get('code') or 0) & 0xFFFFFFFF:08X}"
    text = " ".join(str(event.get("message") or "").split())
    return _moment(event["time"]), event["kind"], event["source"], code, text


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
