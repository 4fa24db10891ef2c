"""What the service needs of the operating system, in the forms of POSIX and of Windows.

The forms of Windows have not been run on Windows: they are written against the documented interfaces of
Python's own modules for it, and tested with doubles of those modules.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from dtserve.service.errors import AlreadyRunning

__all__ = ["HomeLock", "lock_exclusively", "on_reload_signal", "on_stop_signals"]

LOCKED_BYTE = 1 << 30
"""On Windows a locked byte cannot be read: one far behind the end leaves the file readable."""


class HomeLock:
    """One service per home folder: a lock that ends with the process, whatever ends it."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = open(path, "a+")  # noqa: SIM115 - held as long as the service runs
        try:
            lock_exclusively(self._file.fileno())
        except OSError as error:
            self._file.close()
            raise AlreadyRunning(detail=f"A service runs already with the folder {path.parent}.") from error
        self._file.truncate(0)
        self._file.write(f"{os.getpid()}\n")
        self._file.flush()

    def release(self) -> None:
        """Let the next service start."""
        self._file.close()


def lock_exclusively(descriptor: int) -> None:
    """Hold an open file against other processes; OSError when one holds it."""
    if sys.platform == "win32":
        import msvcrt

        os.lseek(descriptor, LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def on_stop_signals(loop: asyncio.AbstractEventLoop, stop: Callable[[], object]) -> None:
    """Have Ctrl-C and the system's request to end call ``stop`` in the loop; nothing outside the main thread."""
    if threading.current_thread() is not threading.main_thread():
        return
    if sys.platform == "win32":
        for number in (signal.SIGINT, signal.SIGBREAK):
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop))
    else:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop)


def on_reload_signal(loop: asyncio.AbstractEventLoop, reload: Callable[[], object]) -> None:
    """Have SIGHUP call ``reload`` in the loop; Windows has no such signal."""
    if sys.platform != "win32" and threading.current_thread() is threading.main_thread():
        loop.add_signal_handler(signal.SIGHUP, reload)
