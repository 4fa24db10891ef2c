"""Which class runs which part; a part's module is imported on first use.

The tables map part names (``package/names.py``) to modules; a class registers itself by
the decorator of its kind. Parts that are recognised but cannot be run stand in
``unsupported.py`` with the reason a user reads.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from dtserve.controlflow.container import Container
    from dtserve.controlflow.enumerator import Enumerator
    from dtserve.controlflow.logging import LogProviderBase
    from dtserve.controlflow.task import Task

__all__ = [
    "CONTAINERS",
    "ENUMERATORS",
    "LOG_PROVIDERS",
    "TASKS",
    "container",
    "container_class",
    "enumerator",
    "enumerator_class",
    "log_provider",
    "log_provider_class",
    "task",
    "task_class",
    "unsupported_reason",
]

TASKS: dict[str, str] = {
    "BulkInsertTask": "bulk_insert_task",
    "CdcControlTask": "cdc_control_task",
    "DataProfilingTask": "data_profiling_task",
    "DbMaintenanceBackupTask": "back_up_database_task",
    "DbMaintenanceCheckIntegrityTask": "check_database_integrity_task",
    "DbMaintenanceDefragmentIndexTask": "reorganize_index_task",
    "DbMaintenanceExecuteAgentJobTask": "execute_sql_server_agent_job_task",
    "DbMaintenanceFileCleanupTask": "maintenance_cleanup_task",
    "DbMaintenanceHistoryCleanupTask": "history_cleanup_task",
    "DbMaintenanceNotifyOperatorTask": "notify_operator_task",
    "DbMaintenanceReindexTask": "rebuild_index_task",
    "DbMaintenanceShrinkTask": "shrink_database_task",
    "DbMaintenanceTSQLExecuteTask": "tsql_execute_task",
    "DbMaintenanceUpdateStatisticsTask": "update_statistics_task",
    "ExecuteProcess": "execute_process_task",
    "ExecuteSQLTask": "execute_sql_task",
    "ExecutePackageTask": "execute_package_task",
    "ExpressionTask": "expression_task",
    "FileSystemTask": "file_system_task",
    "FtpTask": "ftp_task",
    "Pipeline": "pipeline",
    "ScriptTask": "script_task",
    "SendMailTask": "send_mail_task",
    "WebServiceTask": "web_service_task",
    "XMLTask": "xml_task",
}
CONTAINERS: dict[str, str] = {
    "Package": "package",
    "Sequence": "sequence",
    "ForLoop": "for_loop",
    "ForEachLoop": "foreach_loop",
    "EventHandler": "event_handler",
}
ENUMERATORS: dict[str, str] = {
    "ForEachADOEnumerator": "ado_enumerator",
    "ForEachFileEnumerator": "file_enumerator",
    "ForEachFromVarEnumerator": "variable_enumerator",
    "ForEachItemEnumerator": "item_enumerator",
    "ForEachNodeListEnumerator": "nodelist_enumerator",
    "ForEachSMOEnumerator": "smo_enumerator",
    "ForEachSchemaRowsetEnumerator": "schema_rowset_enumerator",
}
LOG_PROVIDERS: dict[str, str] = {
    "LogProviderEventLog": "event_log",
    "LogProviderSQLServer": "sql_server",
    "LogProviderTextFile": "text_file",
    "LogProviderXMLFile": "xml_file",
}

_OTHER_REASON = "dtserve does not run this kind of {kind}."
_UNKNOWN_REASON = "no part of that name is known."

_found: dict[tuple[str, str], Any] = {}
_T = TypeVar("_T", bound=type)


def _decorator(kind: str, part: str) -> Callable[[_T], _T]:
    def register(cls: _T) -> _T:
        _found[kind, part] = cls
        return cls

    return register


def _class(kind: str, folder: str, table: dict[str, str], part: str) -> Any:
    cls = _found.get((kind, part))
    if cls is None:
        module = table.get(part)
        if module is None:
            return None
        importlib.import_module(f"dtserve.controlflow.{folder}.{module}")
        cls = _found.get((kind, part))
    return cls


def task(part: str) -> Callable[[_T], _T]:
    """Class decorator: this class is the task ``part``."""
    return _decorator("task", part)


def container(part: str) -> Callable[[_T], _T]:
    """Class decorator: this class is the container ``part``."""
    return _decorator("container", part)


def enumerator(part: str) -> Callable[[_T], _T]:
    """Class decorator: this class is the for-each enumerator ``part``."""
    return _decorator("enumerator", part)


def log_provider(part: str) -> Callable[[_T], _T]:
    """Class decorator: this class is the log provider ``part``."""
    return _decorator("log provider", part)


def task_class(part: str) -> type[Task] | None:
    """The class of task ``part``; None when it cannot be run."""
    cls: type[Task] | None = _class("task", "tasks", TASKS, part)
    return cls


def container_class(part: str) -> type[Container] | None:
    """The class of container ``part``; None when there is none."""
    cls: type[Container] | None = _class("container", "containers", CONTAINERS, part)
    return cls


def enumerator_class(part: str) -> type[Enumerator] | None:
    """The class of enumerator ``part``; None when it cannot be run."""
    cls: type[Enumerator] | None = _class("enumerator", "enumerators", ENUMERATORS, part)
    return cls


def log_provider_class(part: str) -> type[LogProviderBase] | None:
    """The class of log provider ``part``; None when it cannot be run."""
    cls: type[LogProviderBase] | None = _class("log provider", "logproviders", LOG_PROVIDERS, part)
    return cls


def unsupported_reason(kind: str, part: str) -> str:
    """Why a part cannot be run, as a sentence for the user; empty when it can."""
    tables = {"task": TASKS, "container": CONTAINERS, "enumerator": ENUMERATORS, "log provider": LOG_PROVIDERS}
    if part in tables[kind] or part in CONTAINERS:
        return ""
    from dtserve.controlflow.unsupported import UNSUPPORTED

    if part in UNSUPPORTED:
        return UNSUPPORTED[part]
    return _OTHER_REASON.format(kind=kind) if part else _UNKNOWN_REASON
