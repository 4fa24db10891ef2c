"""Several buffers of the row stage in work at the same time, given back in their order (ENGINE §9).

The row stage is one thread; components whose ``process`` may run on several buffers at
once (``concurrent``) are taken out of it: each buffer goes through a chain of them in a
thread of this module, and what comes out of the chain is delivered in the order in which
the buffers came.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from dtserve.dataflow.settings import cores

if TYPE_CHECKING:
    import polars as pl

    from dtserve.dataflow.plan import PlannedPath

__all__ = ["LEAST_ROWS", "MOST_LANES", "Landed", "Lanes"]

MOST_LANES = 4
"""Buffers in work at the same time, if there are so many cores and engine threads."""

LEAST_ROWS = 2_000
"""Rows of a first buffer that are worth another thread."""

Landed = list[tuple["PlannedPath", "pl.DataFrame"]]
"""What came out of a chain: rows, and the path on which they reach a component outside of it."""


class Lanes:
    """The buffers in work, oldest first. Used by one thread."""

    def __init__(self, name: str, engine_threads: int, *, spare: bool) -> None:
        """``spare``: one more buffer may wait so that no thread does."""
        self._name = name
        self._threads = min(cores(), engine_threads, MOST_LANES)
        self._most = self._threads + spare
        self._pool: ThreadPoolExecutor | None = None
        self._flying: deque[Future[Landed]] = deque()

    def worth(self, rows: int) -> bool:
        """Whether a buffer of so many rows goes through the lanes: always while others are there, for the order."""
        return self._threads > 1 and (rows >= LEAST_ROWS or bool(self._flying))

    @property
    def full(self) -> bool:
        """Whether the oldest buffer must land before another one starts."""
        return len(self._flying) >= self._most

    def __len__(self) -> int:
        return len(self._flying)

    @property
    def ready(self) -> bool:
        """Whether the oldest buffer can land at once."""
        return bool(self._flying) and self._flying[0].done()

    def start(self, walk: Callable[[], Landed], notify: Callable[[], None]) -> None:
        """Let a buffer start; ``notify`` is called when it has come through."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix=f"{self._name}-lane")
        flying = self._pool.submit(walk)
        self._flying.append(flying)
        flying.add_done_callback(lambda _: notify())

    def land(self) -> Landed:
        """What became of the oldest buffer; waits for it. Raises what its walk raised."""
        return self._flying.popleft().result()

    def close(self) -> None:
        """Forget the buffers in work; no thread is left when this returns."""
        for each in self._flying:
            each.cancel()
        self._flying.clear()
        if self._pool is not None:
            self._pool.shutdown()
