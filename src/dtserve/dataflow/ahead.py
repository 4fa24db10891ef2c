"""An iterator that runs in a thread of its own, ahead of whoever takes its items.

Used where two things that are slow can go on side by side: a file is read while a Lookup
loads its reference, one component gives its last rows while another one sorts.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Generator, Iterator
from typing import Generic, TypeVar

__all__ = ["Ahead"]

T = TypeVar("T")


class Ahead(Generic[T]):
    """The items of an iterator, made in a thread that begins at once; ``depth`` of them wait at most, one more is in work.

    What the iterator raises is raised to the taker, after the items before it. The taker calls
    :meth:`close`, also after the last item: no thread is left then. ``condition`` is notified
    when an item is :attr:`ready`, so that one who waits for several can share it. ``depth`` may be changed.
    """

    def __init__(
        self, items: Iterator[T], name: str, *, depth: int = 1, condition: threading.Condition | None = None
    ) -> None:
        self._items = items
        self.depth = depth
        self._changed = condition if condition is not None else threading.Condition()
        self._made: deque[T] = deque()
        self._ended = False
        self._stopped = False
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name=f"{name}-ahead", daemon=True)
        self._thread.start()

    @property
    def ready(self) -> bool:
        """Whether the next item, or the end, is there."""
        return bool(self._made) or self._ended

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        with self._changed:
            while not self.ready:
                self._changed.wait()
            if self._made:
                item = self._made.popleft()
                self._changed.notify_all()
                return item
            error, self._error = self._error, None
        if error is not None:
            raise error
        raise StopIteration

    def close(self) -> None:
        """End the thread after the item it works on; the iterator is closed. May be called again."""
        with self._changed:
            self._stopped = True
            self._made.clear()
            self._changed.notify_all()
        self._thread.join()

    def _work(self) -> None:
        error: BaseException | None = None
        try:
            for item in self._items:
                going = self._put(item)
                del item  # it is the taker's now; a large one is to be freed when that is done with it
                if not going:
                    break
        except BaseException as raised:
            error = raised
        finally:
            if isinstance(self._items, Generator):
                self._items.close()
        with self._changed:
            self._error = error
            self._ended = True
            self._changed.notify_all()

    def _put(self, item: T) -> bool:
        with self._changed:
            while len(self._made) >= self.depth and not self._stopped:
                self._changed.wait()
            if not self._stopped:
                self._made.append(item)
                self._changed.notify_all()
            return not self._stopped
