"""Which parts of SSIS a package needs, and whether dtserve runs them.

A part is a task, container, enumerator, log provider, connection kind or component, by
its part name (``package/names.py``). Disabled executables need nothing: SSIS skips them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from dtserve.errors import DtserveError
from dtserve.package import PackageDocument
from dtserve.package import names as part_names
from dtserve.package.model import Executable, Package

__all__ = [
    "CoverageReport",
    "PackageCoverage",
    "Part",
    "enabled",
    "known_parts",
    "needed_parts",
    "reason_against",
    "runner_of",
    "survey",
]


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """``kind`` is task, container, enumerator, log provider, connection or component; ``name`` the part name.

    Of kind script is what a script waits for on this machine.
    """

    kind: str
    name: str


@dataclass(frozen=True)
class PackageCoverage:
    """One file: the parts it needs and which of them cannot be run, or the error that refused it."""

    path: Path
    needs: frozenset[Part] = frozenset()
    missing: tuple[Part, ...] = ()
    error: DtserveError | None = None

    @property
    def runs(self) -> bool:
        """Whether every part it needs is supported."""
        return self.error is None and not self.missing


@dataclass
class CoverageReport:
    """The whole survey."""

    packages: list[PackageCoverage] = field(default_factory=list)

    @property
    def refused(self) -> Counter[str]:
        """How many files were refused, by the error's symbol and code."""
        return Counter(f"{p.error.symbol} ({p.error.hresult})" for p in self.packages if p.error)

    @property
    def use(self) -> Counter[Part]:
        """How many packages need each part."""
        return Counter(part for p in self.packages for part in p.needs)

    @property
    def waiting(self) -> Counter[Part]:
        """How many packages wait for each part that cannot be run yet."""
        return Counter(part for p in self.packages for part in p.missing)


def survey(paths: Iterable[Path], password: str | None = None) -> CoverageReport:
    """Open every package and say what it needs; a file that does not open is in the report with its error."""
    from dtserve.controlflow.tasks.script_survey import ScriptSurvey

    report = CoverageReport()
    with ScriptSurvey() as scripts:
        for path in paths:
            try:
                package = PackageDocument.open(path.read_bytes(), password).model
                needs = frozenset(needed_parts(package))
            except DtserveError as error:
                report.packages.append(PackageCoverage(path, error=error))
                continue
            missing = {part for part in needs if reason_against(part)}
            for task in enabled(package):
                if task.part == "ScriptTask" and (waits := scripts.obstacle(task.object_data, path.parent)):
                    missing.add(Part("script", waits))
            report.packages.append(PackageCoverage(path, needs, tuple(sorted(missing))))
    return report


def needed_parts(package: Package) -> Iterator[Part]:
    """Every part a package needs, with repetitions."""
    for connection in package.connections:
        yield Part("connection", part_names.connection_kind(connection.creation_name) or connection.creation_name)
    for provider in package.log_providers:
        yield Part("log provider", part_names.log_provider_part(provider.creation_name) or provider.creation_name)
    for executable in enabled(package):
        yield from _own_parts(executable)


def enabled(package: Package) -> Iterator[Executable]:
    """Every executable that is not disabled, nor below one that is."""
    todo: list[Executable] = [package]
    while todo:
        here = todo.pop()
        if here.disabled:
            continue
        todo.extend((*here.executables, *here.event_handlers))
        yield here


def _own_parts(executable: Executable) -> Iterator[Part]:
    from dtserve.controlflow.registry import CONTAINERS

    name = executable.part or executable.type_id.split(",")[0]
    if isinstance(executable, Package) or executable.part in CONTAINERS or hasattr(executable, "event_name"):
        if executable.part:
            yield Part("container", executable.part)
    else:
        yield Part("task", name)
    if executable.enumerator_id:
        yield Part("enumerator", part_names.enumerator_part(executable.enumerator_id) or executable.enumerator_id)
    flow = executable.data_flow
    for component in flow.components if flow else ():
        yield Part("component", component.part or component.user_type.split(",")[0] or component.class_id)


@cache
def reason_against(part: Part) -> str:
    """Why the part cannot be run, as a sentence; empty when it can."""
    if part.kind == "component":
        from dtserve.dataflow import registry

        if part.name in registry.supported_parts() or registry.is_offered(part.name):
            return ""
        return registry.UNSUPPORTED.get(part.name, "there is no implementation of it")
    if part.kind == "script":
        return "scripts are run where that is there; see Script Task."
    if part.kind == "connection":
        from dtserve.connections.registry import KINDS
        from dtserve.connections.unsupported import REASONS

        return "" if part.name in KINDS else REASONS.get(part.name, "no kind of that name is known")
    from dtserve.controlflow.offers import is_offered
    from dtserve.controlflow.registry import unsupported_reason

    return "" if part.kind == "task" and is_offered(part.name) else unsupported_reason(part.kind, part.name)


def runner_of(part: Part) -> str:
    """The module below ``dtserve`` that runs the part; empty when none does."""
    from dtserve.connections.registry import KINDS
    from dtserve.controlflow import registry as control
    from dtserve.dataflow.registry import MODULES

    tables: dict[str, tuple[str, Mapping[str, str]]] = {
        "task": ("controlflow/tasks", control.TASKS),
        "container": ("controlflow/containers", control.CONTAINERS),
        "enumerator": ("controlflow/enumerators", control.ENUMERATORS),
        "log provider": ("controlflow/logproviders", control.LOG_PROVIDERS),
        "component": ("dataflow/components", MODULES),
        "connection": ("connections", {kind: module for kind, (module, _) in KINDS.items()}),
    }
    folder, table = tables[part.kind]
    return f"{folder}/{table[part.name]}.py" if part.name in table and not reason_against(part) else ""


def known_parts() -> list[tuple[Part, str]]:
    """Every part dtserve knows by name, with the title users know it by, kind by kind."""
    tables = (
        part_names.EXECUTABLES, part_names.ENUMERATORS, part_names.COMPONENTS,
        part_names.CONNECTION_KINDS, part_names.LOG_PROVIDERS,
    )  # fmt: skip
    kinds = {"source": "component", "transformation": "component", "destination": "component",
             "connection manager": "connection"}  # fmt: skip
    return [(Part(kinds.get(row.kind, row.kind), row.part), row.title) for table in tables for row in table]
