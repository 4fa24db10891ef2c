"""The lines that a worker writes: a full disk holds the run up until there is room again, and no line is lost."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable

__all__ = ["Wire"]

FULL = (errno.ENOSPC, errno.EDQUOT)
AGAIN_SECONDS = 0.2


class Wire:
    """Whole lines into an open file descriptor; used by the threads of a run."""

    def __init__(self, descriptor: int, given_up: Callable[[], bool]) -> None:
        self.descriptor = descriptor
        self._given_up = given_up
        self._lock = threading.Lock()

    def line(self, text: str) -> None:
        """Write one line; waits while the disk is full. OSError once the run is given up, or when nobody can be told."""
        data = memoryview(text.encode("utf-8", "replace") + b"\n")
        with self._lock:
            while data:
                data = data[self._write(data) :]

    def _write(self, data: memoryview) -> int:
        try:
            return os.write(self.descriptor, data)
        except OSError as error:
            if error.errno not in FULL or self._given_up():
                raise
        threading.Event().wait(AGAIN_SECONDS)
        return 0
