"""Every expression of the corpus with what it sees: variables, parameters and columns with their types."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from dtserve.datatypes import DT, TypeSpec, from_variant
from dtserve.datatypes.convert import convert_value
from dtserve.datatypes.errors import ConversionError, ConversionTruncation
from dtserve.expressions import ColumnBinding, ExpressionFault, TypedValue, UnknownVariable, VariableType
from dtserve.package.document import PackageDocument
from dtserve.package.errors import PackageError
from dtserve.package.model import DataFlow, Executable, Package, Variable

SHARED = Path(os.environ.get("DTSERVE_SHARED", Path(__file__).resolve().parents[3] / "shared"))
CORPUS = SHARED / "corpus" / "files"

_SYSTEM = {
    "I4": "ProcessID LocaleID ErrorCode VersionBuild VersionMajor VersionMinor PercentComplete ProgressCountHigh "
    "ProgressCountLow InteractiveMode_ ExecutionStatus",
    "I8": "ServerExecutionID",
    "BOOL": "InteractiveMode OfflineMode Cancel Propagate ParentContainerGUID_ VariableValueChanged_",
    "DATE": "StartTime ContainerStartTime CreationDate EventHandlerStartTime",
    "WSTR": "PackageName PackageID MachineName UserName ExecutionInstanceGUID TaskName TaskID SourceName SourceID "
    "SourceDescription ErrorDescription ProductVersion VersionComments VersionGUID CreatorName CreatorComputerName "
    "ParentContainerGUID TaskTransactionOption VariableDescription VariableID VariableName VariableValue ProgressDescription "
    "LastModifiedProductVersion LocaleName",
}
_TEXT = TypeSpec(DT.WSTR, length=4000)


class PackageScope:
    """Variables and parameters as a package's author saw them."""

    def __init__(self, parent: PackageScope | None = None) -> None:
        self.parent = parent
        self.values: dict[str, TypedValue | None] = {}
        self.expressions: dict[str, str] = {}
        self.evaluate_again = False

    def child(self) -> PackageScope:
        return PackageScope(self)

    def define(self, name: str, value: TypedValue | None, bare: bool = True) -> None:
        self.values[name] = value
        if bare:
            self.values[name.rpartition("::")[2]] = value

    def lookup(self, name: str) -> tuple[TypeSpec, Any]:
        scope: PackageScope | None = self
        while scope is not None:
            if name in scope.values:
                found = scope.values[name]
                if found is None:
                    raise VariableType(name=name)
                return found.type, found.value
            scope = scope.parent
        raise UnknownVariable(name=name)


def system_scope() -> PackageScope:
    scope = PackageScope()
    for kind, names in _SYSTEM.items():
        for name in names.split():
            spec = TypeSpec(DT[kind])
            value: Any = {"I4": 1, "I8": 1, "BOOL": False, "WSTR": name}.get(kind)
            if kind == "DATE":
                value = convert_value("2020-04-02 16:37:17", _TEXT, spec)
            if kind == "WSTR":
                spec = spec.with_(length=len(name))
            scope.define(f"System::{name}", TypedValue(spec, value))
    return scope


def stored_value(vt: int, text: str | None) -> TypedValue | None:
    """A stored variable value in scalar form; None for objects."""
    try:
        spec = from_variant(vt)
    except KeyError:
        return None
    if spec is DT.WSTR:
        return TypedValue(TypeSpec(DT.WSTR, length=len(text or "")), text or "")
    target = TypeSpec(spec, scale=4 if spec is DT.DECIMAL else 0)
    if spec is DT.BOOL:
        return TypedValue(target, (text or "0").strip().lower() not in ("0", "false", ""))
    if spec is DT.DATE and text and re.match(r"\d{4}-\d\d-\d\dT", text):
        text = text.replace("T", " ")
    try:
        return TypedValue(target, convert_value(text, _TEXT, target) if text else None)
    except ConversionTruncation as cut:
        return TypedValue(target, cut.value)
    except ConversionError:
        return TypedValue(target, None)


@dataclass
class Found:
    """One expression."""

    kind: str
    text: str
    package: Path
    place: str
    scope: PackageScope
    columns: list[ColumnBinding] | None = None
    friendly: str = ""
    declared: TypeSpec | None = None
    variable: Variable | None = None
    facts: dict[str, Any] = field(default_factory=dict)


def expressions() -> list[Found]:
    """All expressions of the corpus, package by package."""
    return [found for path in sorted(CORPUS.rglob("*.dtsx")) for found in _of_package(path)]


