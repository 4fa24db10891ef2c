"""Events and the end of a run on the wire: one JSON object per line.

``{"event": {…}}`` for each event, with its sequence number, and at last ``{"end": {…}}``.
Members that have their default are left out.
"""

from __future__ import annotations

import json
from dataclasses import MISSING, dataclass, fields
from typing import Any

from dtserve.controlflow.events import Event
from dtserve.execution.options import decode, encode

__all__ = ["RunEnd", "encode_end", "encode_event", "read_line"]

_DEFAULTS = {
    each.name: each.default for each in fields(Event) if each.default is not MISSING and each.name != "sequence"
}


@dataclass(frozen=True)
class RunEnd:
    """The end of a run as its process tells it; ``error`` is what kept the package from running.

    ``cpu_seconds`` are those of the process and its children, ``peak_memory`` is in bytes.
    """

    exit_code: int
    result: int = 1
    execution_id: str = ""
    started: float = 0.0
    finished: float = 0.0
    error: str = ""
    error_code: int = 0
    cpu_seconds: float = 0.0
    peak_memory: int = 0


def encode_event(event: Event) -> str:
    """An event as one line, without line end."""
    stored: dict[str, Any] = {}
    for name in Event.__slots__:
        value = getattr(event, name)
        if name in _DEFAULTS and value == _DEFAULTS[name]:
            continue
        if name == "data":
            if not value:
                continue
            value = encode(value)
        stored[name] = value
    return json.dumps({"event": stored}, separators=(",", ":"))


def encode_end(end: RunEnd) -> str:
    """The end as one line, without line end."""
    return json.dumps({"end": {each.name: getattr(end, each.name) for each in fields(RunEnd)}}, separators=(",", ":"))


def read_line(line: str) -> Event | RunEnd | None:
    """The event or end of a line; None for a line that is neither (a library that prints)."""
    try:
        found = json.loads(line)
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    if isinstance(found.get("event"), dict):
        stored = found["event"]
        return Event(**{**stored, "data": decode(stored.get("data", {}))})
    if isinstance(found.get("end"), dict):
        return RunEnd(**found["end"])
    return None
