"""The live streams: runs by their feeds, the list of running packages, and how many may watch at once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from starlette.concurrency import run_in_threadpool

from dtserve.service.errors import TooManyWatchers
from dtserve.service.feed import PING_SECONDS, Feed, read_frame
from dtserve.service.history import History
from dtserve.service.watch import Watchers, changed_within

__all__ = ["Live", "SharedReads"]

PAGE_EVENTS = 2000
PING = b": ping\r\n\r\n"
Found = TypeVar("Found")


class SharedReads:
    """Reads under way by key, one for all who ask for the same at the same time; used from the event loop only."""

    def __init__(self) -> None:
        self._running: dict[Hashable, asyncio.Task[Any]] = {}

    async def read(self, key: Hashable, query: Callable[[], Found]) -> Found:
        """The result of ``query``, run in a thread unless one of the same key is under way; what it raises, all get."""
        task = self._running.get(key)
        if task is None:
            task = asyncio.ensure_future(run_in_threadpool(query))
            self._running[key] = task
            task.add_done_callback(lambda _: self._running.pop(key, None))
        found: Found = await asyncio.shield(task)
        return found


class Live:
    """All live streams of a service; used from the event loop only."""

    def __init__(self, history: History, watchers: Watchers, most: int) -> None:
        self._history = history
        self._watchers = watchers
        self._most = most
        self._feeds: dict[int, Feed] = {}
        self._reads = SharedReads()
        self.watching = 0
        """How many streams are open."""

    @contextmanager
    def place(self) -> Iterator[None]:
        """Room for one more stream; TooManyWatchers."""
        self.admit()
        self.watching += 1
        try:
            yield
        finally:
            self.watching -= 1

    def admit(self) -> None:
        """TooManyWatchers when no more streams are served."""
        if self.watching >= self._most:
            raise TooManyWatchers(most=self._most)

    async def run(self, execution: dict[str, Any], cursor: int) -> AsyncGenerator[bytes]:
        """A run from an event on: ``events``, ``execution`` after them, until its end."""
        number = execution["number"]
        with self._feed(execution) as feed:
            seen = 0
            while True:
                while (upto := feed.behind(cursor)) is not None:
                    query = partial(read_frame, self._history, number, cursor, PAGE_EVENTS, upto)
                    page = await self._reads.read((number, cursor, upto), query)
                    cursor = page.last if page is not None else upto
                    if page is not None:
                        yield page.data
                if seen == feed.version:
                    if feed.ended:
                        return
                    await feed.news()
                    continue
                version = feed.version
                data, cursor, complete = feed.chunk(cursor)
                yield data
                if complete:
                    seen = version

    @contextmanager
    def _feed(self, execution: dict[str, Any]) -> Iterator[Feed]:
        number = execution["number"]
        feed = self._feeds.get(number)
        if feed is None or feed.ended:
            feed = self._feeds[number] = Feed(self._history, self._watchers, execution)
        feed.watching += 1
        try:
            yield feed
        finally:
            feed.watching -= 1
            if not feed.watching:
                feed.close()
                if self._feeds.get(number) is feed:
                    del self._feeds[number]

    async def running(self, seen_by: str | None) -> AsyncGenerator[bytes]:
        """The running packages (``running``), whenever they change; with ``seen_by`` only that user's."""
        with self._watchers.watch("executions") as changed:
            while not self._watchers.closed:
                changed.clear()
                told = self._watchers.told("executions")
                yield await self._reads.read(("running", seen_by, told), partial(self._list, seen_by))
                while not self._watchers.closed and not await changed_within(changed, PING_SECONDS):
                    yield PING

    def _list(self, seen_by: str | None) -> bytes:
        found = self._history.find(running=True, seen_by=seen_by, limit=1000)
        return f"event: running\r\ndata: {json.dumps(found)}\r\n\r\n".encode()
