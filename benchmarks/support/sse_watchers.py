"""Many watchers of one stream in one process, each a raw connection: what is measured is the server, not the client."""

from __future__ import annotations

import asyncio
import re
import time

__all__ = ["ages"]

BEGIN, END = b"data: [", b"\r\n\r\n"
TIME = re.compile(rb'"time": ?([0-9.]+)')
KEEP = 64
"""Bytes kept of the last piece, so that no mark is missed that two pieces share."""


class Watcher(asyncio.Protocol):
    """Reads a stream of events; notes how old the oldest event of each frame is when the frame is complete."""

    def __init__(self, request: bytes, found: list[tuple[float, float]], done: asyncio.Future[None]) -> None:
        self._request = request
        self._found = found
        self.begun = float("inf")
        """When the first bytes of the answer came."""
        self.done = done
        self._tail = b""
        self._oldest: float | None = None
        self._wanted = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.write(self._request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        now = time.time()
        self.begun = min(self.begun, now)
        text = self._tail + data
        place = 0
        while True:
            if self._oldest is not None:
                place = text.find(END, place)
                if place < 0:
                    break
                self._found.append((self._oldest, now - self._oldest))
                self._oldest = None
            began = text.find(BEGIN, place)
            if began < 0:
                break
            told = TIME.search(text, began, began + 200)
            if told is None:
                self._tail = text[began:]
                return
            self._oldest, place = float(told[1]), told.end()
        self._tail = text[-KEEP:] if self._oldest is None else text[-len(END) + 1 :]

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


async def ages(host: str, port: int, path: str, token: str, watchers: int) -> list[float]:
    """Seconds between the oldest event of a frame and its arrival, over all frames at all watchers, until the end.

    Without what was told while the watchers were still connecting: those events are older than their connections.
    """
    request = (
        f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer {token}\r\n"
        "Accept: text/event-stream\r\nConnection: close\r\n\r\n"
    ).encode()
    loop = asyncio.get_running_loop()
    found: list[tuple[float, float]] = []
    all_of_them = [Watcher(request, found, loop.create_future()) for _ in range(watchers)]
    for each in all_of_them:
        await loop.create_connection(lambda each=each: each, host, port)
    await asyncio.gather(*(each.done for each in all_of_them))
    ready = max(each.begun for each in all_of_them)
    return [age for told, age in found if told >= ready]
