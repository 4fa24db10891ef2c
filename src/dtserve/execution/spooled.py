"""Workers whose events go to a spool: they can outlive the program that started them, and be taken up again.

The job, secrets included, goes through the worker's standard input and never touches the disk;
its command line holds nothing but the execution's id, by which a later program knows it again.
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
from dataclasses import asdict
from pathlib import Path

from dtserve.execution.errors import WorkerLost
from dtserve.execution.options import ExecutionOptions, PackageSource, encode
from dtserve.execution.process import COOPERATIVE_SECONDS, TERMINATE_SECONDS
from dtserve.execution.spool import SPOOL_NAME

__all__ = ["SpooledWorker", "adopt", "start_spooled"]

ERRORS_NAME = "stderr.log"
_MODULE = "dtserve.execution.worker"
_TAIL_BYTES = 4096
HIDDEN_GROUP: int = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0) | getattr(subprocess, "CREATE_NO_WINDOW", 0)
"""On Windows: Ctrl-C in the service's console does not reach workers, and they open none of their own."""


class SpooledWorker:
    """A worker process: ours (``process``), or one that a former program started and that still runs."""

    def __init__(self, pid: int, folder: Path, process: subprocess.Popen[bytes] | None = None) -> None:
        self.pid = pid
        self.folder = folder
        self.stop_requested = False
        self._process = process
        self._stopping = threading.Lock()

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        if self._process is not None:
            return self._process.poll() is None
        return _is_worker(self.pid, self.folder.name)

    @property
    def lost(self) -> WorkerLost:
        """The error of a worker that ended without a word: its exit code, and the last thing it printed."""
        code = self._process.returncode if self._process is not None else None
        return WorkerLost(exit_code="unknown" if code is None else code, detail=self._last_words())

    def _last_words(self) -> str:
        try:
            with open(self.folder / ERRORS_NAME, "rb") as file:
                file.seek(0, os.SEEK_END)
                file.seek(max(0, file.tell() - _TAIL_BYTES))
                lines = file.read().decode("utf-8", "replace").splitlines()
        except OSError:
            return ""
        return lines[-1].strip() if lines else ""

    def request_stop(self) -> None:
        """Ask the package to stop and return at once."""
        self.stop_requested = True
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(OSError, ValueError):
                self._process.stdin.write(b"stop\n")
                self._process.stdin.flush()
        elif self.alive:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(self.pid, signal.SIGTERM)

    def stop(self) -> None:
        """Ask to stop, then terminate, then kill the whole group; returns when the process is gone."""
        with self._stopping:
            self.request_stop()
            for wait, name in ((COOPERATIVE_SECONDS, "SIGTERM"), (TERMINATE_SECONDS, "SIGKILL")):
                if self._gone(wait):
                    break
                self.signal_group(name)
            self._gone(TERMINATE_SECONDS)
            self.signal_group("SIGKILL")

    def signal_group(self, name: str) -> None:
        """Send a signal to everything the worker started, whether or not the worker itself still lives."""
        if self.pid <= 0:
            return
        if name == "SIGKILL":  # what its tasks have started are groups of their own
            from dtserve.controlflow.processes import end_family

            end_family(self.pid)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(self.pid, getattr(signal, name))
            else:
                _end(self.pid, self.folder.name)

    def close(self) -> None:
        """Let go of the pipe to the worker."""
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(OSError, ValueError):
                self._process.stdin.close()

    def _gone(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not self.alive:
                return True
            time.sleep(0.02)
        return not self.alive


def start_spooled(source: PackageSource, options: ExecutionOptions, folder: Path, *, outlives: bool) -> SpooledWorker:
    """Start a worker that spools into ``folder``, whose name is the execution's id; OSError when that cannot be.

    ``outlives`` lets it go on when this program ends; otherwise it stops then.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in (SPOOL_NAME, ERRORS_NAME):
        (folder / name).touch(mode=0o600)
    with open(folder / ERRORS_NAME, "ab") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", _MODULE, folder.name],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
            creationflags=HIDDEN_GROUP,
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        )
    job = {
        "source": encode(asdict(source)),
        "options": json.loads(options.to_json()),
        "spool": str(folder / SPOOL_NAME),
        "outlives": outlives,
    }
    if process.stdin is not None:
        with contextlib.suppress(OSError):  # a worker that is gone already shows as lost
            process.stdin.write(json.dumps(job).encode("utf-8") + b"\n")
            process.stdin.flush()
    return SpooledWorker(process.pid, folder, process)


def adopt(pid: int | None, folder: Path) -> SpooledWorker | None:
    """The worker of the execution that ``folder`` is named by if it still runs, else None.

    Without a ``pid`` (its starter was killed before it could note it) all processes are looked through.
    """
    if pid is None:
        import psutil

        pid = next((each for each in psutil.pids() if _is_worker(each, folder.name)), 0)
    return SpooledWorker(pid, folder) if _is_worker(pid, folder.name) else None


def _end(pid: int, execution_id: str) -> None:
    """End a worker where there are no process groups (Windows); what it started is ended with it."""
    import psutil

    if _is_worker(pid, execution_id):
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(pid)
            for each in (*process.children(recursive=True), process):
                with contextlib.suppress(psutil.Error):
                    each.kill()


def _is_worker(pid: int, execution_id: str) -> bool:
    import psutil

    if pid <= 0:
        return False
    try:
        process = psutil.Process(pid)
        return bool(process.status() != psutil.STATUS_ZOMBIE and process.cmdline()[-2:] == [_MODULE, execution_id])
    except psutil.Error:
        return False
