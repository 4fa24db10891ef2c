"""Package configurations in SSIS's order, with the sources of this machine (CONFIG_LOGGING §1.3).

load → design-time configurations (without parent variables; a child applies those in their
place too) → options in the order met → the same configurations again → parent-variable ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dtserve.connections.environment import Environment
from dtserve.controlflow.values import display_text
from dtserve.errors import DtserveError
from dtserve.execution.options import ExecutionOptions
from dtserve.execution.settings import Subject, apply_path, apply_setting, apply_switches
from dtserve.package.configurations import (
    Configured,
    ConfiguredValue,
    Sources,
    SqlLocation,
    configure,
    configure_from_file,
    is_parent_variable,
    registry_from_file,
)
from dtserve.package.errors import Notice
from dtserve.package.model import Configuration, Package

if TYPE_CHECKING:
    from dtserve.controlflow.scope import Scope

__all__ = ["ConfiguredSubject", "configured_subject"]


@dataclass
class ConfiguredSubject:
    """A subject after all passes, what was said on the way, and the configurations that failed."""

    subject: Subject
    notices: list[Notice] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def take(self, done: Configured[Subject]) -> None:
        """Keep the result of one pass."""
        self.subject = done.subject
        self.notices.extend(done.notices)
        self.failed.extend(name for name in done.failed if name not in self.failed)


def configured_subject(
    subject: Subject,
    options: ExecutionOptions,
    environment: Environment,
    parent: Scope | None = None,
    *,
    restarting: Callable[[Subject], bool] = lambda subject: False,
) -> ConfiguredSubject:
    """Configurations and options applied; ``parent`` are the variables of the calling package.

    ``restarting`` tells whether the package continues from a checkpoint: then configurations are not read (§1.5).
    Raises CannotSet for an option that does not fit.
    """
    state = ConfiguredSubject(apply_switches(subject, options))
    sources = _sources(state, options, environment, parent)
    has_parent = sources.parent_variable is not None
    read = not restarting(state.subject)
    if read:
        state.take(_pass(state.subject, sources, lambda each: has_parent or not is_parent_variable(each)))
    for setting in options.settings:
        if setting.kind == "configuration":
            state.take(configure_from_file(state.subject, setting.target, sources, apply_path))
        else:
            state.subject = apply_setting(state.subject, setting)
    if read:
        state.take(_pass(state.subject, sources, lambda each: not is_parent_variable(each)))
        state.take(_pass(state.subject, sources, is_parent_variable))
    state.subject = apply_switches(state.subject, options)
    return state


def _pass(subject: Subject, sources: Sources, wanted: Callable[[Configuration], bool]) -> Configured[Subject]:
    return configure(subject, sources, package_of=lambda each: each.package, setter=apply_path, wanted=wanted)


def _sources(
    state: ConfiguredSubject, options: ExecutionOptions, environment: Environment, parent: Scope | None
) -> Sources:
    def read_rows(package: Package, location: SqlLocation) -> Sequence[ConfiguredValue]:
        return _read_rows(replace(state.subject, package=package), location, environment)

    def parent_variable(name: str) -> str | None:
        if parent is not None:
            found = parent.find(name)
            return None if found is None else display_text(found.read())
        for known, (_, value) in options.parent_variables.items():
            if name in (known, known.rpartition("::")[2]):
                return display_text(value)
        return None

    registry = options.registry_file
    return Sources(
        environment=environment.variables,
        read_file=lambda path: environment.map_path(path).read_bytes(),
        read_rows=read_rows,
        read_registry=registry_from_file(Path(registry)) if registry else None,
        parent_variable=parent_variable if parent is not None or options.parent_variables else None,
    )


def _read_rows(subject: Subject, location: SqlLocation, environment: Environment) -> list[ConfiguredValue]:
    """The rows of a SQL Server configuration; raises DtserveError."""
    from dtserve.connections.base import SqlParameter
    from dtserve.connections.registry import create_connection
    from dtserve.controlflow.errors import ConnectionNotFound

    models = [*subject.package.connections, *subject.project_connections]
    model = next((each for each in models if each.name.lower() == location.connection.lower()), None)
    if model is None:
        raise ConnectionNotFound(name=location.connection)
    connection: Any = create_connection(model, environment)
    opener = getattr(connection, "session", None)
    if opener is None:
        raise ConnectionNotFound(name=location.connection)
    session = opener()
    try:
        found = session.execute(location.statement, [SqlParameter(location.filter)])
        rows = [row for result in found for row in result.rows()]
    finally:
        session.close()
        _close(connection)
    return [ConfiguredValue(str(path), str(value or ""), str(kind or "String")) for value, path, kind in rows]


def _close(connection: Any) -> None:
    try:
        connection.close()
    except DtserveError:
        return
