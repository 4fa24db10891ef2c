"""How the memory of buffers is held between their uses.

Polars' allocator (jemalloc) gives freed pages back to the system after a moment, and a
data flow asks for as many again with its next buffer: a quarter of the page faults and a
tenth of the time of a flat file flow. Told to wait some seconds it keeps them while the
flow runs. The allocator reads its settings once, when Polars is loaded.

Python's collector of cyclic garbage goes through everything that is loaded (packages,
Polars, Arrow) again and again while rows flow, though a data flow makes no cycles to speak
of; that was another tenth, and half of the time that a lookup needs to read its reference.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["calm_collector", "hold_pages"]

SETTING = "_RJEM_MALLOC_CONF"
VALUE = f"narenas:{max(os.cpu_count() or 2, 2)},dirty_decay_ms:3000,muzzy_decay_ms:0"
"""One arena per core (four are usual, each with freed pages of its own), pages kept for three seconds."""

TIGHT = VALUE.replace("dirty_decay_ms:3000", "dirty_decay_ms:100")
"""The same for a run with a memory limit."""

ARROW_SETTING, ARROW_TIGHT = "ARROW_DEFAULT_MEMORY_POOL", "system"
"""With a limit Arrow takes the C library's memory: its own allocator keeps some for each thread."""

_MMAP_THRESHOLD, _ARENA_MAX = -3, -8
"""Names of glibc's mallopt."""

YOUNG_OBJECTS = 50_000
"""New objects after which the collector looks at the young ones while a data flow runs."""

_lock = threading.Lock()
_running = 0
_before = gc.get_threshold()


def hold_pages(memory_limit: int = 0) -> None:
    """Let freed pages be kept for some seconds, unless Polars is loaded already or the setting was made outside.

    With a memory limit they go back soon, at the price of a tenth more work.

    numpy's algebra threads, which a data flow has no use for, are not started for the same reason.
    """
    if "polars" not in sys.modules:
        os.environ.setdefault(SETTING, TIGHT if memory_limit else VALUE)
        if memory_limit and sys.platform == "linux":
            _give_back()
    if memory_limit and "pyarrow" not in sys.modules:
        os.environ.setdefault(ARROW_SETTING, ARROW_TIGHT)
    if "numpy" not in sys.modules:
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def _give_back() -> None:
    """Large arrays of numpy and Arrow go back to the system when they are freed; one arena for all threads."""
    import ctypes

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # glibc has it, other C libraries may not
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, 2**18)
        mallopt(_ARENA_MAX, 1)


@contextmanager
def calm_collector() -> Iterator[None]:
    """While this lasts, the collector leaves alone what exists already and comes seldom. May be entered by several threads."""
    global _running, _before
    with _lock:
        _running += 1
        if _running == 1:
            _before = gc.get_threshold()
            gc.freeze()
            gc.set_threshold(YOUNG_OBJECTS, *_before[1:])
    try:
        yield
    finally:
        with _lock:
            _running -= 1
            if _running == 0:
                gc.set_threshold(*_before)
                gc.unfreeze()
