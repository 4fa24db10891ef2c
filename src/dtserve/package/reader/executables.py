"""Packages, containers, tasks and event handlers of every format (FORMAT §3.3, §3.5).

The tree is walked without recursion: first down, collecting one pending entry per
executable in document order, then up, so that children are built before their parents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dtserve.package.model import Executable, Package, ProtectionLevel
from dtserve.package.names import executable_part
from dtserve.package.reader.elements import D, Node, convert, gather, property_expressions, to_bool, to_int
from dtserve.package.reader.members import (
    read_configurations,
    read_log_providers,
    read_logging,
    read_parameters,
    read_variables,
)
from dtserve.package.xml import local_name

if TYPE_CHECKING:
    from dtserve.package.member_model import ConnectionManager, EventHandler, ForEachMapping, PrecedenceConstraint

__all__ = ["read_package", "read_protection_level"]

_COMMON: dict[str, tuple[str, Any]] = {
    "ObjectName": ("name", None),
    "DTSID": ("dtsid", None),
    "CreationName": ("creation_name", None),
    "Description": ("description", None),
    "Disabled": ("disabled", to_bool),
    "DelayValidation": ("delay_validation", to_bool),
    "DisableEventHandlers": ("disable_event_handlers", to_bool),
    "FailPackageOnFailure": ("fail_package_on_failure", to_bool),
    "FailParentOnFailure": ("fail_parent_on_failure", to_bool),
    "MaxErrorCount": ("max_error_count", to_int),
    "ForceExecutionResult": ("force_execution_result", to_int),
    "ForceExecValue": ("force_exec_value", to_bool),
    "ExecValue": ("exec_value", None),
    "ExecValueType": ("exec_value_type", to_int),
    "ExecValueVariable": ("exec_value_variable", None),
    "ISOLevel": ("isolation_level", to_int),
    "TransactionOption": ("transaction_option", to_int),
    "LocaleID": ("locale_id", to_int),
}


def _protection(name: str, text: str) -> ProtectionLevel:
    number = to_int(name, text)
    if number not in range(6):
        to_int(name, f"level {text}")
    return ProtectionLevel(number)


_PACKAGE: dict[str, tuple[str, Any]] = _COMMON | {
    "PackageFormatVersion": ("format_version", to_int),
    "ProtectionLevel": ("protection_level", _protection),
    "MaxConcurrentExecutables": ("max_concurrent_executables", to_int),
    "CheckpointFileName": ("checkpoint_file_name", None),
    "CheckpointUsage": ("checkpoint_usage", to_int),
    "SaveCheckpoints": ("save_checkpoints", to_bool),
    "EnableConfig": ("enable_configurations", to_bool),
    "SuppressConfigurationWarnings": ("suppress_configuration_warnings", to_bool),
    "CreatorName": ("creator_name", None),
    "CreatorComputerName": ("creator_computer_name", None),
    "CreationDate": ("creation_date", None),
    "VersionMajor": ("version_major", to_int),
    "VersionMinor": ("version_minor", to_int),
    "VersionBuild": ("version_build", to_int),
    "VersionGUID": ("version_guid", None),
    "VersionComments": ("version_comments", None),
    "LastModifiedProductVersion": ("last_modified_product_version", None),
}
_HANDLER: dict[str, tuple[str, Any]] = _COMMON | {"EventName": ("event_name", None)}

_OMITTED = {
    "ExecutionLocation": "0", "ExecutionAddress": "", "MaxConcurrent": "1", "LockName": "", "PackageType": "0",
    "PackagePriorityClass": "0", "TaskContact": "", "InitExpression": "", "EvalExpression": "", "AssignExpression": "",
}  # fmt: skip
"""Defaults that formats 2 and 3 write out and formats 6 and 8 omit; dropped, so that models agree."""


class _Pending:
    """An executable on its way: what was gathered, and its children as they get built."""

    __slots__ = ("executables", "handlers", "node", "parent", "ref_id")

    def __init__(self, node: Node, ref_id: str, parent: _Pending | None) -> None:
        self.node = node
        self.ref_id = ref_id
        self.parent = parent
        self.executables: list[Executable] = []
        self.handlers: list[EventHandler] = []


def read_protection_level(root: Any) -> ProtectionLevel:
    """The ProtectionLevel of a ``DTS:Executable`` root, without the rest of the model; raises PersistenceError."""
    text = gather(root).props.get("ProtectionLevel")
    return ProtectionLevel.ENCRYPT_SENSITIVE_WITH_USER_KEY if text is None else _protection("ProtectionLevel", text)


def read_package(root: Any) -> Package:
    """The model of a ``DTS:Executable`` root (clear text); raises PersistenceError on values that cannot be read."""
    order = _descend(root)
    for pending in reversed(order[1:]):
        parent = pending.parent
        assert parent is not None  # noqa: S101 - only the root has none
        if pending.node.element.tag == f"{D}EventHandler":
            parent.handlers.append(_build_handler(pending))
        else:
            parent.executables.append(_build_task(pending))
    return _build_package(order[0])


def _descend(root: Any) -> list[_Pending]:
    first = _Pending(gather(root), root.get(f"{D}refId") or "Package", None)
    todo, order = [first], []
    while todo:
        here = todo.pop()
        order.append(here)
        below = []
        for child in here.node.all("Executable"):
            node = gather(child)
            ref = node.props.pop("refId", "") or f"{here.ref_id}\\{node.text('ObjectName')}"
            below.append(_Pending(node, ref, here))
        for child in here.node.all("EventHandler"):
            node = gather(child)
            ref = node.props.pop("refId", "") or f"{here.ref_id}.EventHandlers[{node.text('EventName')}]"
            below.append(_Pending(node, ref, here))
        todo.extend(reversed(below))
    return order


def _build_task(pending: _Pending) -> Executable:
    node = pending.node
    type_id = node.props.pop("ExecutableType", "")
    fields, rest = convert(node.props, _COMMON)
    part = executable_part(type_id)
    enumerator = node.first("ForEachEnumerator")
    if enumerator is not None:
        inner = gather(enumerator)
        fields |= {
            "enumerator_xml": enumerator,
            "enumerator_id": inner.text("CreationName"),
            "enumerator_expressions": property_expressions(inner),
            "mappings": tuple(_mapping(child) for child in node.all("ForEachVariableMapping")),
        }
    data = node.first("ObjectData")
    fields.setdefault("name", "")
    fields.setdefault("dtsid", "")
    return Executable(
        ref_id=pending.ref_id,
        type_id=type_id,
        part=part,
        object_data=None if data is None else next(data.iterchildren("*"), None),
        **fields,
        **_shared(pending, rest),
    )


def _mapping(element: Any) -> ForEachMapping:
    from dtserve.package.member_model import ForEachMapping  # here and below: an empty package needs none of them

    node = gather(element)
    return ForEachMapping(node.text("VariableName"), node.number("ValueIndex"))


def _build_handler(pending: _Pending) -> EventHandler:
    from dtserve.package.member_model import EventHandler

    fields, rest = convert(pending.node.props, _HANDLER)
    event = fields.setdefault("event_name", "")
    fields.setdefault("name", event)
    fields.setdefault("dtsid", "")
    rest.pop("EventID", None)
    return EventHandler(ref_id=pending.ref_id, type_id="", part="EventHandler", **fields, **_shared(pending, rest))


def _build_package(pending: _Pending) -> Package:
    node = pending.node
    node.props.pop("refId", None)
    type_id = node.props.pop("ExecutableType", "")
    fields, rest = convert(node.props, _PACKAGE)
    fields.setdefault("name", "")
    fields.setdefault("dtsid", "")
    return Package(
        ref_id=pending.ref_id,
        type_id=type_id,
        part=executable_part(type_id) or "Package",
        parameters=read_parameters(node),
        connections=_connections(node),
        configurations=read_configurations(node),
        log_providers=read_log_providers(node),
        **fields,
        **_shared(pending, rest),
    )


def _shared(pending: _Pending, rest: dict[str, str]) -> dict[str, Any]:
    """The fields that packages, containers, tasks and handlers have in common."""
    node = pending.node
    pending.executables.reverse()
    pending.handlers.reverse()
    return {
        "properties": {key: text for key, text in rest.items() if _OMITTED.get(key) != text},
        "variables": read_variables(node),
        "property_expressions": property_expressions(node),
        "logging": read_logging(node),
        "executables": tuple(pending.executables),
        "constraints": _constraints(pending),
        "event_handlers": tuple(pending.handlers),
        "xml": node.element,
    }


def _constraints(pending: _Pending) -> tuple[PrecedenceConstraint, ...]:
    found = pending.node.children.get("PrecedenceConstraint")
    if not found:
        return ()
    refs = {child.dtsid.lower(): child.ref_id for child in pending.executables}
    return tuple(_constraint(gather(element), refs) for element in found)


def _constraint(node: Node, refs: dict[str, str]) -> PrecedenceConstraint:
    from dtserve.package.member_model import ConstraintValue, EvalOp, PrecedenceConstraint

    ends = {"From": node.text("From"), "To": node.text("To")}
    for child in node.all("Executable"):
        target = child.get("IDREF") or ""
        end = "From" if to_bool("IsFrom", child.get(f"{D}IsFrom") or "0") else "To"
        ends[end] = refs.get(target.lower(), target)
    value, eval_op = node.number("Value"), node.number("EvalOp", 2)
    if value not in range(4) or eval_op not in range(1, 5):
        to_int(local_name(node.element), f"Value {value}, EvalOp {eval_op}")
    return PrecedenceConstraint(
        from_ref=ends["From"],
        to_ref=ends["To"],
        value=ConstraintValue(value),
        eval_op=EvalOp(eval_op),
        expression=node.text("Expression"),
        logical_and=node.flag("LogicalAnd"),
        name=node.text("ObjectName"),
        dtsid=node.text("DTSID"),
    )


def _connections(node: Node) -> tuple[ConnectionManager, ...]:
    found = list(node.all("ConnectionManager"))
    if not found:
        return ()
    from dtserve.package.reader.connections import read_connection

    return tuple(read_connection(child) for child in found)
