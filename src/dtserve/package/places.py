"""Where a property is stored in the XML of a package, for edits of its bytes.

A property may be an attribute, a ``DTS:Property`` child, an attribute or element of the
task's own data, a component property, a sensitive element. :func:`write_property` puts a value
there and nowhere else; what is not stored yet is added the way the format stores it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dtserve.package.errors import PathReadOnly, PathUnresolved
from dtserve.package.model import ConnectionManager, Package
from dtserve.package.overrides import apply_target, stored_name
from dtserve.package.paths import PathTarget
from dtserve.package.reader.elements import D, gather, text_of
from dtserve.package.source import TextEdit, escape_attribute, escape_text
from dtserve.package.xml import local_name

__all__ = ["stored_property", "write_dts_property", "write_property"]

_PROPERTY = f"{D}Property"
_NAME = f"{D}Name"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_TAGS = {
    "variables": "Variable", "parameters": "PackageParameter", "connections": "ConnectionManager",
    "log_providers": "LogProvider", "configurations": "Configuration", "constraints": "PrecedenceConstraint",
}  # fmt: skip
_STORED = {
    "name": "ObjectName", "disable": "Disabled", "maximumerrorcount": "MaxErrorCount",
    "forceexecutionvalue": "ForceExecValue", "forcedexecutionvalue": "ExecValue", "isolationlevel": "ISOLevel",
    "enableconfigurations": "EnableConfig", "packagepath": "ConfigurationVariable", "id": "DTSID",
}  # fmt: skip
"""Property names of the object model that are stored under another name."""
_ENUMERATOR_STORED = {"directory": "Folder", "filenameretrieval": "FileNameRetrievalType"}
_SECRETS = ("password", "serverpassword", "proxypassword")
_KNOWN = (
    "ObjectName", "Description", "Disabled", "DelayValidation", "DisableEventHandlers", "FailPackageOnFailure",
    "FailParentOnFailure", "MaxErrorCount", "ForceExecutionResult", "ForceExecValue", "ExecValue",
    "ExecValueVariable", "ISOLevel", "TransactionOption", "LocaleID", "MaxConcurrentExecutables",
    "CheckpointFileName", "SaveCheckpoints", "CheckpointUsage", "EnableConfig", "SuppressConfigurationWarnings",
    "VersionComments", "VersionMajor", "VersionMinor", "VersionBuild", "CreatorName", "CreatorComputerName",
    "InitExpression", "EvalExpression", "AssignExpression", "MaxConcurrent", "PackageType", "PackagePriorityClass",
    "DTSID", "VersionGUID", "ProtectionLevel", "ConfigString", "ConfigurationString", "ConfigurationType",
    "ConfigurationVariable", "Value", "EvalOp", "Expression", "LogicalAnd", "EvaluateAsExpression", "ReadOnly",
    "RaiseChangedEvent",
)  # fmt: skip
_BOOLEANS = frozenset({
    "Disabled", "DelayValidation", "DisableEventHandlers", "FailPackageOnFailure", "FailParentOnFailure",
    "ForceExecValue", "SaveCheckpoints", "EnableConfig", "SuppressConfigurationWarnings", "LogicalAnd",
    "EvaluateAsExpression", "ReadOnly", "RaiseChangedEvent",
})  # fmt: skip


def _canonical(name: str) -> str:
    """The stored spelling of a property name, empty when it is none that DTS elements have."""
    lower = name.lower()
    stored = _STORED.get(lower, lower)
    return next((known for known in _KNOWN if known.lower() == stored.lower()), "")


def stored_property(element: Any, name: str) -> tuple[Any, str] | None:
    """Where a DTS element keeps a property: ``(element, attribute)`` or ``(Property child, "")``."""
    if element.get(f"{D}{name}") is not None:
        return element, f"{D}{name}"
    child = next((c for c in element.iterchildren(_PROPERTY) if c.get(_NAME) == name), None)
    return None if child is None else (child, "")


def write_dts_property(edit: TextEdit, element: Any, name: str, value: str, format_version: int) -> None:
    """Set a property of a DTS element (stored spelling and value), adding it where the format keeps it."""
    place = stored_property(element, name)
    if place is not None:
        holder, attribute = place
        if attribute:
            edit.set_attribute(holder, attribute, value)
        else:
            edit.set_text(holder, value)
        return
    if format_version >= 6:
        edit.set_attribute(element, f"{D}{name}", value)
        return
    last = list(element.iterchildren(_PROPERTY))[-1]
    span = edit.source.span(last)
    prefix = element.prefix.encode("utf-8")
    new = b'<%s:Property %s:Name="%s">%s</%s:Property>' % (prefix, prefix, name.encode(), escape_text(value), prefix)
    edit.replace(span.end, span.end, (b"\n" if edit.source.data[span.start - 1 : span.start] == b"\n" else b"") + new)


def write_property(edit: TextEdit, package: Package, target: PathTarget, value: str) -> None:
    """Set the property a path leads to; raises PathUnresolved, PathReadOnly, PathConversionFailed."""
    if target.name.lower() == "name" and not (target.owner is package and not target.collection):
        raise PathReadOnly(property=target.name)
    changed = apply_target(package, target, value)
    version = package.format_version
    if target.collection == "enumerator":
        _write_enumerator(edit, target, value)
    elif target.collection:
        element = gather(target.owner.xml).all(_TAGS[target.collection])[target.index]
        _write_member(edit, target, element, value, changed, version)
    else:
        _write_executable(edit, target, value, version)


def _format(name: str, value: str, version: int) -> str:
    """A value as the format stores it: booleans as True/False or -1/0."""
    if name not in _BOOLEANS:
        return value
    true = value.strip().lower() in ("true", "-1", "1", "yes")
    return str(true) if version >= 6 else ("-1" if true else "0")


def _write_executable(edit: TextEdit, target: PathTarget, value: str, version: int) -> None:
    owner = target.owner
    name = _canonical(target.name)
    if name:
        write_dts_property(edit, owner.xml, name, _format(name, value, version), version)
        return
    if owner.object_data is None:
        raise PathUnresolved(path=target.path, detail=f'There is no property "{target.name}".')
    if owner.object_data.tag == "pipeline":
        _write_pipeline(edit, target, value)
    else:
        _write_own(edit, owner.object_data, target, target.name, value)


def _write_pipeline(edit: TextEdit, target: PathTarget, value: str) -> None:
    """A property of the data flow, or ``[Component].[Property]``."""
    pipeline = target.owner.object_data
    for component in pipeline.iterfind("components/component"):
        head = f"[{component.get('name')}].["
        if target.name.startswith(head) and target.name.endswith("]"):
            wanted = target.name[len(head) : -1]
            for stored in component.iterfind("properties/property"):
                if stored.get("name") == wanted:
                    edit.set_text(stored, value)
                    return
    known = next((key for key in pipeline.attrib if key.lower() == target.name.lower()), None)
    if known is None:
        raise PathUnresolved(path=target.path, detail=f'There is no property "{target.name}".')
    edit.set_attribute(pipeline, known, value)


def _write_own(edit: TextEdit, data: Any, target: PathTarget, name: str, value: str) -> None:
    """A property in the data of a task or enumerator: an attribute (of ``FEFEProperty`` too) or a child with text."""
    for element in (data, *data.iterchildren("FEFEProperty")):
        for key in element.attrib:
            if key.rpartition("}")[2].lower() == name.lower():
                edit.set_attribute(element, key, value)
                return
    for child in data.iterchildren("*"):
        if local_name(child).lower() == name.lower() and not len(child):
            edit.set_text(child, value)
            if child.get("Encrypted") == "1":
                edit.remove_attribute(child, "Encrypted")
            return
    own = [key for key in data.attrib if key[:1] == "{"]
    if own or data.attrib:
        uri = own[0].partition("}")[0] + "}" if own else ""
        edit.set_attribute(data, f"{uri}{name}", value)
        return
    raise PathUnresolved(path=target.path, detail=f'There is no property "{name}".')


def _write_enumerator(edit: TextEdit, target: PathTarget, value: str) -> None:
    data = next(iter(target.owner.enumerator_xml.iterchildren(f"{D}ObjectData")), None)
    inner = None if data is None else next(data.iterchildren("*"), None)
    if inner is None:
        raise PathUnresolved(path=target.path, detail="The container has no enumerator.")
    _write_own(edit, inner, target, _ENUMERATOR_STORED.get(target.name.lower(), target.name), value)


def _write_member(edit: TextEdit, target: PathTarget, element: Any, value: str, changed: Package, version: int) -> None:
    if target.collection in ("variables", "parameters") and target.name.lower() == "value":
        owner = changed
        for field, index in target.chain:
            owner = getattr(owner, field)[index]
        text = getattr(owner, target.collection)[target.index].value or ""
        _write_value(edit, element, target.collection, text)
        return
    name = _canonical(target.name)
    if target.collection != "connections" or name in ("Description", "DelayValidation"):
        write_dts_property(edit, element, name or target.name, _format(name, value, version), version)
        return
    new: ConnectionManager = changed.connections[target.index]
    if target.name.lower() in _SECRETS:
        _write_secret(edit, element, target.name, value)
    elif new.properties.get("ConnectionString") != target.item.properties.get("ConnectionString"):
        _write_connection(edit, element, "ConnectionString", new.properties["ConnectionString"], version)
    else:
        _write_connection(edit, element, stored_name(target.name), value, version)


def _write_value(edit: TextEdit, element: Any, collection: str, text: str) -> None:
    if collection == "variables":
        holder = next(element.iterchildren(f"{D}VariableValue"), None)
    else:
        stored = (p for p in element.iterchildren(_PROPERTY) if p.get(_NAME) == "ParameterValue")
        holder = next(stored, None)
        if holder is not None and len(holder) and holder[0].tag == _PROPERTY:
            holder = holder[0]
    if holder is None:
        raise PathUnresolved(path=local_name(element), detail="It stores no value.")
    edit.set_text(holder, text)
    if text != text.strip() and holder.get(_SPACE) is None:
        edit.set_attribute(holder, _SPACE, "preserve")
    if holder.get("Encrypted") == "1":
        edit.remove_attribute(holder, "Encrypted")


def _inner(element: Any) -> Any:
    data = next(element.iterchildren(f"{D}ObjectData"), None)
    return None if data is None else next(data.iterchildren("*"), None)


def _write_secret(edit: TextEdit, element: Any, name: str, value: str) -> None:
    """A sensitive value of a connection manager; its element is made where there is none."""
    inner = _inner(element)
    wanted = {name.lower()} if name.lower() != "password" else {"password", "pwd"}
    for child in inner.iter("*"):
        label = child.get(_NAME) if child.tag == _PROPERTY else local_name(child)
        if child.get("Sensitive") == "1" and (label or "").lower() in wanted:
            edit.set_text(child, value)
            if child.get("Encrypted") == "1":
                edit.remove_attribute(child, "Encrypted")
            return
    holder = next(inner.iterchildren(f"{D}FtpConnection", f"{D}HttpConnection"), inner)
    tag, attribute = ("Password", b"Password") if name.lower() == "password" else ("Property", name.encode("utf-8"))
    new = b'<DTS:%s DTS:Name="%s" Sensitive="1">%s</DTS:%s>' % (
        tag.encode(), escape_attribute(attribute.decode()), escape_text(value), tag.encode(),
    )  # fmt: skip
    if len(holder):
        at = edit.source.span(holder[-1]).end
        edit.replace(at, at, new)
    else:
        edit.set_content(holder, new)


def _write_connection(edit: TextEdit, element: Any, name: str, value: str, version: int) -> None:
    """A property of the inner element, of its FTP or HTTP part, or a new one."""
    inner = _inner(element)
    if inner is None:
        raise PathUnresolved(path=name, detail="The connection manager stores no data.")
    for holder in _holders(inner):
        for key in holder.attrib:
            if key.rpartition("}")[2].lower() == name.lower():
                edit.set_attribute(holder, key, value)
                return
        for child in holder.iterchildren(_PROPERTY):
            if (child.get(_NAME) or "").lower() == name.lower() and text_of(child) is not None:
                edit.set_text(child, value)
                return
    if inner.tag.startswith(D):
        write_dts_property(edit, inner, name, value, version)
    else:
        edit.set_attribute(inner, name, value)


def _holders(inner: Any) -> Iterable[Any]:
    yield inner
    yield from inner.iterchildren(f"{D}FtpConnection", f"{D}HttpConnection")
