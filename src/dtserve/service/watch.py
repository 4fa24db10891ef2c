"""Wakes those who watch something: the pumps of runs tell, the SSE streams of the API wait."""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Watchers", "changed_within"]


class Watchers:
    """Signals by topic; ``tell`` may be called from any thread, ``watch`` from the event loop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, set[tuple[asyncio.AbstractEventLoop, asyncio.Event]]] = defaultdict(set)
        self._told: dict[str, int] = {}
        self._closed = False

    def tell(self, topic: str) -> None:
        """Wake everybody who watches ``topic``."""
        with self._lock:
            waiting = list(self._waiting.get(topic, ()))
            if waiting:
                self._told[topic] = self._told.get(topic, 0) + 1
        for loop, event in waiting:
            if not loop.is_closed():
                loop.call_soon_threadsafe(event.set)

    def close(self) -> None:
        """The service stops: wake everybody for good."""
        self._closed = True
        with self._lock:
            topics = list(self._waiting)
        for topic in topics:
            self.tell(topic)

    @property
    def closed(self) -> bool:
        """Whether streams should end."""
        return self._closed

    def told(self, topic: str) -> int:
        """How often a watched topic was told: what was read at the same count is still the news."""
        with self._lock:
            return self._told.get(topic, 0)

    @contextmanager
    def watch(self, topic: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever ``topic`` is told; clear it before reading the news."""
        entry = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            self._waiting[topic].add(entry)
        try:
            yield entry[1]
        finally:
            with self._lock:
                self._waiting[topic].discard(entry)
                if not self._waiting[topic]:
                    del self._waiting[topic]
                    self._told.pop(topic, None)


async def changed_within(changed: asyncio.Event, seconds: float) -> bool:
    """Wait for a change, but not longer than that; whether there was one."""
    try:
        return await asyncio.wait_for(changed.wait(), seconds)
    except TimeoutError:
        return False
