"""Containers, precedence constraints, events, tasks: the control flow of a running package."""

from __future__ import annotations

from dtserve.doors import lazy

__all__ = [
    "CancelSwitch",
    "ChildRequest",
    "Container",
    "Enumerator",
    "Event",
    "EventSink",
    "ExecResult",
    "PackageRun",
    "Property",
    "RunMode",
    "RuntimeVariable",
    "Scope",
    "SharedRun",
    "Task",
    "TaskHost",
    "load_package",
    "run_package",
]

_HOMES = {
    "CancelSwitch": "cancel",
    "ChildRequest": "runtime",
    "Container": "container",
    "Enumerator": "enumerator",
    "Event": "events",
    "EventSink": "events",
    "ExecResult": "results",
    "PackageRun": "runtime",
    "Property": "properties",
    "RunMode": "engine",
    "RuntimeVariable": "scope",
    "Scope": "scope",
    "SharedRun": "runtime",
    "Task": "task",
    "TaskHost": "task_host",
    "load_package": "engine",
    "run_package": "engine",
}

__getattr__ = lazy(__name__, _HOMES)
