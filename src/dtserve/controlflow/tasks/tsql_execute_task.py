"""Execute T-SQL Statement task of maintenance plans (CONTROL_FLOW §27): a statement without parameters or result."""

from __future__ import annotations

from dtserve.controlflow.properties import Property
from dtserve.controlflow.registry import task
from dtserve.controlflow.tasks.execute_sql_task import ExecuteSqlTask

__all__ = ["TsqlExecuteTask"]


@task("DbMaintenanceTSQLExecuteTask")
class TsqlExecuteTask(ExecuteSqlTask):
    """Runs its batches as the Execute SQL task does."""

    extended_logging = Property("ExtendedLogging", bool, True, text="Kept, without effect.")
    local_connection = Property("LocalConnectionForLogging", str, "", text="Kept, without effect.")
    server_version = Property("ServerVersion", str, "", text="Kept, without effect.")
