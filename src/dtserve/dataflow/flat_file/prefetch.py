"""Works ahead, in threads: an iterator that runs while what it gave is used, and work on several items at once.

Cutting a block of a file into fields and converting the fields of the blocks before it
run side by side. All threads end with the iterator, also when that is left early.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from typing import TypeVar

from dtserve.dataflow.ahead import Ahead
from dtserve.dataflow.settings import cores

__all__ = ["prefetched", "worked", "worthwhile"]

T = TypeVar("T")
R = TypeVar("R")

MOST_AT_ONCE = 4
"""Items in work at the same time, if there are so many cores."""


def worthwhile() -> bool:
    """Whether there is more than one core for it."""
    return cores() > 1


def prefetched(items: Iterator[T], depth: int = 1) -> Generator[T, None, None]:
    """The items, up to ``depth`` of them made before they are asked for. What the iterator raises is raised here."""
    with closing(Ahead(items, threading.current_thread().name, depth=depth)) as ahead:
        yield from ahead


def worked(items: Iterator[T], work: Callable[[T], R], at_once: int = 0) -> Generator[R, None, None]:
    """What ``work`` makes of each item, in their order, up to ``at_once`` of them in work at the same time.

    0 stands for as many as there are cores, up to :data:`MOST_AT_ONCE`.

    What the work or the iterator raises is raised here, after the results before it.
    """
    at_once = at_once or min(cores(), MOST_AT_ONCE)
    with ThreadPoolExecutor(at_once, thread_name_prefix=f"{threading.current_thread().name}-work") as threads:
        waiting: deque[Future[R]] = deque()
        try:
            ended: BaseException | None = None
            while ended is None:
                try:
                    waiting.append(threads.submit(work, next(items)))
                except BaseException as error:
                    ended = error
                while len(waiting) >= (at_once if ended is None else 1):
                    yield waiting.popleft().result()
            if not isinstance(ended, StopIteration):
                raise ended
        finally:
            for each in waiting:
                each.cancel()
