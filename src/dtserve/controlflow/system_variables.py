"""System variables of packages, containers, tasks and event handlers (CONTROL_FLOW §5.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dtserve.controlflow.scope import RuntimeVariable
from dtserve.controlflow.values import default_value

if TYPE_CHECKING:
    from dtserve.controlflow.container import Container
    from dtserve.controlflow.containers.package import PackageContainer
    from dtserve.controlflow.events import Event
    from dtserve.controlflow.task_host import TaskHost

__all__ = [
    "add_container_variables",
    "add_handler_variables",
    "add_package_variables",
    "add_task_variables",
    "event_values",
]

BOOLEAN, DATETIME, INT32, INT64, OBJECT, STRING = 11, 7, 3, 20, 13, 8

HANDLER_VARIABLES: dict[str, tuple[int, tuple[str, ...]]] = {
    "Cancel": (BOOLEAN, ("OnError", "OnWarning", "OnQueryCancel")),
    "ErrorCode": (INT32, ("OnError", "OnInformation", "OnWarning")),
    "ErrorDescription": (STRING, ("OnError", "OnInformation", "OnWarning")),
    "ExecutionStatus": (BOOLEAN, ("OnExecStatusChanged",)),
    "ExecutionValue": (OBJECT, ("OnTaskFailed",)),
    "PercentComplete": (INT32, ("OnProgress",)),
    "ProgressCountHigh": (INT32, ("OnProgress",)),
    "ProgressCountLow": (INT32, ("OnProgress",)),
    "ProgressDescription": (STRING, ("OnProgress",)),
    "VariableDescription": (STRING, ("OnVariableValueChanged",)),
    "VariableID": (STRING, ("OnVariableValueChanged",)),
    "VariableName": (STRING, ("OnVariableValueChanged",)),
    "VariableValue": (OBJECT, ("OnVariableValueChanged",)),
    "Propagate": (BOOLEAN, ()),
    "SourceDescription": (STRING, ()),
    "SourceID": (STRING, ()),
    "SourceName": (STRING, ()),
    "SourceParentGUID": (STRING, ()),
}
"""Name → VARIANT type and the handlers that have it (none listed = all)."""

WRITABLE = frozenset(("Cancel", "Propagate"))


def _computed(container: Container, name: str, vt: int, compute: Callable[[], Any]) -> None:
    if container.scope.find(f"System::{name}") is None or not _owns(container, name):
        container.scope.add(RuntimeVariable("System", name, vt, None, read_only=True, compute=compute))


def _owns(container: Container, name: str) -> bool:
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


def add_handler_variables(container: Container, event_name: str) -> None:
    """The system variables of an event handler; a custom event's handler has those common to all."""
    add_container_variables(container)
    for name, (vt, events) in HANDLER_VARIABLES.items():
        if (not events or event_name in events) and not _owns(container, name):
            value = True if name == "Propagate" else default_value(vt)
            container.scope.add(RuntimeVariable("System", name, vt, value, read_only=name not in WRITABLE))


def event_values(event: Event, source: Container) -> dict[str, Any]:
    """What the variables of a handler hold while it handles ``event``."""
    code = event.code - 0x1_0000_0000 if event.code & 0x8000_0000 else event.code
    parent = source.parent
    return {
        "Cancel": False,
        "ErrorCode": code,
        "ErrorDescription": event.message,
        "ExecutionStatus": False,
        "ExecutionValue": source.execution_value,
        "PercentComplete": max(event.percent, 0),
        "ProgressCountHigh": 0,
        "ProgressCountLow": 0,
        "ProgressDescription": event.message,
        "SourceDescription": source.description,
        "SourceID": source.model.dtsid,
        "SourceName": source.name,
        "SourceParentGUID": parent.model.dtsid if parent is not None else "",
        **{name: value for name, value in event.data.items() if name in HANDLER_VARIABLES},
    }
