"""Removes what is old, by age and count, a few at a time, so that the database is never locked for long.

Executions with their events, rows of the audit and of the event log, and kept versions of packages.
"""

from __future__ import annotations

import threading
import time

import sqlalchemy as sa

from dtserve.service import schema
from dtserve.service.history import History
from dtserve.service.settings import Settings
from dtserve.service.state import State
from dtserve.stores.versions import VersionArchive

__all__ = ["LOG_SLICE", "SLICE", "sweep", "sweep_logs"]

SLICE = 50
"""Executions removed in one transaction."""
LOG_SLICE = 500
"""Rows of the audit or the event log removed in one transaction."""
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


def sweep_versions(archive: VersionArchive, settings: Settings) -> int:
    """Forget versions of packages that ``versions.keep`` and ``versions.keep_days`` no longer keep; how many."""
    days, keep = settings.number("versions.keep_days"), settings.number("versions.keep")
    if not archive.path.exists():
        return 0
    return archive.expire(keep, time.time() - days * DAY if days else None)


def sweep_logs(state: State, settings: Settings, stopped: threading.Event) -> int:
    """Remove rows of the audit and of the event log that ``audit.keep_days`` and ``audit.keep_rows`` no longer keep."""
    days, keep = settings.number("audit.keep_days"), settings.number("audit.keep_rows")
    older_than = time.time() - days * DAY if days else None
    return sum(_sweep_table(state, table, older_than, keep, stopped) for table in (schema.audit, schema.event_log))


def _sweep_table(state: State, table: sa.Table, older_than: float | None, keep: int, stopped: threading.Event) -> int:
    """Rows stand in the order of their numbers; which go is looked up without holding up writers."""
    number, removed, beyond = table.c.number, 0, None
    if keep:
        with state.read() as connection:
            newest = sa.select(number).order_by(number.desc()).limit(1).offset(keep)
            beyond = connection.execute(newest).scalar()
    while not stopped.is_set():
        with state.read() as connection:
            oldest = connection.execute(sa.select(number, table.c.time).order_by(number).limit(LOG_SLICE)).all()
        gone = [
            row.number
            for row in oldest
            if (older_than is not None and row.time < older_than) or (beyond is not None and row.number <= beyond)
        ]
        if not gone:
            break
        with state.write() as connection:
            connection.execute(table.delete().where(number.in_(gone)))
        removed += len(gone)
        stopped.wait(PAUSE_SECONDS)
    return removed
