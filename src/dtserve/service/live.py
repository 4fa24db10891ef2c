"""Reads for the live streams, once for all who ask for the same at the same time.

A hundred watchers of a run wake together and stand at the same event; one of them reads the
database, the others get what it read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from starlette.concurrency import run_in_threadpool

__all__ = ["SharedReads"]

Found = TypeVar("Found")


class SharedReads:
    """Reads under way by key; used from the event loop only."""

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
