"""The live stream of one run, read and written as bytes once for everybody who watches it.

A feed follows the database: what is new becomes a frame, the latest frames are kept, and every watcher that has
come as far gets the same bytes. A watcher that is further behind (it came late, or it is slow) reads pages of its
own up to the frames that are kept.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from starlette.concurrency import run_in_threadpool

from dtserve.service.errors import ExecutionNotFound, StateUnavailable
from dtserve.service.history import RUNNING, History
from dtserve.service.watch import Watchers, changed_within

__all__ = ["PING_SECONDS", "Feed", "Frame", "read_frame"]

PING_SECONDS = 15.0
FRAME_EVENTS = 500
READ_FRAMES = 8
KEPT_BYTES = 2 << 20
CHUNK_BYTES = 256 << 10
RETRY_SECONDS = 1.0
SHARE = 2.0
"""How many times the seconds that sending took the feed waits: a third of the time at most goes into sending."""
LONGEST_PAUSE = 0.1


@dataclass(frozen=True, slots=True)
class Frame:
    """The events with sequence numbers above ``after`` up to ``last``, as bytes of the stream."""

    after: int
    last: int
    data: bytes


@dataclass(slots=True)
class _News:
    """One reading: the execution, and the events that came before it was read."""

    execution: bytes
    running: bool
    frames: list[Frame] = field(default_factory=list)
    more: bool = False


def read_frame(history: History, number: int, after: int, limit: int, upto: int | None = None) -> Frame | None:
    """The next events; None when there is none. JSON has no line ends of its own, so that a list is one line."""
    page = history.page(number, after, limit, upto)
    if page is None:
        return None
    text, last = page
    return Frame(after, last, f"id: {last}\r\nevent: events\r\ndata: {text}\r\n\r\n".encode())


class Feed:
    """One run; used from the event loop only. ``version`` rises with every reading, ``ended`` says it was the last."""

    def __init__(self, history: History, watchers: Watchers, execution: dict[str, Any]) -> None:
        self._history = history
        self._watchers = watchers
        self._number, self._id = execution["number"], execution["id"]
        self._frames: deque[Frame] = deque()
        self._kept = 0
        self._position = execution["last_event"]
        self._execution = b""
        self._chunks: dict[int, tuple[bytes, int, bool]] = {}
        self._news = asyncio.Event()
        self._task = asyncio.ensure_future(self._run())
        self.watching = 0
        self.version = 0
        self.ended = False

    def close(self) -> None:
        """Nobody watches any more."""
        self._task.cancel()

    async def news(self) -> None:
        """Wait for the next reading."""
        await self._news.wait()

    def behind(self, cursor: int) -> int | None:
        """Up to where a watcher has to read for itself before the kept frames fit; None when they do."""
        if cursor >= self._position:
            return None
        if not self._frames or cursor < self._frames[0].after:
            return self._frames[0].after if self._frames else self._position
        found = next(frame for frame in self._frames if cursor < frame.last)
        return None if found.after == cursor else found.last

    def chunk(self, cursor: int) -> tuple[bytes, int, bool]:
        """What a watcher at ``cursor`` gets next, where it stands then, and whether that was all there is."""
        found = self._chunks.get(cursor)
        if found is None:
            found = self._chunks[cursor] = self._compose(cursor)
        return found

    def _compose(self, cursor: int) -> tuple[bytes, int, bool]:
        pieces: list[bytes] = []
        size = 0
        for frame in self._frames:
            if frame.after < cursor:
                continue
            if size and size + len(frame.data) > CHUNK_BYTES:
                return b"".join(pieces), cursor, False
            pieces.append(frame.data)
            size += len(frame.data)
            cursor = frame.last
        return b"".join((*pieces, self._execution)), max(cursor, self._position), True

    async def _run(self) -> None:
        with self._watchers.watch(self._id) as changed:
            while not self._watchers.closed:
                changed.clear()
                try:
                    news = await run_in_threadpool(self._read)
                except StateUnavailable:
                    await asyncio.sleep(RETRY_SECONDS)
                    continue
                except ExecutionNotFound:
                    break
                self._publish(news)
                if not news.running and not news.more:
                    break
                await _breathe()
                if not news.more:
                    await changed_within(changed, PING_SECONDS)
        self._end()

    def _read(self) -> _News:
        """The execution first: once it has ended, all of its events are there."""
        found = self._history.get(self._id)
        text = f"event: execution\r\ndata: {json.dumps(found)}\r\n\r\n".encode()
        news, position = _News(text, found["state"] in RUNNING), self._position
        while len(news.frames) < READ_FRAMES:
            frame = read_frame(self._history, self._number, position, FRAME_EVENTS)
            if frame is None:
                return news
            news.frames.append(frame)
            position = frame.last
        news.more = True
        return news

    def _publish(self, news: _News) -> None:
        self._execution = news.execution
        for frame in news.frames:
            self._frames.append(frame)
            self._kept += len(frame.data)
            self._position = frame.last
        while self._kept > KEPT_BYTES and len(self._frames) > 1:
            self._kept -= len(self._frames.popleft().data)
        self._wake()

    def _end(self) -> None:
        self.ended = True
        self._wake()

    def _wake(self) -> None:
        self.version += 1
        self._chunks.clear()
        told, self._news = self._news, asyncio.Event()
        told.set()


async def _breathe() -> None:
    """Let the watchers send, and then the rest of the service have its turn."""
    began = time.perf_counter()
    for _ in range(3):  # the watchers wake in the next round of the loop and send in the one after it
        await asyncio.sleep(0)
    await asyncio.sleep(min(LONGEST_PAUSE, SHARE * (time.perf_counter() - began)))
