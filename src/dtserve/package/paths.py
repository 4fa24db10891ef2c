"""Property paths: ``\\Package\\Loop\\Task.Properties[Disable]`` and their kin, resolved against a package.

``\\`` leads to a container, ``.`` to a property or collection, ``[]`` to a member by name, id
or index. Names go in raw, with whatever dots and brackets they have; so a path is never split,
it is followed along the names that exist, the longest first. Names match as written, else
without case. Source: CONFIG_LOGGING §1.2, DTEXEC §8. Values are set by
:mod:`dtserve.package.overrides`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from dtserve.package.errors import PathMalformed, PathRootMissing, PathUnresolved
from dtserve.package.model import Executable, Package

__all__ = ["PathTarget", "project_parameter", "resolve"]

_ROOT = re.compile(r"\\package(?=[\\.]|$)", re.IGNORECASE)
_MEMBER = re.compile(r"\.(?P<name>[A-Za-z]+)(?P<bracket>\[)?")
_PROJECT = re.compile(
    r"\\package\.variables\[\$project::(?P<name>.+?)\](?:\.(?:value|properties\[value\]))?$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class PathTarget:
    """What a path leads to.

    ``chain`` are the steps from the package down: ``("executables", 2)``,
    ``("event_handlers", 0)``. ``collection`` is empty for a property of the executable
    itself, else the field of the model (``variables``, ``connections`` …) or ``enumerator``;
    ``index`` is the member in it. ``name`` is the property as written.
    """

    path: str
    owner: Executable
    chain: tuple[tuple[str, int], ...]
    name: str
    collection: str = ""
    index: int = -1

    @property
    def item(self) -> Any:
        """The member of the collection, or the executable."""
        if not self.collection or self.collection == "enumerator":
            return self.owner
        return getattr(self.owner, self.collection)[self.index]


def _variable_names(item: Any) -> tuple[str, ...]:
    return (item.qualified_name, item.name)


def _parameter_names(item: Any) -> tuple[str, ...]:
    return (f"$Package::{item.name}",)


def _object_names(item: Any) -> tuple[str, ...]:
    return (item.name, item.dtsid)


_COLLECTIONS: dict[str, tuple[tuple[str, Callable[[Any], tuple[str, ...]]], ...]] = {
    "variables": (("variables", _variable_names), ("parameters", _parameter_names)),
    "parameters": (("parameters", _object_names),),
    "connections": (("connections", _object_names),),
    "connectionmanagers": (("connections", _object_names),),
    "logproviders": (("log_providers", _object_names),),
    "configurations": (("configurations", _object_names),),
    "precedenceconstraints": (("constraints", _object_names),),
}


def project_parameter(path: str) -> str:
    """The name in ``\\Package.Variables[$Project::name]``; empty for any other path.

    >>> project_parameter("\\\\Package.Variables[$Project::Server].Value")
    'Server'
    """
    found = _PROJECT.match(path.strip())
    return found["name"] if found else ""


def resolve(package: Package, path: str) -> PathTarget:
    """Follow a path; raises PathRootMissing, PathMalformed, PathUnresolved."""
    text = path.strip()
    root = _ROOT.match(text)
    if root is None:
        raise PathRootMissing(path=path)
    owner: Executable = package
    chain: tuple[tuple[str, int], ...] = ()
    rest = text[root.end() :]
    while rest:
        if rest[0] == "\\":
            index, rest = _child(owner.executables, rest[1:], path)
            chain += (("executables", index),)
            owner = owner.executables[index]
            continue
        member = _MEMBER.match(rest)
        if member is None:
            raise PathMalformed(path=path)
        name, after = member["name"].lower(), rest[member.end("name") :]
        if name == "eventhandlers" and member["bracket"]:
            index, rest = _select(owner.event_handlers, after, lambda h: (h.event_name, h.dtsid), path)
            chain += (("event_handlers", index),)
            owner = owner.event_handlers[index]
            continue
        return _member(PathTarget(path, owner, chain, ""), name, member["name"], after)
    raise PathMalformed(path=path)


def _child(children: Sequence[Executable], rest: str, path: str) -> tuple[int, str]:
    """The executable whose name is the longest that ``rest`` begins with, and what follows it."""
    for fold in (str, str.casefold):
        best: tuple[int, int] | None = None
        for index, child in enumerate(children):
            size = len(child.name)
            if child.name and fold(rest[:size]) == fold(child.name) and rest[size : size + 1] in ("", "\\", "."):
                best = max(best or (0, 0), (size, index))
        if best is not None:
            return best[1], rest[best[0] :]
    wanted = re.split(r"[.\\]", rest)[0]
    raise PathUnresolved(path=path, detail=f'There is no container or task "{wanted}".')


def _member(target: PathTarget, name: str, written: str, rest: str) -> PathTarget:
    """The end of a path: a property, or a member of a collection and its property."""
    owner, path = target.owner, target.path
    if name == "properties":
        return _with(target, name=_property(rest, path))
    if name == "foreachenumerator":
        return _with(target, collection="enumerator", name=_tail(rest, path, ""))
    if name in _COLLECTIONS and rest[:1] == "[":
        failure: PathUnresolved | None = None
        for collection, names in _COLLECTIONS[name]:
            members: Sequence[Any] = getattr(owner, collection, ())
            try:
                index, after = _select(members, rest, names, path)
            except PathUnresolved as error:
                failure = error
                continue
            default = "Value" if collection in ("variables", "parameters") else ""
            return _with(target, collection=collection, index=index, name=_tail(after, path, default))
        assert failure is not None  # noqa: S101 - every entry of the table has a collection
        raise failure
    if rest:
        raise PathMalformed(path=path)
    return _with(target, name=written)


def _with(target: PathTarget, *, name: str, collection: str = "", index: int = -1) -> PathTarget:
    return PathTarget(target.path, target.owner, target.chain, name, collection, index)


def _select(members: Sequence[Any], rest: str, names: Callable[[Any], Iterable[str]], path: str) -> tuple[int, str]:
    """The member that ``[name]`` at the start of ``rest`` means, and what follows the bracket."""
    known = [(name, index) for index, member in enumerate(members) for name in names(member) if name]
    known.sort(key=lambda pair: -len(pair[0]))
    for fold in (str, str.casefold):
        for name, index in known:
            end = len(name) + 2
            if rest[0] == "[" and rest[end - 1 : end] == "]" and fold(rest[1 : end - 1]) == fold(name):
                return index, rest[end:]
    close = rest.find("]")
    if close < 0:
        raise PathMalformed(path=path)
    wanted = rest[1:close]
    if wanted.isdecimal() and int(wanted) < len(members):
        return int(wanted), rest[close + 1 :]
    raise PathUnresolved(path=path, detail=f'There is no member "{wanted}".')


def _property(rest: str, path: str) -> str:
    """The name inside ``[…]`` that ends the path; it may hold brackets itself (``[Component].[Property]``)."""
    if rest[:1] != "[" or rest[-1:] != "]" or len(rest) < 3:
        raise PathMalformed(path=path)
    return rest[1:-1]


def _tail(rest: str, path: str, default: str) -> str:
    """The property of a member: ``.Properties[X]``, the short ``.X``, or nothing where there is a default."""
    if not rest and default:
        return default
    if rest[:12].lower() == ".properties[":
        return _property(rest[11:], path)
    found = re.fullmatch(r"\.([A-Za-z]\w*)", rest)
    if found is None:
        raise PathMalformed(path=path)
    return found[1]
