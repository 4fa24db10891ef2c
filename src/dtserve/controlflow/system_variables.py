"""System variables of packages, containers and tasks; those of event handlers by late import (CONTROL_FLOW §5.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dtserve.controlflow.scope import RuntimeVariable
from dtserve.doors import lazy

if TYPE_CHECKING:
    from dtserve.controlflow.container import Container
    from dtserve.controlflow.containers.package import PackageContainer
    from dtserve.controlflow.handler_variables import add_handler_variables, event_values
    from dtserve.controlflow.task_host import TaskHost

__all__ = [
    "add_container_variables",
    "add_handler_variables",
    "add_package_variables",
    "add_task_variables",
    "event_values",
]

__getattr__ = lazy("dtserve.controlflow", dict.fromkeys(("add_handler_variables", "event_values"), "handler_variables"))

BOOLEAN, DATETIME, INT32, INT64, STRING = 11, 7, 3, 20, 8


def _computed(container: Container, name: str, vt: int, compute: Callable[[], Any]) -> None:
    if container.scope.find(f"System::{name}") is None or not owns(container, name):
        container.scope.add(RuntimeVariable("System", name, vt, None, read_only=True, compute=compute))


def owns(container: Container, name: str) -> bool:
    """Whether ``container`` itself has the system variable."""
    found = container.scope.find(f"System::{name}")
    return found is not None and found.scope is container.scope


def add_container_variables(container: Container) -> None:
    """LocaleID and ContainerStartTime of any container."""
    _computed(container, "LocaleID", INT32, lambda: container.locale)
    _computed(container, "ContainerStartTime", DATETIME, lambda: container.start_time)


def add_task_variables(host: TaskHost) -> None:
    """The system variables of a task."""
    add_container_variables(host)
    _computed(host, "TaskName", STRING, lambda: host.name)
    _computed(host, "TaskID", STRING, lambda: host.model.dtsid)
    _computed(host, "CreationName", STRING, lambda: host.model.creation_name or host.model.type_id)
    _computed(host, "TaskTransactionOption", INT32, lambda: int(host.transaction_option))


def add_package_variables(package: PackageContainer) -> None:
    """The system variables of a package."""
    model, run = package.package_model, package.run
    add_container_variables(package)
    values: dict[str, tuple[int, Callable[[], Any]]] = {
        "CancelEvent": (INT32, lambda: 0),
        "CreationDate": (DATETIME, lambda: package.creation_date),
        "CreatorComputerName": (STRING, lambda: model.creator_computer_name),
        "CreatorName": (STRING, lambda: model.creator_name),
        "ExecutionInstanceGUID": (STRING, lambda: run.execution_id),
        "FailedConfigurations": (STRING, lambda: ";".join(run.failed_configurations)),
        "IgnoreConfigurationsOnLoad": (BOOLEAN, lambda: False),
        "InteractiveMode": (BOOLEAN, lambda: False),
        "MachineName": (STRING, lambda: run.shared.computer),
        "OfflineMode": (BOOLEAN, lambda: False),
        "PackageID": (STRING, lambda: model.dtsid),
        "PackageName": (STRING, lambda: package.name),
        "ParentContainerGUID": (STRING, lambda: ""),
        "ProductVersion": (STRING, lambda: model.last_modified_product_version),
        "ServerExecutionID": (INT64, lambda: 0),
        "StartTime": (DATETIME, lambda: run.start_time),
        "UserName": (STRING, lambda: run.shared.operator),
        "VersionBuild": (INT32, lambda: model.version_build),
        "VersionComments": (STRING, lambda: model.version_comments),
        "VersionComment": (STRING, lambda: model.version_comments),
        "VersionGUID": (STRING, lambda: model.version_guid),
        "VersionMajor": (INT32, lambda: model.version_major),
        "VersionMinor": (INT32, lambda: model.version_minor),
    }
    for name, (vt, compute) in values.items():
        _computed(package, name, vt, compute)
