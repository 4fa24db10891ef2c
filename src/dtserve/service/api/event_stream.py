"""Answers that are streams of server-sent events, written as bytes by :mod:`dtserve.service.live`."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from fastapi import Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from dtserve.service.api.rechecks import Rechecks
from dtserve.service.live import Live

__all__ = ["EventStream"]


class EventStream(StreamingResponse):
    """A stream that takes one of the places for watchers while it lasts; TooManyWatchers when there is none.

    It ends when its caller has gone, or may not see it any more. A caller who reads slowly holds up nothing but its own stream.
    """

    media_type = "text/event-stream"

    def __init__(self, frames: AsyncGenerator[bytes], request: Request, live: Live) -> None:
        live.admit()
        rechecks: Rechecks = request.app.state.rechecks
        self._frames = rechecks.while_allowed(request, frames)
        super().__init__(self._frames, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        self._live = live

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the end."""
        async with aclosing(self._frames):
            with self._live.place():
                await super().__call__(scope, receive, send)
