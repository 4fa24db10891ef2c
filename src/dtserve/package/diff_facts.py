"""What a structural diff compares: the objects of a package, each with its properties as text.

Ids, layout and what every save changes are left out unless asked for. References to
connection managers by GUID show as their names, secrets never show.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from dtserve.package.diff_words import COMPONENT_NAMES, TASK_DEFAULTS, ssis_name, ssis_value
from dtserve.package.model import (
    Component,
    ConnectionManager,
    DataFlow,
    Executable,
    LoggingOptions,
    Package,
    PropertyExpression,
)
from dtserve.package.names import COMPONENTS, ENUMERATORS, EXECUTABLES, enumerator_part, log_provider_part
from dtserve.package.reader.connections import decode_escapes
from dtserve.package.reader.elements import text_of
from dtserve.package.xml import local_name

__all__ = ["Fact", "facts_of"]

_TITLES = {row.part: row.title.removesuffix(" Task") + (" Task" if row.kind == "task" else "") for row in EXECUTABLES}
_COMPONENT_TITLES = {row.part: row.title for row in COMPONENTS}
_ENUMERATOR_TITLES = {row.part: row.title for row in ENUMERATORS}
_GUID = re.compile(r"\{[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}")
_IDS = frozenset({"dtsid", "version_guid", "creation_date", "creator_name", "creator_computer_name", "version_build",
                  "last_modified_product_version", "creation_name", "type_id", "ref_id", "format_version"})  # fmt: skip
_STRUCTURE = frozenset({
    "properties", "variables", "property_expressions", "executables", "constraints", "event_handlers",
    "enumerator_xml", "enumerator_id", "enumerator_expressions", "enumerator_overrides", "mappings", "overrides", "xml",
    "object_data", "logging", "parameters", "connections", "configurations", "log_providers", "name", "part",
})  # fmt: skip
_IGNORED_PROPERTIES = frozenset({"ThreadHint", "TaskContact", "PackageType"})
_MARK_KEY = os.urandom(32)


@dataclass(frozen=True, slots=True)
class Fact:
    """An object: ``key`` pairs it with its counterpart, ``title`` names it to a reader, ``where`` is its owner."""

    key: str
    kind: str
    title: str
    where: str
    properties: Mapping[str, str] = field(default_factory=dict)


class _Facts:
    def __init__(self, package: Package, shared: frozenset[str], ids: bool) -> None:
        self.package = package
        self.shared = shared
        self.ids = ids
        self.connections = {c.dtsid.upper(): c.name for c in package.connections if c.dtsid}

    def collect(self) -> Iterator[Fact]:
        package = self.package
        yield Fact("package", "Package", "Package", "", self._executable_properties(package))
        for parameter in package.parameters:
            yield Fact(
                f"parameter/{parameter.name}", "Parameter", f"Parameter *{parameter.name}*", "Package",
                _plain(parameter, {"name", "dtsid", "value"}) | {"Value": _secret(parameter.value, parameter.sensitive)},
            )  # fmt: skip
        for connection in package.connections:
            yield self._connection(connection)
        for provider in package.log_providers:
            yield Fact(
                f"log provider/{provider.name}", "Log provider", f"Log provider *{provider.name}*", "Package",
                _plain(provider, {"name", "dtsid", "property_expressions", "creation_name"})
                | {"Kind": log_provider_part(provider.creation_name) or provider.creation_name}
                | _expressions(provider.property_expressions),
            )  # fmt: skip
        for configuration in package.configurations:
            yield Fact(
                f"configuration/{configuration.name}", "Configuration", f"Configuration *{configuration.name}*",
                "Package", _plain(configuration, {"name", "dtsid"}),
            )  # fmt: skip
        yield from self._below(package)

    def _below(self, root: Package) -> Iterator[Fact]:
        """Everything inside the package, container by container."""
        todo: list[tuple[Executable, str, str]] = [(root, "package", "Package")]
        while todo:
            owner, key, title = todo.pop()
            yield from self._members(owner, key, title)
            children: list[tuple[Executable, str, str]] = []
            for child in (*owner.executables, *owner.event_handlers):
                child_key = child.dtsid if child.dtsid in self.shared else f"{key}\\{child.name}"
                child_title = f"{_TITLES.get(child.part) or _kind(child)} *{child.name}*"
                yield Fact(child_key, _kind(child), child_title, title, self._executable_properties(child))
                children.append((child, child_key, child_title))
            todo.extend(reversed(children))

    def _members(self, owner: Executable, key: str, title: str) -> Iterator[Fact]:
        for variable in owner.variables:
            name = variable.qualified_name
            yield Fact(
                f"{key}/variable/{name}", "Variable", f"Variable *{name}*", title,
                _plain(variable, {"name", "namespace", "dtsid"}),
            )  # fmt: skip
        names = {child.ref_id: child.name for child in owner.executables}
        for constraint in owner.constraints:
            ends = f"{names.get(constraint.from_ref, constraint.from_ref)} → {names.get(constraint.to_ref, constraint.to_ref)}"
            shown = _plain(constraint, {"name", "dtsid", "from_ref", "to_ref", "value", "eval_op"})
            shown |= {
                "Value": ssis_value("", constraint.value),
                "EvalOp": ssis_value("", constraint.eval_op),
            }
            yield Fact(f"{key}/constraint/{ends}", "Precedence constraint", f"Constraint *{ends}*", title, shown)
        if owner.data_flow is not None:
            yield from self._data_flow(owner.data_flow, key, title)

    def _connection(self, connection: ConnectionManager) -> Fact:
        key = connection.dtsid if connection.dtsid in self.shared else f"connection/{connection.name}"
        shown = {name: decode_escapes(value) for name, value in connection.properties.items()}
        shown |= _expressions(connection.property_expressions)
        shown |= {name: _secret(value, True) for name, value in connection.sensitive.items()}
        shown |= {"Name": connection.name, "Kind": connection.creation_name.partition(",")[0]}
        shown["DelayValidation"] = str(connection.delay_validation)
        for index, column in enumerate(connection.columns):
            name = column.get("ObjectName") or str(index)
            hidden = ("ObjectName", "DTSID", "CreationName")
            shown[f"column {name}"] = ", ".join(f"{k}={v}" for k, v in sorted(column.items()) if k not in hidden)
        return Fact(key, "Connection manager", f"Connection manager *{connection.name}*", "Package", shown)

    def _executable_properties(self, item: Executable) -> dict[str, str]:
        skipped = _STRUCTURE if self.ids else _STRUCTURE | _IDS
        shown = {"Name": item.name} | _plain(item, skipped)
        shown |= {k: v for k, v in item.properties.items() if k not in _IGNORED_PROPERTIES}
        shown |= _expressions(item.property_expressions)
        shown |= _logging(item.logging, {p.dtsid: p.name for p in self.package.log_providers})
        if item.enumerator_xml is not None:
            shown["Enumerator"] = _ENUMERATOR_TITLES.get(_part(item.enumerator_id), item.enumerator_id)
            data = next(item.enumerator_xml.iterchildren("{*}ObjectData"), None)
            shown |= {
                f"Enumerator.{k}": v
                for k, v in self._flat(next(data.iterchildren("*"), None) if data is not None else None)
            }
            shown |= {f"Mapping {m.index}": m.variable for m in item.mappings}
            shown |= {f"Enumerator.{k}": v for k, v in _expressions(item.enumerator_expressions).items()}
        if item.object_data is not None and item.object_data.tag != "pipeline":
            shown |= {k: v for k, v in self._flat(item.object_data) if TASK_DEFAULTS.get(k) != v}
        elif item.data_flow is not None:
            shown |= item.data_flow.properties
        return shown

    def _flat(self, root: Any) -> Iterator[tuple[str, str]]:
        """A task's own XML as properties: attributes and texts by their path."""
        if root is None:
            return
        counts: dict[str, int] = {}
        todo: list[tuple[Any, str]] = [(root, "")]
        while todo:
            element, path = todo.pop()
            if element.get("Sensitive") == "1":
                yield path, _secret(text_of(element), True)
                continue
            for key, value in element.items():
                if key not in ("Sensitive", "Encrypted"):
                    yield f"{path}.{key.rpartition('}')[2]}".lstrip("."), self._names(value)
            text = text_of(element)
            if text.strip():
                yield path or local_name(element), self._shown(element, text)
            below = []
            for child in element.iterchildren("*"):
                place = f"{path}.{local_name(child)}{_label(child)}".lstrip(".")
                counts[place] = counts.get(place, 0) + 1
                below.append((child, place if counts[place] == 1 else f"{place}#{counts[place]}"))
            todo.extend(reversed(below))

    def _shown(self, element: Any, text: str) -> str:
        if local_name(element) == "BinaryItem":
            return f"binary {hashlib.sha256(text.encode('utf-8')).hexdigest()[:16]}"
        return self._names(text)

    def _names(self, text: str) -> str:
        """GUIDs of connection managers as their names."""
        return _GUID.sub(lambda found: self.connections.get(found[0].upper(), found[0]), text) if "{" in text else text

    def _data_flow(self, flow: DataFlow, key: str, title: str) -> Iterator[Fact]:
        owners: dict[str, str] = {}
        for component in flow.components:
            name = f"{_COMPONENT_TITLES.get(component.part) or (component.user_type or component.class_id).partition(',')[0]} *{component.name}*"
            owners |= {side.ref_id: f"{component.name}.{side.name}" for side in component.inputs}
            owners |= {side.ref_id: f"{component.name}.{side.name}" for side in component.outputs}
            yield Fact(f"{key}/component/{component.name}", "Component", name, title, self._component(component))
            yield from _columns(component, f"{key}/component/{component.name}", name)
        for path in flow.paths:
            ends = f"{owners.get(path.start, path.start)} → {owners.get(path.end, path.end)}"
            yield Fact(f"{key}/path/{ends}", "Path", f"Path *{ends}*", title)

    def _component(self, component: Component) -> dict[str, str]:
        skipped = {
            "ref_id", "name", "class_id", "part", "user_type", "contact_info", "properties", "connections", "inputs",
            "outputs", "number", "version", "description",
        }  # fmt: skip
        shown = _plain(component, skipped) | _properties(component.part, component.properties)
        shown.pop("UserComponentTypeName", None)
        for connection in component.connections:
            reference = connection.reference.removeprefix("Package.ConnectionManagers[").removesuffix("]")
            shown[f"Connection {connection.name}"] = self._names(reference)
        return shown


