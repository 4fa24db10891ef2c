"""Execute SQL Server Agent Job Task (CONTROL_FLOW §27): starts a job and does not wait for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dtserve.controlflow.properties import Property
from dtserve.controlflow.registry import task
from dtserve.controlflow.tasks.database import quoted_text
from dtserve.controlflow.tasks.maintenance import MaintenanceTask

__all__ = ["ExecuteSqlServerAgentJobTask"]


@task("DbMaintenanceExecuteAgentJobTask")
class ExecuteSqlServerAgentJobTask(MaintenanceTask):
    """Starts a job of SQL Server Agent."""

    part: ClassVar[str] = "DbMaintenanceExecuteAgentJobTask"
    title: ClassVar[str] = "Execute SQL Server Agent Job"
    per_database: ClassVar[bool] = False

    job = Property("AgentJobID", str, "", text="Id of the job.")

    def check(self) -> None:
        """The job must be named."""
        self.require(AgentJobID=self.job)

    def server_statements(self) -> Iterator[str]:
        """One call."""
        yield f"EXEC msdb.dbo.sp_start_job @job_id={quoted_text(self.job.strip().strip('{}'))}"
