"""Settings, loggers and console logs of a parsed dtexec line: options whose arguments have rules of their own (DTEXEC §4)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from dtserve.cli.dtexec_console import ConsoleLog
from dtserve.cli.errors import InvalidArgument
from dtserve.cli.options import Given, ParsedLine
from dtserve.execution.options import Logger, Setting

__all__ = ["console_log_of", "loggers_of", "settings_of"]


def settings_of(line: ParsedLine) -> tuple[Setting, ...]:
    """``/SET``, ``/CONFIGFILE``, ``/PARAMETER`` and ``/CONNECTION`` in the order met; InvalidArgument."""
    return tuple(_settings(line))


def loggers_of(line: ParsedLine) -> tuple[Logger, ...]:
    """Every ``/LOGGER``."""
    return tuple(_logger(each) for each in line.all("logger"))


def _settings(line: ParsedLine) -> Iterable[Setting]:
    for each in line:
        key = each.option.key
        if key == "set":
            yield _set(each)
        elif key == "configfile":
            yield Setting("configuration", each.text)
        elif key == "parameter":
            yield _parameter(each)
        elif key == "connection":
            parts = each.parts()
            if len(parts) % 2:
                raise InvalidArgument(argument=parts[0], option="Connection", reason="name;connection string wanted.")
            for name, value in zip(parts[::2], parts[1::2], strict=True):
                yield Setting("connection", name, value)


def _set(given: Given) -> Setting:
    parts = given.parts(2)
    path = parts[0].strip()
    if len(parts) < 2 or not path:
        raise InvalidArgument(argument=path, option="Set", reason="property path;value wanted.")
    sensitive = path.lower().startswith("$sensitive::")
    path = path[len("$sensitive::") :] if sensitive else path
    return Setting("set", path, parts[1], sensitive)


def _parameter(given: Given) -> Setting:
    parts = given.parts(2)
    if len(parts) < 2:
        name, _, value = parts[0].partition("=")
        parts = [name, value]
    name = re.sub(r"\([A-Za-z0-9]+\)\Z", "", parts[0].strip())
    if not name or name.lower().startswith("$serveroption::") or name.upper().startswith("CM."):
        raise InvalidArgument(argument=name, option="Parameter", reason="a parameter of package or project wanted.")
    return Setting("parameter", name if name.startswith("$") else f"$Package::{name}", parts[1])


def _logger(given: Given) -> Logger:
    parts = given.parts(2)
    return Logger(parts[0].strip(), parts[1] if len(parts) > 1 else "")


def console_log_of(line: ParsedLine) -> ConsoleLog:
    """All ``/CONSOLELOG`` of a line together; InvalidArgument."""
    included: set[str] = set()
    excluded: set[str] = set()
    entries: list[tuple[str, frozenset[str]]] = []
    for each in line.all("consolelog"):
        columns, names = _log_lists([part.strip() for part in each.parts()] if each.value else [])
        included |= names["I"]
        excluded |= names["E"]
        entries.append((columns, frozenset(names["I"])))
    return ConsoleLog(included=frozenset(included), excluded=frozenset(excluded), entries=tuple(entries))


def _log_lists(parts: list[str]) -> tuple[str, dict[str, set[str]]]:
    """Columns and the I and E lists of one ``/CONSOLELOG`` argument."""
    columns = "NCOSGXMT"
    names: dict[str, set[str]] = {"I": set(), "E": set()}
    here: Any = None
    for index, part in enumerate(parts):
        upper = part.upper()
        if here is None and index == 0 and upper and upper not in names and not set(upper) - set(columns):
            columns = upper
        elif here is None:
            if upper not in names:
                raise InvalidArgument(argument=part, option="ConsoleLog", reason="display letters, then I or E wanted.")
            here = names[upper]
        elif part:
            here.add(part.lower())
    return columns, names
