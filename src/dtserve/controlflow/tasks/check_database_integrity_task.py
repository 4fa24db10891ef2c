"""Check Database Integrity Task (CONTROL_FLOW §27): ``DBCC CHECKDB`` for each chosen database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from dtserve.controlflow.properties import Property
from dtserve.controlflow.registry import task
from dtserve.controlflow.tasks.database import quoted_text
from dtserve.controlflow.tasks.maintenance import MaintenanceTask

if TYPE_CHECKING:
    from dtserve.connections.base import SqlSession

__all__ = ["CheckDatabaseIntegrityTask"]


@task("DbMaintenanceCheckIntegrityTask")
class CheckDatabaseIntegrityTask(MaintenanceTask):
    """Checks structure and allocation of databases."""

    part: ClassVar[str] = "DbMaintenanceCheckIntegrityTask"
    title: ClassVar[str] = "Check Database Integrity"

    include_indexes = Property("IncludeIndexes", bool, True, text="Nonclustered indexes, too.")
    physical_only = Property("PhysicalOnly", bool, False, text="Only the physical structure.")
    tablock = Property("Tablock", bool, False, xml="TabLock", text="Lock instead of a snapshot.")
    limits_processors = Property(
        "MaximumDegreeOfParallelismUsed", bool, False, text="MaximumDegreeOfParallelism counts."
    )
    processors = Property("MaximumDegreeOfParallelism", int, 0, text="MAXDOP.")

    def statements(self, session: SqlSession, database: str) -> Iterator[str]:
        """One DBCC."""
        options = ["NO_INFOMSGS"]
        if self.physical_only:
            options.append("PHYSICAL_ONLY")
        if self.tablock:
            options.append("TABLOCK")
        if self.limits_processors:
            options.append(f"MAXDOP = {self.processors}")
        indexes = "" if self.include_indexes else ", NOINDEX"
        yield f"DBCC CHECKDB({quoted_text(database)}{indexes})  WITH {', '.join(options)}"
