"""System variables of event handlers (CONTROL_FLOW §5.1); a package without handlers starts without them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dtserve.controlflow.scope import RuntimeVariable
from dtserve.controlflow.system_variables import BOOLEAN, INT32, STRING, add_container_variables, owns
from dtserve.controlflow.values import OBJECT, default_value

if TYPE_CHECKING:
    from dtserve.controlflow.container import Container
    from dtserve.controlflow.events import Event

__all__ = ["HANDLER_VARIABLES", "WRITABLE", "add_handler_variables", "event_values"]

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


def add_handler_variables(container: Container, event_name: str) -> None:
    """The system variables of an event handler; a custom event's handler has those common to all."""
    add_container_variables(container)
    for name, (vt, events) in HANDLER_VARIABLES.items():
        if (not events or event_name in events) and not owns(container, name):
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
        **_changed(event, source),
    }


def _changed(event: Event, source: Container) -> dict[str, Any]:
    """The value of the variable that has changed; it stands in no event, which goes to logs."""
    name = event.data.get("VariableName")
    found = source.scope.find(str(name)) if name else None
    return {} if found is None else {"VariableValue": found.read()}
