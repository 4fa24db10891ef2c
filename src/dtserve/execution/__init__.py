"""One run of one package: options, process, events on the wire, result."""

from __future__ import annotations

from dtserve.doors import lazy

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

__getattr__ = lazy(__name__, _HOMES)
