"""Reads ahead: an iterator that works in a thread of its own while what it gave is being used.

Cutting a block of a file into fields and converting the fields of the block before it
run side by side. The thread ends with the iterator, also when that is left early.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Generator, Iterator
from typing import TypeVar

__all__ = ["prefetched", "worthwhile"]

T = TypeVar("T")

WAIT_SECONDS = 0.1


def worthwhile() -> bool:
    """Whether there is more than one core for it."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores > 1


class _Ended:
    """What the thread puts last: the error that ended it, if any."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def prefetched(items: Iterator[T], depth: int = 1) -> Generator[T, None, None]:
    """The items, up to ``depth`` of them made before they are asked for. What the iterator raises is raised here."""
    ready: queue.Queue[T | _Ended] = queue.Queue(maxsize=depth)
    stopped = threading.Event()

    def put(item: T | _Ended) -> bool:
        while not stopped.is_set():
            try:
                ready.put(item, timeout=WAIT_SECONDS)
            except queue.Full:
                continue
            return True
        return False

    def work() -> None:
        error: BaseException | None = None
        try:
            for item in items:
                if not put(item):
                    break
        except BaseException as raised:
            error = raised
        put(_Ended(error))

    thread = threading.Thread(target=work, name=f"{threading.current_thread().name}-ahead", daemon=True)
    thread.start()
    try:
        while True:
            item = ready.get()
            if isinstance(item, _Ended):
                if item.error is not None:
                    raise item.error
                return
            yield item
    finally:
        stopped.set()
        thread.join()
