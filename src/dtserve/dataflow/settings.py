"""Limits and folders of a data flow."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

__all__ = ["FlowSettings", "cores", "memory_of", "queue_limit", "spill_limit"]


@dataclass(frozen=True)
class FlowSettings:
    """Limits and folders of one data flow; memory in bytes (0 = a quarter of the machine).

    ``results`` is where DataReader Destinations leave their rows; None: nowhere.
    """

    temp: Path
    memory_limit: int = 0
    buffer_rows: int = 0
    locale_id: int = 1033
    results: Path | None = None


def memory_of(memory_limit: int) -> int:
    """The bytes a data flow may use: the limit that was given, else a quarter of the machine."""
    if memory_limit > 0:
        return memory_limit
    if "SC_PHYS_PAGES" in getattr(os, "sysconf_names", ()):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 4
    import psutil  # where the system itself does not tell

    return int(psutil.virtual_memory().total) // 4


def spill_limit(memory_limit: int) -> int:
    """Bytes one blocking component may hold before it writes to disk: a quarter of the data flow's memory."""
    return max(memory_of(memory_limit) // 4, 16 * 2**20)


def queue_limit(memory_limit: int) -> int:
    """Bytes that may wait between two threads: a thirty-second part of the memory, 32 MB at most (two large buffers)."""
    return min(max(memory_of(memory_limit) // 32, 4 * 2**20), 32 * 2**20)


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
