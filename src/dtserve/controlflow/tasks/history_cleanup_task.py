"""History Cleanup Task (CONTROL_FLOW §27): old rows of msdb's histories of backups, jobs and maintenance plans."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dtserve.controlflow.properties import Property
from dtserve.controlflow.registry import task
from dtserve.controlflow.tasks.database import quoted_text
from dtserve.controlflow.tasks.maintenance_age import AgedTask

__all__ = ["HistoryCleanupTask"]


@task("DbMaintenanceHistoryCleanupTask")
class HistoryCleanupTask(AgedTask):
    """Deletes old history."""

    part: ClassVar[str] = "DbMaintenanceHistoryCleanupTask"
    title: ClassVar[str] = "History Cleanup"

    backups = Property(
        "RemoveBackupRestoreHistory",
        bool,
        True,
        text="Of backups and restores.",
        aliases=("RemoveBackupRestorHistory",),
    )
    jobs = Property(
        "RemoveAgentHistory", bool, True, text="Of SQL Server Agent jobs.", aliases=("RemoveSqlAgentHistory",)
    )
    plans = Property("RemoveDbMaintHistory", bool, True, text="Of maintenance plans.")

    def server_statements(self) -> Iterator[str]:
        """A procedure for each history."""
        oldest = self.oldest()
        if self.backups:
            yield (
                f"declare @dt datetime select @dt = cast({quoted_text(oldest)} as datetime) "
                "exec msdb.dbo.sp_delete_backuphistory @dt"
            )
        if self.jobs:
            yield f"EXEC msdb.dbo.sp_purge_jobhistory  @oldest_date={quoted_text(oldest)}"
        if self.plans:
            yield f"EXECUTE msdb..sp_maintplan_delete_log null,null,{quoted_text(oldest)}"
