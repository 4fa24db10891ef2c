"""Streams end when their caller's right to them is taken back: looked up again now and then, once for all alike."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Hashable
from contextlib import aclosing
from typing import TypeVar

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from dtserve.errors import AccessDenied
from dtserve.service.api.guard import CERTIFICATE, PEER, address_of, authorize

__all__ = ["AGAIN_SECONDS", "Rechecks"]

AGAIN_SECONDS = 5.0
"""How long a stream goes on before its caller's rights are looked up again."""
Frame = TypeVar("Frame")


class Rechecks:
    """What was looked up lately, by the credentials that were looked up; used from the event loop only."""

    def __init__(self) -> None:
        self._checks: dict[Hashable, tuple[float, asyncio.Task[bool]]] = {}

    async def while_allowed(self, request: Request, frames: AsyncGenerator[Frame]) -> AsyncGenerator[Frame]:
        """What a stream sends, until its caller may not see it any more, or not as much."""
        checked, key = time.monotonic(), _credentials(request)
        async with aclosing(frames):
            async for frame in frames:
                if time.monotonic() - checked > AGAIN_SECONDS:
                    checked, allowed = self._check(key, request)
                    if not await asyncio.shield(allowed):
                        return
                yield frame

    def _check(self, key: Hashable, request: Request) -> tuple[float, asyncio.Task[bool]]:
        now = time.monotonic()
        found = self._checks.get(key)
        if found is None or now - found[0] > AGAIN_SECONDS:
            self._checks = {each: held for each, held in self._checks.items() if now - held[0] <= AGAIN_SECONDS}
            found = self._checks[key] = (now, asyncio.ensure_future(run_in_threadpool(_allowed, request)))
        return found


def _credentials(request: Request) -> Hashable:
    """Everything that decides: who says so, from where, and what was allowed."""
    extensions = request.scope.get("extensions") or {}
    said = (request.headers.get("authorization"), request.headers.get("cookie"))
    told = (extensions.get(PEER), extensions.get(CERTIFICATE), address_of(request))
    return (*said, *told, request.state.action, request.state.scope)


def _allowed(request: Request) -> bool:
    before = request.state.scope
    try:
        authorize(request)
    except AccessDenied:
        return False
    return bool(request.state.scope == before)
