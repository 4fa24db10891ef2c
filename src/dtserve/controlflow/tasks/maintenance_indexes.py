"""The indexes that the tasks Rebuild Index and Reorganize Index work on, as ``sys.indexes`` tells them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dtserve.controlflow.properties import Property
from dtserve.controlflow.tasks.database import quoted_name, rows_of
from dtserve.controlflow.tasks.maintenance import DatabaseObject, MaintenanceTask, ObjectKind

if TYPE_CHECKING:
    from dtserve.connections.base import SqlSession

__all__ = ["IndexTask", "TableIndex"]

_INDEXES = (
    "SELECT s.name, o.name, i.name, i.type, i.is_padded, st.no_recompute, i.ignore_dup_key, i.allow_row_locks, "
    "i.allow_page_locks FROM sys.indexes i JOIN sys.objects o ON o.object_id = i.object_id "
    "JOIN sys.schemas s ON s.schema_id = o.schema_id "
    "LEFT JOIN sys.stats st ON st.object_id = i.object_id AND st.stats_id = i.index_id "
    "WHERE i.index_id > 0 AND i.is_hypothetical = 0 AND i.is_disabled = 0 AND o.is_ms_shipped = 0 "
    "AND o.type IN ({kinds}){filters} ORDER BY s.name, o.name, i.index_id"
)
_PHYSICAL = (
    " AND EXISTS (SELECT 1 FROM sys.dm_db_index_physical_stats(DB_ID(), i.object_id, i.index_id, NULL, {mode}) p "
    "WHERE p.avg_fragmentation_in_percent >= {percent} AND p.page_count >= {pages})"
)
_USED = (
    " AND EXISTS (SELECT 1 FROM sys.dm_db_index_usage_stats u WHERE u.database_id = DB_ID() AND u.object_id = i.object_id "
    "AND u.index_id = i.index_id AND (SELECT MAX(t) FROM (VALUES (u.last_user_seek), (u.last_user_scan), "
    "(u.last_user_lookup), (u.last_user_update)) AS x(t)) >= DATEADD(day, -{days}, GETDATE()))"
)
_MODES = ("N'LIMITED'", "N'SAMPLED'", "N'DETAILED'")


@dataclass(frozen=True, slots=True)
class TableIndex:
    """An index with the settings that a rebuild says again. ``type`` is that of ``sys.indexes``."""

    table: DatabaseObject
    name: str
    type: int = 1
    padded: bool = False
    no_recompute: bool = False
    ignore_dup_key: bool = False
    row_locks: bool = True
    page_locks: bool = True

    @property
    def path(self) -> str:
        """``[index] ON [schema].[table]``."""
        return f"{quoted_name(self.name)} ON {self.table.path}"


class IndexTask(MaintenanceTask):
    """A task about indexes, with the filters that SQL Server 2016 added."""

    check_fragmentation = Property("CheckFragmentationPercentUsed", bool, False, text="FragmentationPercent counts.")
    fragmentation = Property("FragmentationPercent", int, 15, text="Least fragmentation in percent.")
    scan_mode = Property("FragmentationOption", int, 0, text="Fast, sampled, detailed look at the fragmentation.")
    check_pages = Property("CheckPageCountUsed", bool, False, text="PageCount counts.")
    pages = Property("PageCount", int, 1000, text="Least number of pages.")
    check_usage = Property("CheckLastUsageInDaysUsed", bool, False, text="LastUsageInDays counts.")
    usage_days = Property("LastUsageInDays", int, 7, text="Days within which the index was used.")

    def indexes(self, session: SqlSession) -> list[TableIndex]:
        """The chosen indexes of the current database."""
        kinds = {ObjectKind.TABLE: "'U'", ObjectKind.VIEW: "'V'"}.get(self.object_kind, "'U', 'V'")
        filters = ""
        if self.check_fragmentation or self.check_pages:
            filters += _PHYSICAL.format(
                mode=_MODES[self.scan_mode if 0 <= self.scan_mode < len(_MODES) else 0],
                percent=self.fragmentation if self.check_fragmentation else 0,
                pages=self.pages if self.check_pages else 0,
            )
        if self.check_usage:
            filters += _USED.format(days=self.usage_days)
        rows = rows_of(self.host, session, _INDEXES.format(kinds=kinds, filters=filters))
        found = [
            TableIndex(DatabaseObject(str(r[0]), str(r[1])), str(r[2]), int(r[3]), *(bool(each) for each in r[4:9]))
            for r in rows
        ]
        return [each for each in found if self.chooses(each.table)]
