"""Checks of a package that need neither its databases nor its files: does everything it names exist?

Loading already refuses what is no package. This looks for what would fail later: references
to nothing, expressions that do not parse, parts nobody knows, names that are there twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from dtserve.errors import DtserveError
from dtserve.expressions import parse, split_assignment
from dtserve.package.document import PackageDocument
from dtserve.package.model import Component, ConnectionManager, DataFlow, EvalOp, Executable, Package
from dtserve.package.names import connection_kind, enumerator_part, log_provider_part

__all__ = ["Finding", "find_connection", "validate"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong: ``severity`` is ``error`` or ``warning``, ``where`` a refId, ``code`` an HRESULT."""

    severity: str
    where: str
    code: int
    message: str


def find_connection(connections: tuple[ConnectionManager, ...], reference: str) -> ConnectionManager | None:
    """The connection manager a reference means: by refId, then GUID without ``:external``, then name (FORMAT §3.4)."""
    plain = reference.partition(":")[0].lower() if reference.startswith("{") else reference.lower()
    for wanted in ("ref_id", "dtsid", "name"):
        for connection in connections:
            if getattr(connection, wanted).lower() in (plain, reference.lower()):
                return connection
    return None


def validate(document: PackageDocument, project_connections: tuple[ConnectionManager, ...] = ()) -> list[Finding]:
    """The findings of a package, those of loading first; empty when nothing is wrong."""
    findings = [
        Finding("error" if n.severity == "error" else "warning", "Package", n.code, n.message)
        for n in document.warnings
    ]
    package = document.model
    connections = package.connections + project_connections
    findings += _package(package)
    for executable in package.walk():
        findings += _executable(executable)
        try:
            flow = executable.data_flow
        except DtserveError as error:
            findings.append(Finding("error", executable.ref_id, error.code, error.message))
            continue
        if flow is not None:
            findings += _data_flow(flow, connections, bool(project_connections))
    return findings


def _package(package: Package) -> Iterator[Finding]:
    for connection in package.connections:
        if not connection_kind(connection.creation_name):
            yield Finding(
                "warning",
                connection.ref_id,
                0xC0010026,
                f'The connection manager kind "{connection.creation_name}" is not known.',
            )
        yield from _expressions(connection.ref_id, connection.property_expressions)
    for provider in package.log_providers:
        if not log_provider_part(provider.creation_name):
            yield Finding(
                "warning", provider.name, 0xC0010026, f'The log provider "{provider.creation_name}" is not known.'
            )
    for name, count in Counter(c.name.lower() for c in package.connections).items():
        if count > 1:
            yield Finding("error", "Package", 0xC0010018, f'There are {count} connection managers named "{name}".')


def _executable(item: Executable) -> Iterator[Finding]:
    if not item.part:
        yield Finding("error", item.ref_id, 0xC0010026, f'The task type "{item.type_id}" is not known.')
    if item.part == "ForEachLoop" and not enumerator_part(item.enumerator_id):
        yield Finding("error", item.ref_id, 0xC0010026, f'The enumerator "{item.enumerator_id}" is not known.')
    names = Counter(child.name.lower() for child in item.executables)
    for name, count in names.items():
        if count > 1:
            yield Finding("error", item.ref_id, 0xC0010018, f'There are {count} executables named "{name}".')
    for name, count in Counter(v.qualified_name for v in item.variables).items():
        if count > 1:
            yield Finding("error", item.ref_id, 0xC0010018, f'There are {count} variables named "{name}".')
    yield from _expressions(item.ref_id, item.property_expressions)
    yield from _expressions(item.ref_id, item.enumerator_expressions)
    for variable in item.variables:
        if variable.evaluate_as_expression:
            yield from _parses(item.ref_id, f"the variable {variable.qualified_name}", variable.expression)
    for key in ("InitExpression", "EvalExpression", "AssignExpression"):
        yield from _parses(item.ref_id, key, item.properties.get(key, ""), assignment=True)
    refs = {child.ref_id for child in item.executables}
    for constraint in item.constraints:
        for end in (constraint.from_ref, constraint.to_ref):
            if end not in refs:
                yield Finding(
                    "error",
                    item.ref_id,
                    0xC0010018,
                    f'The precedence constraint "{constraint.name}" names "{end}", which is not there.',
                )
        if constraint.eval_op is not EvalOp.CONSTRAINT:
            yield from _parses(item.ref_id, f'the constraint "{constraint.name}"', constraint.expression)


def _expressions(where: str, expressions: tuple[object, ...]) -> Iterator[Finding]:
    for each in expressions:
        yield from _parses(where, f"the property {each.name}", each.expression)  # type: ignore[attr-defined]


def _parses(where: str, what: str, text: str, *, assignment: bool = False) -> Iterator[Finding]:
    """Whether an expression parses; empty ones are not set."""
    if not text.strip():
        return
    try:
        parse(split_assignment(text)[1] if assignment else text)
    except DtserveError as error:
        yield Finding("error", where, error.code, f"The expression of {what} does not parse: {error.message}")


def _data_flow(flow: DataFlow, connections: tuple[ConnectionManager, ...], project: bool) -> Iterator[Finding]:
    outputs = {o.ref_id for c in flow.components for o in c.outputs}
    inputs = {i.ref_id for c in flow.components for i in c.inputs}
    lineage = {column.lineage_id for c in flow.components for o in c.outputs for column in o.columns}
    for path in flow.paths:
        if path.start not in outputs or path.end not in inputs:
            yield Finding("error", path.ref_id, 0xC0010018, "The path does not lead from an output to an input.")
    for component in flow.components:
        yield from _component(component, connections, lineage, project)


def _component(
    component: Component, connections: tuple[ConnectionManager, ...], lineage: set[str], project: bool
) -> Iterator[Finding]:
    if not component.part:
        shown = component.user_type or component.class_id
        yield Finding("error", component.ref_id, 0xC0010026, f'The component "{shown}" is not known.')
    for connection in component.connections:
        external = "external" in connection.reference or connection.reference.startswith("Project.")
        if external and not project:
            continue
        if not connection.reference or find_connection(connections, connection.reference) is None:
            shown = connection.reference or "(none)"
            yield Finding(
                "error", component.ref_id, 0xC001000E,
                f'The connection "{shown}" is not found. This error is thrown by Connections collection when the '
                "specific connection element is not found.",
            )  # fmt: skip
    for side in component.inputs:
        for column in side.columns:
            if column.lineage_id not in lineage:
                yield Finding(
                    "error",
                    column.ref_id,
                    0xC0010018,
                    f'The lineage id "{column.lineage_id}" of the column "{column.name}" is no column.',
                )
