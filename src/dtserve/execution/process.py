"""Runs a package in a child process of its own (ARCHITECTURE «Run»).

The child is a session and process group of its own, so that stopping it ends everything it
started. What to run comes on its standard input as one JSON line, secrets included; the pipe
stays open as a leash: ``stop`` on it asks the run to stop, its end (the parent died) ends the
child. Events come back as lines on its standard output (``report.py``).
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict

from dtserve.controlflow.events import Event
from dtserve.execution.errors import WorkerLost
from dtserve.execution.options import ExecutionOptions, PackageSource, encode
from dtserve.execution.report import RunEnd, read_line

__all__ = ["WorkerProcess", "start"]

COOPERATIVE_SECONDS = 2.0
TERMINATE_SECONDS = 2.0
KEPT_STDERR_LINES = 20


def start(source: PackageSource, options: ExecutionOptions) -> WorkerProcess:
    """Start a worker; raises OSError when no process can be made."""
    command = [sys.executable, "-m", "dtserve.execution.worker"]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    worker = WorkerProcess(process)
    worker.send(json.dumps({"source": encode(asdict(source)), "options": json.loads(options.to_json())}))
    return worker


class WorkerProcess:
    """A running worker. Read :meth:`events` to the end in one thread; :meth:`stop` may be called from any."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._lock = threading.Lock()
        self._stopping = threading.Lock()
        self._errors: deque[str] = deque(maxlen=KEPT_STDERR_LINES)
        self.end: RunEnd | None = None
        self.stop_requested = False
        self._drain = threading.Thread(target=self._read_errors, name=f"stderr-{process.pid}", daemon=True)
        self._drain.start()

    @property
    def pid(self) -> int:
        """The process id, which is also the id of its process group."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def send(self, line: str) -> None:
        """Write one line to the worker; a worker that is gone is no error."""
        with self._lock, contextlib.suppress(OSError, ValueError):
            if self._process.stdin is not None:
                self._process.stdin.write(line + "\n")
                self._process.stdin.flush()

    def events(self) -> Iterator[Event]:
        """The events, until the worker closes its output."""
        output = self._process.stdout
        if output is None:
            return
        with output:
            for line in output:
                found = read_line(line)
                if isinstance(found, RunEnd):
                    self.end = found
                elif found is not None:
                    yield found

    def _read_errors(self) -> None:
        if self._process.stderr is not None:
            for line in self._process.stderr:
                self._errors.append(line.rstrip())

    def wait(self, timeout: float | None = None) -> int:
        """The exit code of the run (DTEXEC §2), after the process has ended; TimeoutExpired of subprocess."""
        code = self._process.wait(timeout)
        self._drain.join(1.0)
        for pipe in (self._process.stdin, self._process.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        if self.end is not None:
            return self.end.exit_code
        return 3 if self.stop_requested else (code if code > 0 else 1)

    @property
    def failure(self) -> str:
        """Why the package did not run, or that the process was lost; empty otherwise. After :meth:`wait`."""
        if self.end is not None:
            return self.end.error
        return "" if self.stop_requested else self.lost.message

    @property
    def lost(self) -> WorkerLost:
        """The error of a worker that ended without a word: its exit code, and the last thing it printed."""
        return WorkerLost(exit_code=self._process.returncode, detail=self._errors[-1] if self._errors else "")

    def stop(self) -> None:
        """Ask to stop, then terminate, then kill the whole group; returns when the process is gone."""
        with self._stopping:
            self.stop_requested = True
            self.send("stop")
            for wait, name in ((COOPERATIVE_SECONDS, "SIGTERM"), (TERMINATE_SECONDS, "SIGKILL")):
                if self._gone(wait):
                    break
                self._signal(name)
            self._gone(TERMINATE_SECONDS)
            self._signal("SIGKILL")

    def _gone(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                return True
            time.sleep(0.02)
        return self._process.poll() is not None

    def _signal(self, name: str) -> None:
        """Send a signal to everything in the group, whether or not the worker itself still lives.

        A kill reaches what its tasks have started too, which are groups of their own.
        """
        if name == "SIGKILL":
            from dtserve.controlflow.processes import end_tree

            end_tree(self._process)
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, getattr(signal, name))
            else:
                self._process.kill()
