"""Processes that tasks start, and their end (CONTROL_FLOW §13).

Each is a process group of its own, so that it ends with everything it started. Where this
program exists for one run alone (dtexec, a worker) it also adopts what those processes leave
behind when they end, be it in a session of its own: a stop ends that too.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any

__all__ = ["end_all", "end_family", "end_tree", "finished", "start"]

PR_SET_CHILD_SUBREAPER = 36
END_SECONDS = 1.0
"""How long :func:`end_all` goes on killing what is started faster than it is killed."""

_lock = threading.Lock()
_groups: set[int] = set()
_adopting: list[bool] = []


def start(command: Sequence[str], *, adopts: bool = False, **how: Any) -> subprocess.Popen[bytes]:
    """Start a process in a group of its own; raises OSError. ``adopts``: this program exists for the run alone."""
    if adopts and not _adopting:
        _adopting.append(_adopt())
    if os.name == "posix":
        how["process_group"] = 0
    process = subprocess.Popen(command, **how)
    with _lock:
        _groups.add(process.pid)
    return process


def _adopt() -> bool:
    """Become the parent of whatever our processes leave behind (Linux)."""
    if not sys.platform.startswith("linux"):
        return False
    import ctypes

    return bool(ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)


def finished(process: subprocess.Popen[bytes]) -> None:
    """A process has ended by itself: take in the ends of what it left behind and has ended since."""
    if not _adopting:
        with _lock:
            _groups.discard(process.pid)
        return
    with _lock:
        for group in list(_groups):
            if group != process.pid and _has(group):
                continue
            if _reaped(group):
                _groups.discard(group)


def _has(group: int) -> bool:
    """Whether the process the group is named for still runs, so that its task waits for it."""
    try:
        return os.waitid(os.P_PID, group, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
    except OSError:
        return False


def _reaped(group: int) -> bool:
    """Whether no adopted process of the group is left."""
    try:
        while os.waitpid(-group, os.WNOHANG)[0]:
            pass
    except OSError:
        return True
    return False


def end_tree(process: subprocess.Popen[Any]) -> None:
    """Kill a process and everything it started."""
    end_family(process.pid)
    with contextlib.suppress(OSError):
        process.kill()


def end_family(pid: int) -> None:
    """Kill the group of a process and what it started in other groups."""
    family = _descendants(pid)
    _kill_group(pid)
    for each in family:
        _kill(each)


def end_all() -> None:
    """Kill what the tasks of this program have started, all groups and everything adopted; at its own end."""
    with _lock:
        groups = list(_groups)
    for group in groups:
        _kill_group(group)
    deadline = time.monotonic() + END_SECONDS
    while _adopting and (left := _descendants(os.getpid())) and time.monotonic() < deadline:
        for each in left:
            _kill(each)
        time.sleep(0.01)


def _kill_group(group: int) -> None:
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


def _kill(process: Any) -> None:
    import psutil

    with contextlib.suppress(psutil.Error):
        process.kill()


def _descendants(pid: int) -> list[Any]:
    """What a process started, as far as it still lives."""
    import psutil

    try:
        found = psutil.Process(pid).children(recursive=True)
        return [each for each in found if each.status() != psutil.STATUS_ZOMBIE]
    except psutil.Error:
        return []
