"""Removes old executions by age and count, a few at a time, so that the database is never locked for long."""

from __future__ import annotations

import threading
import time

from dtserve.service.history import History
from dtserve.service.settings import Settings

__all__ = ["SLICE", "sweep"]

SLICE = 50
"""Executions removed in one transaction."""
PAUSE_SECONDS = 0.05
DAY = 86_400.0


def sweep(history: History, settings: Settings, stopped: threading.Event) -> int:
    """Remove what the settings ``history.keep_days`` and ``history.keep_executions`` no longer keep; how many."""
    days, keep = settings.number("history.keep_days"), settings.number("history.keep_executions")
    older_than = time.time() - days * DAY if days else None
    removed = 0
    while not stopped.is_set() and (gone := history.remove(older_than=older_than, keep=keep, limit=SLICE)):
        removed += gone
        stopped.wait(PAUSE_SECONDS)
    return removed
