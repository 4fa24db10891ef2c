"""Rebuild Index Task (CONTROL_FLOW §27): ``ALTER INDEX … REBUILD`` for each chosen index.

The settings of an index that the task does not change are said again as ``sys.indexes`` has them. Indexes that cannot be
rebuilt online (XML, spatial) are rebuilt offline, or left out with SkipUnsupported.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from dtserve.controlflow.properties import Property
from dtserve.controlflow.registry import task
from dtserve.controlflow.tasks.maintenance_indexes import IndexTask, TableIndex

if TYPE_CHECKING:
    from dtserve.connections.base import SqlSession

__all__ = ["AbortAfterWait", "RebuildIndexTask"]

_OFFLINE_ONLY = (3, 4)
_COLUMNSTORE = (5, 6)


class AbortAfterWait(enum.IntEnum):
    """LowPriorityAbortAfterWait."""

    NONE = 0
    BLOCKERS = 1
    SELF = 2


@task("DbMaintenanceReindexTask")
class RebuildIndexTask(IndexTask):
    """Drops and builds indexes anew."""

    part: ClassVar[str] = "DbMaintenanceReindexTask"
    title: ClassVar[str] = "Rebuild Index"

    original_amount = Property(
        "UseOriginalAmount",
        bool,
        True,
        text="Each index keeps its fill factor.",
        aliases=("ReindexWithOriginalAmount",),
    )
    percentage = Property(
        "Percentage", int, -1, text="Percent of a page that stays free.", aliases=("ReindexPercentage",)
    )
    sort_in_tempdb = Property("Sort", bool, False, text="Sort in tempdb.", aliases=("AdvSortInTempdb",))
    pad_index = Property("PadIndex", bool, False, text="Free space on inner pages, too.")
    keep_online = Property("KeepOnline", bool, False, text="The table stays in use.", aliases=("AdvKeepOnline",))
    skip_unsupported = Property(
        "SkipUnsupported", bool, False, text="Indexes that cannot stay in use are left out, else rebuilt offline."
    )
    # The object model's side of that choice, for property expressions. UNVERIFIED: read as "rebuild them offline",
    # so false leaves them out.
    offline_unsupported = Property(
        "AdvOfflineUnsupportedIndex", bool, True, text="Indexes that cannot stay in use are rebuilt offline."
    )
    limits_processors = Property(
        "MaximumDegreeOfParallelismUsed", bool, False, text="MaximumDegreeOfParallelism counts."
    )
    processors = Property("MaximumDegreeOfParallelism", int, 0, text="MAXDOP.")
    low_priority = Property("LowPriorityUsed", bool, False, text="Wait at low priority.")
    low_priority_minutes = Property("LowPriorityMaxDuration", int, 0, text="Minutes of that wait.")
    low_priority_then = Property(
        "LowPriorityAbortAfterWait", AbortAfterWait, AbortAfterWait.NONE, text="What happens after it."
    )

    def statements(self, session: SqlSession, database: str) -> Iterator[str]:
        """One statement for an index."""
        for index in self.indexes(session):
            skipped = self.skip_unsupported or not self.offline_unsupported
            if self.keep_online and index.type in _OFFLINE_ONLY and skipped:
                continue
            partition = "" if index.type in _OFFLINE_ONLY else " PARTITION = ALL"
            options = ", ".join(self._options(index))
            yield f"ALTER INDEX {index.path} REBUILD{partition}" + (f" WITH ({options})" if options else "")

    def _options(self, index: TableIndex) -> Iterator[str]:
        if index.type not in _COLUMNSTORE:
            yield f"PAD_INDEX = {_switch(self.pad_index or index.padded)}"
            yield f"STATISTICS_NORECOMPUTE = {_switch(index.no_recompute)}"
            yield f"SORT_IN_TEMPDB = {_switch(self.sort_in_tempdb)}"
            if index.type not in _OFFLINE_ONLY:
                yield f"IGNORE_DUP_KEY = {_switch(index.ignore_dup_key)}"
            yield f"ONLINE = {self._online(index)}"
            yield f"ALLOW_ROW_LOCKS = {_switch(index.row_locks)}"
            yield f"ALLOW_PAGE_LOCKS = {_switch(index.page_locks)}"
            if not self.original_amount and 0 <= self.percentage < 100:
                yield f"FILLFACTOR = {100 - self.percentage}"
        if self.limits_processors:
            yield f"MAXDOP = {self.processors}"

    def _online(self, index: TableIndex) -> str:
        if not self.keep_online or index.type in _OFFLINE_ONLY:
            return "OFF"
        if not self.low_priority:
            return "ON"
        return (
            f"ON (WAIT_AT_LOW_PRIORITY (MAX_DURATION = {self.low_priority_minutes} MINUTES, "
            f"ABORT_AFTER_WAIT = {self.low_priority_then.name}))"
        )


def _switch(value: bool) -> str:
    return "ON" if value else "OFF"