def _columns(component: Component, key: str, title: str) -> Iterator[Fact]:
    """Inputs, outputs and their columns."""
    for kind, sides in (("Input", component.inputs), ("Output", component.outputs)):
        for side in sides:
            skipped = {"ref_id", "name", "columns", "external_columns", "properties", "number", "description"}
            shown = _plain(side, skipped) | _properties(component.part, side.properties)
            shown["SynchronousInput"] = _short(shown.get("SynchronousInput", ""))
            yield Fact(f"{key}/{kind}/{side.name}", kind, f"{kind} *{side.name}*", title, shown)
            for column in side.columns:
                hidden = {"ref_id", "name", "properties", "number", "description"}
                shown = _plain(column, hidden) | _properties(component.part, column.properties)
                shown |= {name: _short(shown[name]) for name in ("LineageId", "ExternalRef")}
                yield Fact(
                    f"{key}/{kind}/{side.name}/{column.name}",
                    "Column",
                    f"Column *{column.name}* of {side.name}",
                    title,
                    shown,
                )


def _short(reference: str) -> str:
    """A refId below its data flow: what follows the task's own path."""
    return reference.rpartition("\\")[2]


def _properties(part: str, stored: Mapping[str, Any]) -> dict[str, str]:
    shown: dict[str, str] = {}
    for name, each in stored.items():
        value = each.value if each.items is None else "\n".join(each.items)
        names = COMPONENT_NAMES.get((part, name))
        if name == "BinaryCode":
            value = f"binary {hashlib.sha256(value.encode('utf-8')).hexdigest()[:16]}"
        elif names and value.isdecimal() and int(value) < len(names):
            value = names[int(value)]
        shown[name] = value
    return shown


