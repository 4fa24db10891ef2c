"""Reorganize Index Task (CONTROL_FLOW §27): ``ALTER INDEX … REORGANIZE`` for each chosen index."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from dtserve.controlflow.properties import Property
from dtserve.controlflow.registry import task
from dtserve.controlflow.tasks.maintenance_indexes import IndexTask

if TYPE_CHECKING:
    from dtserve.connections.base import SqlSession

__all__ = ["ReorganizeIndexTask"]

_COLUMNSTORE = (5, 6)


@task("DbMaintenanceDefragmentIndexTask")
class ReorganizeIndexTask(IndexTask):
    """Defragments indexes in place."""

    part: ClassVar[str] = "DbMaintenanceDefragmentIndexTask"
    title: ClassVar[str] = "Reorganize Index"

    compact = Property("CompactLargeObjects", bool, True, text="Large objects are compacted.")

    def statements(self, session: SqlSession, database: str) -> Iterator[str]:
        """One statement for an index; columnstore indexes have no LOB_COMPACTION."""
        wanted = "ON" if self.compact else "OFF"
        for index in self.indexes(session):
            rest = "" if index.type in _COLUMNSTORE else f"  WITH ( LOB_COMPACTION = {wanted} )"
            yield f"ALTER INDEX {index.path} REORGANIZE{rest}"
