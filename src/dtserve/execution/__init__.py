"""One run of one package: options, process, events on the wire, result."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["ExecutionOptions", "ExecutionResult", "Logger", "PackageSource", "Setting", "WorkerProcess", "open_source"]

_HOMES = {
    "ExecutionOptions": "options",
    "ExecutionResult": "run",
    "Logger": "options",
    "PackageSource": "options",
    "Setting": "options",
    "WorkerProcess": "process",
    "open_source": "load",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(name)
    return getattr(importlib.import_module(f"dtserve.execution.{home}"), name)
