"""Containers, precedence constraints, events, tasks: the control flow of a running package."""

from __future__ import annotations

import importlib
from typing import Any

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


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(name)
    return getattr(importlib.import_module(f"dtserve.controlflow.{home}"), name)
