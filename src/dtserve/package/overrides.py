"""Setting values by property path: what configurations and ``/SET`` do to a package (CONFIG_LOGGING §1, DTEXEC §8).

A package is never changed: :func:`apply` gives one with the value set. Properties of tasks
and enumerators themselves, which only their classes know, become overrides that the class
takes when it is made. Connection parts (ServerName, InitialCatalog, UserName, Password)
re-compose the connection string; the last one applied wins.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from dtserve.package.errors import PathConversionFailed, PathReadOnly, PathUnresolved
from dtserve.package.model import ConnectionManager, ConstraintValue, EvalOp, Executable, Package, Variable
from dtserve.package.paths import PathTarget, resolve
from dtserve.package.property_names import has_connection_property, has_package_property

__all__ = ["apply", "apply_target", "set_connection_part", "stored_name"]


def _boolean(text: str) -> bool:
    found = {"true": True, "-1": True, "1": True, "yes": True, "false": False, "0": False, "no": False}.get(
        text.strip().lower()
    )
    if found is None:
        raise ValueError(text)
    return found


def _one_of(**names: int) -> Callable[[str], int]:
    """A number, or one of the names of an enumeration."""
    lower = {name.lower(): number for name, number in names.items()}

    def convert(text: str) -> int:
        known = lower.get(text.strip().lower())
        return int(text) if known is None else known

    return convert


def _concurrency(text: str) -> int:
    """MaxConcurrentExecutables: one and more, or -1."""
    number = int(text)
    if number < 1 and number != -1:
        raise ValueError(text)
    return number


_TRANSACTION = _one_of(NotSupported=0, Supported=1, Required=2)
_RESULT = {"None": -1, "Success": 0, "Failure": 1, "Completion": 2}
_ISOLATION = {
    "Unspecified": -1, "Chaos": 16, "ReadUncommitted": 256, "ReadCommitted": 4096, "RepeatableRead": 65536,
    "Serializable": 1048576, "Snapshot": 16777216,
}  # fmt: skip

_LOGGING_MODE = _one_of(UseParentSetting=0, Enabled=1, Disabled=2)

_Table = dict[str, tuple[str, Callable[[str], Any]]]
_EXECUTABLE: _Table = {
    "name": ("name", str), "objectname": ("name", str), "description": ("description", str),
    "disable": ("disabled", _boolean), "disabled": ("disabled", _boolean),
    "delayvalidation": ("delay_validation", _boolean), "disableeventhandlers": ("disable_event_handlers", _boolean),
    "failpackageonfailure": ("fail_package_on_failure", _boolean),
    "failparentonfailure": ("fail_parent_on_failure", _boolean),
    "maximumerrorcount": ("max_error_count", int), "maxerrorcount": ("max_error_count", int),
    "forceexecutionresult": ("force_execution_result", _one_of(**_RESULT)),
    "forceexecutionvalue": ("force_exec_value", _boolean), "forceexecvalue": ("force_exec_value", _boolean),
    "forcedexecutionvalue": ("exec_value", str), "execvalue": ("exec_value", str),
    "execvaluevariable": ("exec_value_variable", str), "isolationlevel": ("isolation_level", _one_of(**_ISOLATION)),
    "isolevel": ("isolation_level", _one_of(**_ISOLATION)), "transactionoption": ("transaction_option", _TRANSACTION),
    "localeid": ("locale_id", int),
}  # fmt: skip
_PACKAGE: _Table = _EXECUTABLE | {
    "maxconcurrentexecutables": ("max_concurrent_executables", _concurrency),
    "checkpointfilename": ("checkpoint_file_name", str), "savecheckpoints": ("save_checkpoints", _boolean),
    "checkpointusage": ("checkpoint_usage", _one_of(Never=0, IfExists=1, Always=2)),
    "enableconfigurations": ("enable_configurations", _boolean), "enableconfig": ("enable_configurations", _boolean),
    "suppressconfigurationwarnings": ("suppress_configuration_warnings", _boolean),
    "versioncomments": ("version_comments", str), "versionmajor": ("version_major", int),
    "versionminor": ("version_minor", int), "versionbuild": ("version_build", int),
    "creatorname": ("creator_name", str), "creatorcomputername": ("creator_computer_name", str),
}  # fmt: skip
_VARIABLE: _Table = {
    "expression": ("expression", str), "evaluateasexpression": ("evaluate_as_expression", _boolean),
    "readonly": ("read_only", _boolean), "raisechangedevent": ("raise_changed_event", _boolean),
    "description": ("description", str), "name": ("name", str), "namespace": ("namespace", str),
}  # fmt: skip
_MEMBERS: Mapping[str, _Table] = {
    "variables": _VARIABLE,
    "parameters": {"description": ("description", str)},
    "log_providers": {
        "configstring": ("config_string", str), "delayvalidation": ("delay_validation", _boolean),
        "description": ("description", str), "name": ("name", str),
    },
    "configurations": {
        "configurationstring": ("string", str), "configurationtype": ("type", int),
        "packagepath": ("variable", str), "configurationvariable": ("variable", str), "name": ("name", str),
    },
    "constraints": {
        "value": ("value", lambda text: ConstraintValue(_one_of(Success=0, Failure=1, Completion=2, Canceled=3)(text))),
        "evalop": ("eval_op", lambda text: EvalOp(int(text))), "expression": ("expression", str),
        "logicaland": ("logical_and", _boolean), "name": ("name", str),
    },
    "connections": {
        "name": ("name", str), "description": ("description", str), "delayvalidation": ("delay_validation", _boolean),
    },
}  # fmt: skip
_READ_ONLY = frozenset(
    {"id", "dtsid", "creationname", "executiontype", "protectionlevel", "creationdate", "versionguid"}
)
_LOOPS = frozenset({"initexpression", "evalexpression", "assignexpression", "maxconcurrent"})
_CONTAINER_PARTS = frozenset({"Package", "Sequence", "ForLoop", "ForEachLoop", "EventHandler"})


def apply(package: Package, path: str, value: str) -> Package:
    """The package with the property at ``path`` set to ``value``.

    Raises PathRootMissing, PathMalformed, PathUnresolved, PathReadOnly, PathConversionFailed.
    """
    return apply_target(package, resolve(package, path), value)


def apply_target(package: Package, target: PathTarget, value: str) -> Package:
    """The same for a path that was resolved against this very package."""
    try:
        changed = _change(target, value)
    except (ValueError, KeyError):
        raise PathConversionFailed(configuration=target.name, path=target.path) from None
    ancestors: list[Executable] = [package]
    for field, index in target.chain:
        ancestors.append(getattr(ancestors[-1], field)[index])
    for parent, (field, index) in zip(reversed(ancestors[:-1]), reversed(target.chain), strict=True):
        members = getattr(parent, field)
        fields: dict[str, Any] = {field: (*members[:index], changed, *members[index + 1 :])}
        changed = replace(parent, **fields)
    assert isinstance(changed, Package)  # noqa: S101 - the chain ends at the package
    return changed


def _change(target: PathTarget, value: str) -> Executable:
    """The owner with the value set."""
    owner, key = target.owner, target.name.lower()
    if target.collection == "enumerator":
        return replace(owner, enumerator_overrides={**owner.enumerator_overrides, target.name: value})
    if target.collection:
        members = getattr(owner, target.collection)
        item = _change_member(target, value)
        fields: dict[str, Any] = {target.collection: (*members[: target.index], item, *members[target.index + 1 :])}
        return replace(owner, **fields)
    if key in _READ_ONLY:
        raise PathReadOnly(property=target.name)
    if key == "loggingmode":
        return replace(owner, logging=replace(owner.logging, mode=_LOGGING_MODE(value)))
    entry = (_PACKAGE if isinstance(owner, Package) else _EXECUTABLE).get(key)
    if entry is not None:
        return replace(owner, **{entry[0]: entry[1](value)})
    if owner.part in _CONTAINER_PARTS:
        known = has_package_property(target.name) if isinstance(owner, Package) else key in _LOOPS
        if not known:
            raise PathUnresolved(path=target.path, detail=f'There is no property "{target.name}".')
        return replace(owner, properties=_with_key(owner.properties, target.name, value))
    return replace(owner, overrides=_with_key(owner.overrides, target.name, value))


def _with_key(values: Mapping[str, str], name: str, value: str) -> dict[str, str]:
    """A copy with one value set, under the spelling that is there already."""
    known = next((key for key in values if key.lower() == name.lower()), name)
    return {**values, known: value}


def _change_member(target: PathTarget, value: str) -> Any:
    item, key = target.item, target.name.lower()
    if target.collection in ("variables", "parameters") and key == "value":
        if isinstance(item, Variable) and item.read_only:
            raise PathReadOnly(property=item.qualified_name)
        return replace(item, value=_typed(value, item.vt))
    if key in _READ_ONLY:
        raise PathReadOnly(property=target.name)
    entry = _MEMBERS[target.collection].get(key)
    if entry is not None:
        return replace(item, **{entry[0]: entry[1](value)})
    if isinstance(item, ConnectionManager) and has_connection_property(item, target.name):
        return set_connection_part(item, target.name, value)
    raise PathUnresolved(path=target.path, detail=f'There is no property "{target.name}".')


_INTEGERS = {2: 16, 3: 32, 20: 64, 16: 8}
_UNSIGNED = {17: 8, 18: 16, 19: 32, 21: 64}


def _typed(text: str, vt: int) -> str:
    """A configured text as variables of that VARIANT type store it; ValueError when it does not fit."""
    if vt == 11:
        return "-1" if _boolean(text) else "0"
    if vt in _INTEGERS:
        bits = _INTEGERS[vt]
        return _ranged(int(text), -(1 << (bits - 1)), (1 << (bits - 1)) - 1)
    if vt in _UNSIGNED:
        return _ranged(int(text), 0, (1 << _UNSIGNED[vt]) - 1)
    if vt in (4, 5, 14):
        float(text)
    return text


def _ranged(number: int, low: int, high: int) -> str:
    if not low <= number <= high:
        raise ValueError(number)
    return str(number)


_PARTS = {
    "servername": ("data source", "server", "address", "addr", "network address"),
    "initialcatalog": ("initial catalog", "database"),
    "username": ("user id", "uid", "user", "username"),
}
_NEW_KEY = {"servername": "Data Source", "initialcatalog": "Initial Catalog", "username": "User ID"}
_ODBC_KEY = {"servername": "Server", "initialcatalog": "Database", "username": "Uid"}
_PAIR = re.compile(r"(?P<key>[^=;]*+)(?:=\s*(?P<value>\"[^\"]*\"|'[^']*'|\{[^}]*\}|[^;]*?)\s*(?=;|$))?[^;]*+(?:;|$)")


def set_connection_part(connection: ConnectionManager, name: str, value: str) -> ConnectionManager:
    """The connection manager with a property set, its connection string re-composed where the property is a part of it."""
    key = name.lower()
    if key in ("password", "serverpassword", "proxypassword"):
        known = next((each for each in connection.sensitive if each.lower() == key), name)
        return replace(connection, sensitive={**connection.sensitive, known: value})
    stored = connection.properties.get("ConnectionString", "")
    if key in _PARTS and "=" in stored and "ServerName" not in connection.properties:
        new = _ODBC_KEY if connection.creation_name.upper().startswith("ODBC") else _NEW_KEY
        text = _with_pair(stored, _PARTS[key], new[key], value)
        return replace(connection, properties={**connection.properties, "ConnectionString": text})
    stored_as = stored_name(name)
    if stored_as == "Retain":
        value = str(_boolean(value))
    return replace(connection, properties=_with_key(connection.properties, stored_as, value))


def stored_name(name: str) -> str:
    """The name under which connection managers store a property of the object model."""
    return "Retain" if name.lower() == "retainsameconnection" else name


def _with_pair(text: str, keys: tuple[str, ...], new_key: str, value: str) -> str:
    """A connection string with one ``key=value`` changed or added."""
    quoted = f'"{value}"' if re.search(r"[;=\"']|^\s|\s$", value) and '"' not in value else value
    at = 0
    while at < len(text):
        pair = _PAIR.match(text, at)
        assert pair is not None  # noqa: S101 - every text matches
        if pair["key"].strip().lower() in keys and pair["value"] is not None:
            return text[: pair.start("value")] + quoted + text[pair.end("value") :]
        at = max(pair.end(), at + 1)
    joint = "" if not text or text.endswith(";") else ";"
    return f"{text}{joint}{new_key}={quoted};"
