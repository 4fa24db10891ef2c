r"""Property paths: ``\Package\Loop\Task.Properties[Disable]`` (CONFIG_LOGGING §1.2, DTEXEC §8).

A path is resolved along the containers of a loaded package, so that names with dots or
backslashes are found as they are; the root is always the word ``Package``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dtserve.controlflow.container import Container
from dtserve.controlflow.containers.foreach_loop import ForEachLoopContainer
from dtserve.controlflow.containers.package import PackageContainer
from dtserve.controlflow.errors import (
    ConnectionNotFound,
    PropertyNotFound,
    PropertyPathError,
    PropertyPathFormat,
    PropertyPathUnresolved,
    VariableNotFound,
)
from dtserve.controlflow.properties import coerce
from dtserve.controlflow.values import display_text

__all__ = ["set_by_path"]

ROOT = "\\package"


def set_by_path(package: PackageContainer, path: str, value: Any) -> None:
    r"""Set what ``path`` names to ``value`` (text is converted to the type of the target).

    Raises PropertyPathError, PropertyPathFormat, PropertyPathUnresolved, PropertyReadOnly,
    VariableReadOnly, PropertyValueError.
    """
    text = path.strip()
    if not text.startswith("\\"):
        text = "\\" + text
    head = text[: len(ROOT)]
    rest = text[len(ROOT) :]
    if head.lower() != ROOT or (rest and rest[0] not in ".\\"):
        raise PropertyPathError(path=path)
    container, members = _walk(package, rest)
    if not members:
        raise PropertyPathFormat(path=path)
    try:
        _set_member(package, container, members, value, path)
    except (ConnectionNotFound, VariableNotFound, PropertyNotFound) as error:
        raise PropertyPathUnresolved(path=path) from error


def _walk(container: Container, rest: str) -> tuple[Container, str]:
    """Follow ``\\Name`` and ``.EventHandlers[X]`` steps; the container reached and the members after it."""
    while rest:
        child: Container | None
        if rest.startswith("\\"):
            child, rest = _child(container.children, rest[1:])
        elif rest.lower().startswith(".eventhandlers["):
            name, rest = _bracket(rest[len(".eventhandlers") :], rest)
            child = {key.lower(): value for key, value in container.handlers.items()}.get(name.lower())
        elif rest.lower().startswith(".executables["):
            name, rest = _bracket(rest[len(".executables") :], rest)
            child = next((each for each in container.children if each.name == name), None)
        else:
            return container, rest
        if child is None:
            raise PropertyPathUnresolved(path=rest)
        container = child
    return container, rest


def _child(children: list[Container], rest: str) -> tuple[Container | None, str]:
    """The child whose name begins ``rest``, the longest when several do."""
    best: Container | None = None
    length = -1
    for each in children:
        name = each.model.name
        if len(name) > length and rest.startswith(name) and rest[len(name) : len(name) + 1] in ("", "\\", "."):
            best, length = each, len(name)
    return (best, rest[length:]) if best is not None else (None, rest)


def _bracket(text: str, path: str) -> tuple[str, str]:
    """The content of the bracket that opens ``text`` (brackets inside it in pairs), and what follows."""
    depth = 0
    for index, char in enumerate(text):
        if char == "[":
            depth += 1
        elif char == "]":
            depth -= 1
            if depth == 0:
                return text[1:index], text[index + 1 :]
    raise PropertyPathFormat(path=path)


def _member(text: str, path: str) -> tuple[str, str, str]:
    """``.Name[index]`` → name, index (empty when there is none), rest."""
    body = text[1:]
    stop = min((body.find(char) for char in ".[" if char in body), default=len(body))
    name = body[:stop]
    if not text.startswith(".") or not name:
        raise PropertyPathFormat(path=path)
    rest = body[stop:]
    if rest.startswith("["):
        index, rest = _bracket(rest, path)
        return name, index, rest
    return name, "", rest


def _property_name(text: str, path: str) -> str:
    """The property in ``.Properties[X]`` or ``.X``."""
    name, index, rest = _member(text, path)
    if rest or (index and name.lower() != "properties"):
        raise PropertyPathFormat(path=path)
    return index or name


def _set_member(package: PackageContainer, container: Container, members: str, value: Any, path: str) -> None:
    name, index, rest = _member(members, path)
    kind = name.lower()
    if kind == "properties" and index and not rest:
        container.set_property(index, value)
    elif kind == "variables" and index:
        _set_variable(container, index, _property_name(rest, path) if rest else "Value", value)
    elif kind == "connections" and index:
        connection = package.run.connections.raw(index)
        connection.set_property(_property_name(rest, path), display_text(value))
    elif kind == "foreachenumerator" and isinstance(container, ForEachLoopContainer):
        container.set_property(f"ForEachEnumerator.{_property_name(rest, path)}", value)
    elif kind == "logproviders" and index:
        _set_log_provider(package, index, _property_name(rest, path), value)
    elif kind == "configurations" and index:
        _set_configuration(package, index, _property_name(rest, path), value)
    elif not index and not rest:
        container.set_property(name, value)
    else:
        raise PropertyPathUnresolved(path=path)


def _set_variable(container: Container, name: str, member: str, value: Any) -> None:
    variable = container.scope.variable(name)
    if member.lower() == "value":
        container.scope.configure(name, value)
        return
    flags = {"readonly": "read_only", "evaluateasexpression": "evaluate", "raisechangedevent": "raise_changed"}
    if member.lower() in flags:
        setattr(variable, flags[member.lower()], coerce(value, bool, member))
    elif member.lower() in ("expression", "description"):
        setattr(variable, member.lower(), display_text(value))
    else:
        raise PropertyNotFound(property=member, object=name)


def _set_log_provider(package: PackageContainer, key: str, member: str, value: Any) -> None:
    for index, provider in enumerate(package.log_providers):
        if key.lower() in (provider.name.lower(), provider.dtsid.lower()):
            if member.lower() != "configstring":
                raise PropertyNotFound(property=member, object=key)
            package.log_providers[index] = replace(provider, config_string=display_text(value))
            return
    raise PropertyNotFound(property=member, object=key)


def _set_configuration(package: PackageContainer, key: str, member: str, value: Any) -> None:
    fields = {"configurationstring": "string", "configurationvariable": "variable", "packagepath": "variable"}
    for index, each in enumerate(package.configurations):
        if key.lower() in (each.name.lower(), each.dtsid.lower()):
            field = fields.get(member.lower())
            if field is None:
                raise PropertyNotFound(property=member, object=key)
            changes: dict[str, Any] = {field: display_text(value)}
            package.configurations[index] = replace(each, **changes)
            return
    raise PropertyNotFound(property=member, object=key)