@cache
def project_parameters(folder: Path) -> dict[str, TypedValue | None]:
    """Project parameters of ``Project.params`` beside a package."""
    from lxml import etree

    found: dict[str, TypedValue | None] = {}
    path = folder / "Project.params"
    if not path.exists():
        return found
    space = "{www.microsoft.com/SqlServer/SSIS}"
    net_types = {"3": 11, "9": 3, "11": 20, "18": 8, "16": 7, "14": 5, "15": 14}
    for parameter in etree.fromstring(path.read_bytes()).iter(f"{space}Parameter"):
        values = {p.get(f"{space}Name"): p.text for p in parameter.iter(f"{space}Property")}
        vt = net_types.get(values.get("DataType") or "18", 8)
        found[parameter.get(f"{space}Name", "")] = stored_value(vt, values.get("Value"))
    return found


def _of_package(path: Path) -> Iterator[Found]:
    try:
        package = PackageDocument.open(path.read_bytes()).model
    except PackageError:
        return
    scope = system_scope()
    for name, value in (("PackageID", package.dtsid), ("PackageName", package.name)):
        scope.define(f"System::{name}", TypedValue(TypeSpec(DT.WSTR, length=len(value)), value))
    for parameter in package.parameters:
        scope.define(f"$Package::{parameter.name}", stored_value(parameter.vt, parameter.value), bare=False)
    for name, value in project_parameters(path.parent).items():
        scope.define(f"$Project::{name}", value, bare=False)
    for connection in package.connections:
        for expression in connection.property_expressions:
            inside = scope.child()
            _define(inside, package)
            place = f"{connection.name}.{expression.name}"
            yield Found("property", expression.expression, path, place, inside)
    yield from _of_executable(path, package, scope)


def _define(scope: PackageScope, executable: Executable) -> None:
    for variable in executable.variables:
        scope.define(variable.qualified_name, stored_value(variable.vt, variable.value))
        if variable.evaluate_as_expression:
            scope.expressions[variable.qualified_name] = variable.expression


def _of_executable(path: Path, executable: Executable, outer: PackageScope) -> Iterator[Found]:
    scope = outer.child()
    _define(scope, executable)
    place = executable.ref_id
    for variable in executable.variables:
        if variable.evaluate_as_expression and variable.expression:
            yield Found("variable", variable.expression, path, variable.qualified_name, scope, variable=variable)
    for expression in executable.property_expressions:
        columns = [] if expression.name.startswith("[") else None
        yield Found("property", expression.expression, path, f"{place}.{expression.name}", scope, columns)
    for expression in executable.enumerator_expressions:
        yield Found("enumerator", expression.expression, path, f"{place}.{expression.name}", scope)
    for constraint in executable.constraints:
        if constraint.expression and constraint.eval_op.value != 2:
            yield Found("constraint", constraint.expression, path, f"{place}: {constraint.name}", scope)
    for name in ("InitExpression", "EvalExpression", "AssignExpression"):
        if executable.part == "ForLoop" and executable.properties.get(name):
            yield Found("loop", executable.properties[name], path, f"{place}.{name}", scope)
    if executable.part == "ExpressionTask" and executable.object_data is not None:
        text = executable.object_data.get("Expression")
        if text:
            yield Found("task", text, path, place, scope)
    if executable.data_flow is not None:
        yield from _of_flow(path, executable, executable.data_flow, scope)
    for inner in (*executable.executables, *executable.event_handlers):
        yield from _of_executable(path, inner, scope)


def _of_flow(path: Path, executable: Executable, flow: DataFlow, scope: PackageScope) -> Iterator[Found]:
    known = _bindings(flow)
    for component in flow.components:
        kind = {"DerivedColumn": "derived", "ConditionalSplit": "split"}.get(component.part)
        if kind is None:
            continue
        holders = [c for i in component.inputs for c in i.columns] + [
            c for o in component.outputs if not o.is_error_out for c in o.columns
        ]
        names = {c.lineage_id: c.name for i in component.inputs for c in i.columns}
        columns = [b for b in known if b.frame_name in names] if names else known
        for holder in holders if kind == "derived" else component.outputs:
            text = holder.properties.get("Expression")
            friendly = holder.properties.get("FriendlyExpression")
            if text is not None and text.value:
                declared = getattr(holder, "type", None)
                place = f"{component.ref_id}.{holder.name}"
                yield Found(kind, text.value, path, place, scope, columns, friendly.value if friendly else "", declared)


def _bindings(flow: DataFlow) -> list[ColumnBinding]:
    """Every column of a data flow by its lineage id; names as the editor writes them."""
    found: dict[str, ColumnBinding] = {}
    for component in flow.components:
        for output in component.outputs:
            for column in output.columns:
                names = (column.name, f"{component.name}.{column.name}")
                found[column.lineage_id] = ColumnBinding(column.lineage_id, column.type, names)
    for component in flow.components:
        for holder in component.inputs:
            for column in holder.columns:
                if column.lineage_id not in found:
                    found[column.lineage_id] = ColumnBinding(column.lineage_id, column.type, (column.name,))
    return list(found.values())


__all__ = ["CORPUS", "ExpressionFault", "Found", "Package", "PackageScope", "expressions", "stored_value"]
