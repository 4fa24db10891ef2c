"""Events and the end of a run on the wire: one JSON object per line.

``{"event": {…}}`` for each event, with its sequence number, and at last ``{"end": {…}}``.
Members that have their default are left out.
"""

from __future__ import annotations

import json
from dataclasses import MISSING, dataclass, fields, replace
from typing import Any, TypeVar

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


Told = TypeVar("Told", Event, RunEnd)
_KINDS = {
    kind: tuple(tuple(each.name for each in fields(kind) if str(each.type).startswith(name)) for name in names)
    for kind in (Event, RunEnd)
    for names in (("str", "float", "int"),)
}
"""The members of each that are text, moments and numbers."""
_ROW_NAMES = ("path", "component", "target")
LARGEST = 2**53
"""The largest number in an event: what JSON readers hold exactly."""


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
    """The event or end of a line; None for a line that is neither (a library that prints, half a line, a broken worker)."""
    try:
        found = json.loads(line, parse_constant=str)
        if not isinstance(found, dict):
            return None
        if isinstance(found.get("event"), dict):
            stored = found["event"]
            return _checked(Event(**{**stored, "data": decode(stored.get("data", {}))}))
        return _checked(RunEnd(**found["end"])) if isinstance(found.get("end"), dict) else None
    except (ValueError, TypeError, ArithmeticError, RecursionError):
        return None


def _checked(item: Told) -> Told:
    """What a worker tells, with text that can be stored; ValueError when a member is not of its kind."""
    texts, floats, numbers = _KINDS[type(item)]
    changed: dict[str, Any] = {}
    for name in texts:
        value = getattr(item, name)
        if type(value) is not str:
            raise ValueError(name)
        if not value.isascii():
            changed[name] = value.encode("utf-8", "replace").decode("utf-8")
    for name in floats:
        value = getattr(item, name)
        if type(value) not in (int, float) or not 0 <= value <= LARGEST:
            raise ValueError(name)
    for name in numbers:
        value = getattr(item, name)
        if (type(value) is not int and (value is not None or name != "result")) or abs(value or 0) > LARGEST:
            raise ValueError(name)
    if isinstance(item, Event) and not _fits(item):
        raise ValueError("data")
    changed = {name: value for name, value in changed.items() if value != getattr(item, name)}
    return replace(item, **changed) if changed else item


def _fits(event: Event) -> bool:
    """Whether an event's data are such, and those of RowsSent tell a path and a number of rows."""
    data: Any = event.data
    if type(data) is not dict or event.kind != "RowsSent":
        return type(data) is dict
    rows = data.get("rows")
    named = all(type(data.get(name, "")) is str for name in _ROW_NAMES)
    return named and "path" in data and type(rows) is int and 0 <= rows <= LARGEST
