"""The file into which a worker writes its events, so that nothing of a run is lost with the program that reads them.

A worker that gets a spool appends the lines of :mod:`dtserve.execution.report` to it. Whoever
reads keeps a position; a reader that comes later begins at the start and leaves out what is
known already by the events' sequence numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dtserve.controlflow.events import Event
from dtserve.execution.report import RunEnd, read_line

__all__ = ["LONGEST_LINE", "SPOOL_NAME", "SpoolReader"]

SPOOL_NAME = "events.jsonl"
LONGEST_LINE = 4 * 1024 * 1024
"""Bytes without a line end after which a spool counts as garbage up to the next line end."""
_STEP = 1 << 20
_STEPS = 64
"""Pieces that one reading looks at: what writes garbage without end holds nobody up."""


class SpoolReader:
    """Reads the events of a spool as far as they have been written; ``end`` is there once the run has told it."""

    def __init__(self, folder: Path, after: int = 0) -> None:
        self.path = folder / SPOOL_NAME
        self.end: RunEnd | None = None
        """The first end that was told; a run has no other."""
        self.more = False
        """Whether the last reading stopped before the end of what is written."""
        self._after = after
        self._position = 0
        self._rest = b""
        self._garbage = False

    def read(self, limit: int = 1000) -> list[Event]:
        """At most about ``limit`` new events, in order; an empty list when nothing was written meanwhile."""
        found: list[Event] = []
        self.more = True
        for _ in range(_STEPS):
            if len(found) >= limit:
                break
            lines = self._lines()
            if lines is None:
                self.more = False
                break
            for line in lines:
                item = read_line(line.decode("utf-8", "replace"))
                if isinstance(item, RunEnd):
                    self.end = self.end or item
                elif item is not None and item.sequence > self._after:
                    self._after = item.sequence
                    found.append(item)
        return found

    def _lines(self) -> Iterator[bytes] | None:
        """The whole lines of the next piece of the file; None at its end."""
        try:
            with open(self.path, "rb") as file:
                file.seek(self._position)
                piece = file.read(_STEP)
        except FileNotFoundError:
            return None
        if not piece:
            return None
        self._position += len(piece)
        *whole, self._rest = (self._rest + piece).split(b"\n")
        if self._garbage and whole:
            whole, self._garbage = whole[1:], False
        if len(self._rest) > LONGEST_LINE:
            self._rest, self._garbage = b"", True
        return iter(whole)
