"""Bounded queues between the threads of a data flow, and a queue that spills to disk.

Both ends of a :class:`BufferQueue` look at the stop signal several times a second, so
that no thread waits for another one that has gone.
"""

from __future__ import annotations

import threading
import uuid
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, SupportsInt

from dtserve.dataflow.runs import held_bytes

if TYPE_CHECKING:
    import polars as pl

__all__ = ["END", "MAX_BYTES", "MAX_ITEMS", "BufferQueue", "SpillQueue"]

MAX_ITEMS = 4
"""Buffers that may wait in a queue."""

MAX_BYTES = 64 * 2**20
"""Bytes that may wait in a queue; a single greater buffer is let in when the queue is empty."""

POLL_SECONDS = 0.1


class _End:
    """The type of :data:`END`."""


END = _End()
"""Stands in a queue after the last buffer."""

Item = tuple[str, "pl.DataFrame"] | _End


def size_of(item: Item) -> int:
    """Bytes of the buffer in an item."""
    return 0 if isinstance(item, _End) else held_bytes(item[1])


class BufferQueue:
    """A first-in first-out queue of buffers with a limit of items and bytes.

    ``check`` raises when the data flow stops. Several queues may share one ``condition``,
    so that a reader can wait for whichever has something first.
    """

    def __init__(
        self,
        check: Callable[[], None],
        condition: threading.Condition | None = None,
        *,
        max_items: int = MAX_ITEMS,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self._check = check
        self.condition = condition if condition is not None else threading.Condition()
        self._items: deque[tuple[Item, int]] = deque()
        self._bytes = 0
        self._max_items = max_items
        self._max_bytes = max_bytes
        self.peak_items = 0
        self.peak_bytes = 0

    def put(self, item: Item) -> None:
        """Add an item; waits while the queue is full."""
        size = size_of(item)
        with self.condition:
            while self._items and (len(self._items) >= self._max_items or self._bytes + size > self._max_bytes):
                self._check()
                self.condition.wait(POLL_SECONDS)
            self._check()
            self._items.append((item, size))
            self._bytes += size
            self.peak_items = max(self.peak_items, len(self._items))
            self.peak_bytes = max(self.peak_bytes, self._bytes)
            self.condition.notify_all()

    def get(self) -> Item:
        """Take the oldest item; waits while the queue is empty."""
        with self.condition:
            while not self._items:
                self._check()
                self.condition.wait(POLL_SECONDS)
            self._check()
            return self.take()

    def ready(self) -> bool:
        """Whether an item waits; call with the condition held."""
        return bool(self._items)

    def take(self) -> Item:
        """Take the oldest item of a queue that is ready; call with the condition held."""
        item, size = self._items.popleft()
        self._bytes -= size
        self.condition.notify_all()
        return item


class SpillQueue:
    """A first-in first-out queue of frames that keeps at most ``memory`` bytes and writes the rest to files.

    Used where rows must wait for other rows and nothing may block: the inputs of joins and
    what destinations send to their error outputs. One thread puts, one takes. The files
    are Arrow IPC in ``folder`` and go away as they are read, at the latest with :meth:`close`.
    """

    def __init__(self, folder: Path, memory: SupportsInt = MAX_BYTES) -> None:
        self._folder = folder
        self._memory = memory
        self._items: deque[tuple[Any, int, Path | None]] = deque()
        self._lock = threading.Lock()
        self._bytes = 0
        self.rows = 0
        self.spilled = 0

    def put(self, frame: pl.DataFrame, tag: str = "") -> None:
        """Add a frame with a tag that comes back with it."""
        size = held_bytes(frame)
        with self._lock:
            spill = self._bytes + size > int(self._memory) and bool(self._items)
            if not spill:
                self._bytes += size
                self._items.append(((tag, frame), size, None))
                self.rows += frame.height
                return
        path = self._folder / f"spill-{uuid.uuid4().hex}.arrow"
        frame.write_ipc(path, compression="lz4")
        with self._lock:
            self._items.append(((tag, frame.height), 0, path))
            self.rows += frame.height
            self.spilled += 1

    def take(self) -> tuple[str, pl.DataFrame]:
        """The oldest tag and frame; IndexError when empty."""
        import polars as pl

        with self._lock:
            (tag, frame), size, path = self._items.popleft()
            self._bytes -= size
        if path is not None:
            frame = pl.read_ipc(path)
            path.unlink()
        with self._lock:
            self.rows -= frame.height
        return tag, frame

    def __len__(self) -> int:
        return len(self._items)

    def close(self) -> None:
        """Forget everything and remove the files."""
        with self._lock:
            for _, _, path in self._items:
                if path is not None:
                    path.unlink(missing_ok=True)
            self._items.clear()
            self._bytes = 0
            self.rows = 0
