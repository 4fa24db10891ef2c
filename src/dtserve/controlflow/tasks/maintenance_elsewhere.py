"""What a maintenance task does on another database than SQL Server: one table, and how it is run.

``{table}`` stands for each chosen table, ``{file}`` for the file of a backup; the database is the one the
connection map points to, whatever the task selects. What is not listed is refused by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dtserve.controlflow.tasks import maintenance_errors as errors
from dtserve.controlflow.tasks.database import database_text, rows_of
from dtserve.controlflow.tasks.maintenance import DatabaseObject, MaintenanceTask, ObjectKind, native
from dtserve.controlflow.tasks.sql_errors import SqlExecutionFailed
from dtserve.errors import ConnectionError_

if TYPE_CHECKING:
    from dtserve.connections.base import SqlSession

__all__ = ["ELSEWHERE", "reason_against", "run_elsewhere"]

ELSEWHERE: dict[str, dict[str, str]] = {
    "DbMaintenanceBackupTask": {"sqlite": "VACUUM INTO {file}"},
    "DbMaintenanceCheckIntegrityTask": {"sqlite": "PRAGMA integrity_check", "mysql": "CHECK TABLE {table}"},
    "DbMaintenanceReindexTask": {
        "sqlite": "REINDEX {table}",
        "postgres": "REINDEX TABLE {table}",
        "mysql": "OPTIMIZE TABLE {table}",
    },
    "DbMaintenanceShrinkTask": {"sqlite": "VACUUM", "postgres": "VACUUM FULL", "mysql": "OPTIMIZE TABLE {table}"},
    "DbMaintenanceUpdateStatisticsTask": {
        "sqlite": "ANALYZE {table}",
        "postgres": "ANALYZE {table}",
        "mysql": "ANALYZE TABLE {table}",
    },
}
"""Task → database family → the statement of equal meaning."""

_TABLES = "SELECT TABLE_SCHEMA, TABLE_NAME FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_TYPE = 'BASE TABLE'"
_GOOD = ("ok", "status", "note", "info", "warning")
_SYSTEM_SCHEMAS = ("pg_catalog", "information_schema", "mysql", "performance_schema", "sys")


def reason_against(part: str, family: str) -> str:
    """Why a task cannot run on a family; empty when the table has a statement."""
    if family in ELSEWHERE.get(part, {}):
        return ""
    if part in ("DbMaintenanceExecuteAgentJobTask", "DbMaintenanceNotifyOperatorTask"):
        return "it needs SQL Server Agent."
    if part in ("DbMaintenanceHistoryCleanupTask", "DbMaintenanceFileCleanupTask"):
        return "it cleans what SQL Server keeps in msdb or on its own disks."
    return "the database has no statement for it."


def run_elsewhere(task: MaintenanceTask, session: SqlSession) -> None:
    """Run the listed statement, for each chosen table where it names one."""
    family = task_family(session)
    template = ELSEWHERE[task.part][family]
    if "{table}" in template:
        for path in _tables(task, session):
            _run(task, session, template.format(table=path), path)
        return
    file = getattr(task, "backup_file", None)
    text = template.format(file=file(session)) if file is not None and "{file}" in template else template
    _run(task, session, text, str(getattr(session, "catalog_name", "")) or "the database")


def task_family(session: SqlSession) -> str:
    """The family behind a session."""
    return str(getattr(session, "target", None) and session.target.family)  # type: ignore[attr-defined]


def _tables(task: MaintenanceTask, session: SqlSession) -> list[str]:
    if task.object_kind is ObjectKind.VIEW:
        return []
    found = []
    for schema, name in rows_of(task.host, session, _TABLES):
        if str(schema or "").lower() in _SYSTEM_SCHEMAS or not task.chooses(DatabaseObject(str(schema), str(name))):
            continue
        table = session.require_table(f"[{schema}].[{name}]" if schema else f"[{name}]")  # type: ignore[attr-defined]
        found.append(str(table.path))
    return found


def _run(task: MaintenanceTask, session: SqlSession, text: str, what: str) -> None:
    task.host.check_cancel()
    task.host.custom_event("ExecuteSQLExecutingQuery", f'Executing query "{text}".')
    try:
        rows = native(session, text)
    except ConnectionError_ as error:
        task.failed(SqlExecutionFailed(query=text, detail=database_text(error)))
        return
    bad = _findings(rows)
    if bad and task.part == "DbMaintenanceCheckIntegrityTask":
        task.failed(errors.MaintenanceCheckFailed(database=what, detail="; ".join(bad[:5])))


def _findings(rows: list[tuple[Any, ...]]) -> list[str]:
    """What a check found: SQLite answers ``ok``, MySQL rows of table, operation, kind and text."""
    return [
        str(row[-1])
        for row in rows
        if not (len(row) == 1 and str(row[0]) == "ok") and not (len(row) > 3 and str(row[2]).lower() in _GOOD)
    ]
