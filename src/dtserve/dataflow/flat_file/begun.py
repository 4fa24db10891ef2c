"""A file that is read before anybody asks for its rows: while the rest of the data flow gets ready.

What is read so early counts only if the file is still the same when its rows are asked for:
a component that gets ready later may write the file anew.

A Lookup that takes its reference out of a database through Python lets go of the interpreter for a
moment after each row, too short for another thread to take it. The reader would wait the
interpreter's switch interval, 5 ms, for each of its steps; so while files are read early it is shorter.
"""

from __future__ import annotations

import stat
import sys
import threading
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from dtserve.dataflow.ahead import Ahead

__all__ = ["Begun", "DataFile"]

T = TypeVar("T")

DEPTH = 2
"""Blocks that may be made before somebody asks for the first one."""

SWITCH_SECONDS = 0.0005

_lock = threading.Lock()
_early: set[int] = set()
_usual = sys.getswitchinterval()


@dataclass
class DataFile:
    """A file to read: where it is here, what the package calls it, and the rows read so far."""

    path: Path
    name: str
    rows: int = 0

    def stamp(self) -> tuple[int, ...]:
        """Size and identity of the file as it is now; empty for what cannot be read twice or is not there."""
        try:
            found = self.path.stat()
        except OSError:
            return ()
        return (found.st_size, found.st_mtime_ns, found.st_ino) if stat.S_ISREG(found.st_mode) else ()

    def size(self) -> int:
        """Its bytes; 0 for what cannot be read twice or is not there."""
        return next(iter(self.stamp()), 0)


class Begun(Generic[T]):
    """What is made of a file, block by block, in a thread that begins at once."""

    def __init__(self, file: DataFile, made: Generator[T, None, None], name: str) -> None:
        self.file = file
        self._stamp = file.stamp()
        _hurry(id(self))
        self._made = Ahead(made, name, depth=DEPTH)

    def serves(self, file: DataFile) -> bool:
        """Whether this is what reading ``file`` now would give."""
        return self.file.path == file.path and bool(self._stamp) and self._stamp == file.stamp()

    def goes_on(self) -> Ahead[T]:
        """What is made, now that it is asked for; the taker closes it."""
        _calm(id(self))
        self._made.depth = 1
        return self._made

    def close(self) -> None:
        """End the thread."""
        _calm(id(self))
        self._made.close()


def _hurry(one: int) -> None:
    global _usual
    with _lock:
        if not _early:
            _usual = sys.getswitchinterval()
            sys.setswitchinterval(min(SWITCH_SECONDS, _usual))
        _early.add(one)


def _calm(one: int) -> None:
    with _lock:
        if one in _early:
            _early.remove(one)
            if not _early:
                sys.setswitchinterval(_usual)
