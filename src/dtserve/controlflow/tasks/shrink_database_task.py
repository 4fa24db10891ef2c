"""Shrink Database Task (CONTROL_FLOW §27): ``DBCC SHRINKDATABASE`` for databases beyond a size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from dtserve.controlflow.properties import Property
from dtserve.controlflow.registry import task
from dtserve.controlflow.tasks.database import quoted_text, rows_of
from dtserve.controlflow.tasks.maintenance import MaintenanceTask

if TYPE_CHECKING:
    from dtserve.connections.base import SqlSession

__all__ = ["ShrinkDatabaseTask"]


@task("DbMaintenanceShrinkTask")
class ShrinkDatabaseTask(MaintenanceTask):
    """Shrinks databases."""

    part: ClassVar[str] = "DbMaintenanceShrinkTask"
    title: ClassVar[str] = "Shrink Database"

    size_limit = Property("DatabaseSizeLimit", int, 50, text="Megabytes beyond which a database is shrunk.")
    percent = Property("DatabasePercentLimit", int, 10, text="Percent of free space that stays.")
    return_space = Property("DatabaseReturnFreeSpace", bool, True, text="Free space goes back to the disk.")

    def statements(self, session: SqlSession, database: str) -> Iterator[str]:
        """One DBCC, when the database is larger than the limit."""
        rows = rows_of(
            self.host, session, "SELECT SUM(CAST(size AS bigint)) * 8 / 1024 FROM sys.database_files WHERE type <> 2"
        )
        if rows and rows[0][0] is not None and int(rows[0][0]) <= self.size_limit:
            return
        rest = "TRUNCATEONLY" if self.return_space else "NOTRUNCATE"
        yield f"DBCC SHRINKDATABASE({quoted_text(database)}, {self.percent}, {rest})"
