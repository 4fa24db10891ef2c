"""Options that change a package before it is built: ``/SET``, ``/CONNECTION``, parameters, switches (DTEXEC §4, §8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dtserve.controlflow.containers.package import PackageContainer
from dtserve.controlflow.values import display_text
from dtserve.errors import DtserveError
from dtserve.execution.errors import CannotSet, NoSuchParameter
from dtserve.execution.options import ExecutionOptions, Setting
from dtserve.package.errors import PathUnresolved
from dtserve.package.model import ConnectionManager, Package, Parameter
from dtserve.package.overrides import apply, set_connection_part
from dtserve.package.paths import project_parameter
from dtserve.package.property_names import has_connection_property

if TYPE_CHECKING:
    from dtserve.package.project import Project

__all__ = ["Subject", "apply_path", "apply_setting", "apply_switches", "assign_parameters"]


@dataclass(frozen=True)
class Subject:
    """A package and what of its project it sees, while configurations and options are applied."""

    package: Package
    project_parameters: tuple[Parameter, ...] = ()
    project_connections: tuple[ConnectionManager, ...] = ()

    @classmethod
    def of(cls, package: Package, project: Project | None) -> Subject:
        """The package as stored."""
        if project is None:
            return cls(package)
        return cls(package, tuple(project.parameters), tuple(project.connections))


def apply_setting(subject: Subject, setting: Setting) -> Subject:
    """Apply one setting; CannotSet when it does not fit the package."""
    appliers: dict[str, Callable[[Subject, Setting], Subject]] = {
        "set": lambda subject, setting: apply_path(subject, setting.target, display_text(setting.value)),
        "connection": _connection,
        "parameter": lambda subject, setting: subject,
    }
    try:
        return appliers[setting.kind](subject, setting)
    except DtserveError as error:
        raise CannotSet(target=setting.target, detail=error.message) from error


def apply_path(subject: Subject, path: str, value: str) -> Subject:
    """Set what a property path names, project parameters and project connections included."""
    text = path.strip()
    if text[:8].lower() == "package." or text[:8].lower() == "package\\":
        text = "\\" + text
    name = project_parameter(text)
    if name:
        return replace(subject, project_parameters=_with_parameter(subject.project_parameters, name, value))
    try:
        return replace(subject, package=apply(subject.package, text, value))
    except DtserveError:
        changed = _project_connection(subject, text, value)
        if changed is None:
            raise
        return changed


def _project_connection(subject: Subject, path: str, value: str) -> Subject | None:
    """A path to a connection manager of the project, which the package itself does not hold."""
    for index, each in enumerate(subject.project_connections):
        head = f"\\package.connections[{each.name.lower()}]"
        if path.lower().startswith(head):
            name = path[len(head) :].lstrip(".")
            name = name[len("properties[") : -1] if name.lower().startswith("properties[") else name
            if not has_connection_property(each, name):
                raise PathUnresolved(path=path, detail=f'There is no property "{name}".')
            return _with_connection(subject, index, set_connection_part(each, name, value))
    return None


def _with_connection(subject: Subject, index: int, changed: ConnectionManager) -> Subject:
    connections = subject.project_connections
    return replace(subject, project_connections=(*connections[:index], changed, *connections[index + 1 :]))


def _with_parameter(parameters: tuple[Parameter, ...], name: str, value: str) -> tuple[Parameter, ...]:
    for index, each in enumerate(parameters):
        if each.name.lower() == name.lower():
            return (*parameters[:index], replace(each, value=value), *parameters[index + 1 :])
    raise NoSuchParameter(name=f"$Project::{name}")


def _connection(subject: Subject, setting: Setting) -> Subject:
    wanted = setting.target.strip().lower()
    for index, each in enumerate(subject.project_connections):
        if wanted in (each.name.lower(), each.dtsid.lower()):
            return _with_connection(subject, index, set_connection_part(each, "ConnectionString", str(setting.value)))
    path = f"\\Package.Connections[{setting.target.strip()}].Properties[ConnectionString]"
    return replace(subject, package=apply(subject.package, path, str(setting.value)))


def apply_switches(subject: Subject, options: ExecutionOptions) -> Subject:
    """``/MAXCONCURRENT``, ``/CHECKFILE``, ``/CHECKPOINTING``, ``/RESTART``."""
    changes: dict[str, Any] = {}
    if options.max_concurrent is not None:
        changes["max_concurrent_executables"] = options.max_concurrent
    if options.checkpoint_file is not None:
        changes["checkpoint_file_name"] = options.checkpoint_file
    if options.checkpointing is not None:
        changes["save_checkpoints"] = options.checkpointing
        changes["checkpoint_usage"] = 2 if options.checkpointing else 0
    if options.restart:
        changes["checkpoint_usage"] = {"deny": 0, "ifpossible": 1, "force": 2}[options.restart.lower()]
    return replace(subject, package=replace(subject.package, **changes)) if changes else subject


def assign_parameters(package: PackageContainer, settings: Sequence[Setting]) -> None:
    """Give parameters their values; CannotSet for one that is not there or does not take the value."""
    for setting in settings:
        if setting.kind != "parameter":
            continue
        try:
            if not setting.target.startswith("$") or package.scope.find(setting.target) is None:
                raise NoSuchParameter(name=setting.target)
            package.scope.configure(setting.target, setting.value)
        except DtserveError as error:
            raise CannotSet(target=setting.target, detail=error.message) from error