def _plain(item: Any, skipped: frozenset[str] | set[str]) -> dict[str, str]:
    """The scalar fields of a model object as text, by their SSIS names."""
    return {ssis_name(f.name): ssis_value(f.name, getattr(item, f.name)) for f in fields(item) if f.name not in skipped}


def _expressions(expressions: tuple[PropertyExpression, ...]) -> dict[str, str]:
    return {f"Expression [{each.name}]": each.expression for each in expressions}


def _logging(options: LoggingOptions, providers: Mapping[str, str]) -> dict[str, str]:
    if options == LoggingOptions():
        return {}
    names = ", ".join(sorted(providers.get(each, each) for each in options.providers))
    mode = (
        ("Use parent setting", "Enabled", "Disabled")[options.mode] if options.mode in (0, 1, 2) else str(options.mode)
    )
    events = ("" if options.filter_kind == 0 else "all but ") + ", ".join(sorted(options.events))
    return {"Logging": mode, "Logged events": events, "Log providers": names}


def _label(element: Any) -> str:
    """What tells equal children apart: a Name, ParameterName or ResultName."""
    for key, value in element.items():
        if key.rpartition("}")[2] in ("Name", "ParameterName", "ResultName"):
            return f"[{value}]"
    return ""


def _part(enumerator_id: str) -> str:
    return enumerator_part(enumerator_id)


def _kind(item: Executable) -> str:
    return "Event handler" if item.part == "EventHandler" else (item.part or item.type_id.partition(",")[0])


def _secret(value: str | None, sensitive: bool) -> str:
    """A value as it may be shown: of a secret only a mark that differs when the secret does, and means nothing else."""
    if value is None:
        return "(not readable)"
    if not sensitive:
        return value
    mark = hmac.new(_MARK_KEY, value.encode("utf-8"), "sha256").hexdigest()[:6]
    return f"(secret {mark})" if value else ""


def facts_of(package: Package, shared: frozenset[str] = frozenset(), *, ids: bool = False) -> dict[str, Fact]:
    """The objects of a package by key; those whose DTSID is in ``shared`` are keyed by it, so renames are seen."""
    return {fact.key: fact for fact in _Facts(package, shared, ids).collect()}
