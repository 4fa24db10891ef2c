"""The data flows of the shared collection, each alone: the package with one Data Flow Task and what surrounds it.

Nothing inside the task, the variables, parameters and connection managers is changed. What stands beside the
task (other tasks, constraints, event handlers, log providers, configurations) is left out, and loops around it
become sequences, so that the task runs once.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from dtserve.dataflow.registry import supported_parts
from dtserve.errors import DtserveError
from dtserve.package import PackageDocument
from dtserve.package.model import Executable
from dtserve.package.project import Project
from support.package_corpus import CORPUS, package_files

DTS = "{www.microsoft.com/SqlServer/Dts}"
BESIDE = (
    "PrecedenceConstraint", "PrecedenceConstraints", "EventHandler", "EventHandlers", "LogProvider", "LogProviders",
    "LoggingOptions", "Configuration", "Configurations", "ForEachEnumerator", "ForEachVariableMapping",
    "ForEachVariableMappings",
)  # fmt: skip


@dataclass(frozen=True)
class RealFlow:
    """One data flow of one package of the collection."""

    file: Path
    task: str
    number: int
    parts: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """A short name: repository, file and place of the task in the package."""
        return f"{self.file.relative_to(CORPUS).parts[0]}/{self.file.name}/{self.number}"

    @property
    def name(self) -> str:
        """A name for reports: file within the collection and the task's path."""
        return f"{self.file.relative_to(CORPUS)}:{self.task}"

    def document(self) -> PackageDocument:
        """The whole package."""
        return PackageDocument.open(self.file.read_bytes())

    def alone(self) -> Any:
        """The tree of the package with this data flow as its only task."""
        document = self.document()
        found = data_flows(document.model)[self.number]
        root = copy.deepcopy(document.root)
        tree = root.getroottree()
        task = tree.xpath(document.root.getroottree().getpath(found.xml), namespaces=root.nsmap)[0]
        _leave_alone(task)
        return root

    def project(self) -> Project | None:
        """The project that the package's folder holds, where there is one."""
        try:
            project = Project.open(self.file.parent)
            project.parameters, project.connections  # noqa: B018
            return project
        except DtserveError:
            return None


def data_flows(model: Executable) -> list[Executable]:
    """The Data Flow Tasks of a package, in document order."""
    return [each for each in model.walk() if each.data_flow is not None]


@cache
def real_flows() -> tuple[RealFlow, ...]:
    """The data flows that consist only of components that run here."""
    return tuple(_flows())


def _flows() -> Iterator[RealFlow]:
    known = set(supported_parts())
    for file in package_files():
        try:
            model = PackageDocument.open(file.read_bytes()).model
        except DtserveError:
            continue
        for number, task in enumerate(data_flows(model)):
            assert task.data_flow is not None
            parts = frozenset(component.part for component in task.data_flow.components)
            if parts <= known:
                yield RealFlow(file, task.ref_id, number, parts)


def _leave_alone(task: Any) -> None:
    inner = task
    for outer in task.iterancestors():
        for child in list(outer):
            if child is inner or not isinstance(child.tag, str):
                continue
            tag = etree.QName(child).localname
            if tag == "Executable" or (tag in BESIDE):
                outer.remove(child)
        kind = outer.get(f"{DTS}ExecutableType", "")
        if kind.startswith("STOCK:FOR"):
            outer.set(f"{DTS}ExecutableType", "STOCK:SEQUENCE")
            outer.set(f"{DTS}CreationName", "STOCK:SEQUENCE")
            for expression in outer.findall(f"{DTS}PropertyExpression"):
                outer.remove(expression)
        _enable(outer)
        inner = outer
    for child in list(task):
        if isinstance(child.tag, str) and etree.QName(child).localname in BESIDE:
            task.remove(child)
    _enable(task)


def _enable(element: Any) -> None:
    if f"{DTS}Disabled" in element.attrib:
        element.set(f"{DTS}Disabled", "False")
    for held in element.findall(f"{DTS}Property"):
        if held.get(f"{DTS}Name") == "Disabled":
            held.text = "0"
    for expression in element.findall(f"{DTS}PropertyExpression"):
        if expression.get(f"{DTS}Name") in ("Disabled", "Disable"):
            element.remove(expression)
