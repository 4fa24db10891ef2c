"""The JSON form of options and sources, for the pipe to a child process; handed out by :mod:`dtserve.execution.options`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from dtserve.connections.connection_target import ConnectionTarget
from dtserve.execution.option_values import Logger, Setting
from dtserve.execution.options import ExecutionOptions

__all__ = ["decode", "encode", "options_from"]


def encode(value: Any) -> Any:
    """A value as JSON can carry it: bytes in base64, dates as text with a mark."""
    if isinstance(value, bytes):
        import base64

        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, Mapping):
        return {key: encode(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [encode(each) for each in value]
    if value is None or isinstance(value, str | int | float | bool):
        return value
    from datetime import date, datetime
    from decimal import Decimal

    if isinstance(value, datetime):
        return {"$datetime": value.isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    return str(value)


def decode(value: Any) -> Any:
    """The inverse of :func:`encode`."""
    if isinstance(value, list):
        return [decode(each) for each in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        (key, inner), *_ = value.items()
        if key == "$bytes":
            import base64

            return base64.b64decode(inner)
        if key in ("$datetime", "$date", "$decimal"):
            from datetime import date, datetime
            from decimal import Decimal

            kinds: dict[str, Any] = {
                "$datetime": datetime.fromisoformat,
                "$date": date.fromisoformat,
                "$decimal": Decimal,
            }
            return kinds[key](inner)
    return {key: decode(each) for key, each in value.items()}


def options_from(stored: Mapping[str, Any]) -> ExecutionOptions:
    """Options from decoded JSON; ValueError for names that are none."""
    known = {each.name for each in fields(ExecutionOptions)}
    unknown = set(stored) - known
    if unknown:
        raise ValueError(f"unknown options: {', '.join(sorted(unknown))}")
    values: dict[str, Any] = {key: decode(value) for key, value in stored.items()}
    for name, kind in (("settings", Setting), ("loggers", Logger), ("connection_map", ConnectionTarget)):
        if name in values:
            values[name] = tuple(kind(**each) for each in values[name])
    if "verify_build" in values:
        values["verify_build"] = tuple(values["verify_build"])
    if "parent_variables" in values:
        values["parent_variables"] = {name: (vt, each) for name, (vt, each) in values["parent_variables"].items()}
    return ExecutionOptions(**values)
