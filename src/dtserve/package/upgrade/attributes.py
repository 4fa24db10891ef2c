"""Properties of the formats 2, 3 and 5, which are child elements, as attributes of format 8 (FORMAT §3.1, §3.3)."""

from __future__ import annotations

import re
from typing import Any

from dtserve.package.reader.elements import D, text_of, to_bool
from dtserve.package.xml import local_name

__all__ = ["ORDER", "arrange", "lift_properties", "remove"]

_NAME = f"{D}Name"
_PROPERTY = f"{D}Property"
_COMMON = {
    "ForceExecValue": "0", "ExecValue": "0", "ForceExecutionResult": "-1", "Disabled": "0",
    "FailPackageOnFailure": "0", "FailParentOnFailure": "0", "MaxErrorCount": "1", "ISOLevel": "1048576",
    "TransactionOption": "1", "DelayValidation": "0", "DisableEventHandlers": "0", "Description": "",
    "ExecutionLocation": "0", "ExecutionAddress": "", "TaskContact": "", "LockName": "", "LoggingMode": "0",
}  # fmt: skip
_DEFAULTS: dict[str, dict[str, str]] = {
    "Executable": _COMMON | {
        "VersionComments": "", "PackagePriorityClass": "0", "VersionMajor": "1", "VersionMinor": "0",
        "VersionBuild": "0", "EnableConfig": "0", "CheckpointFileName": "", "SaveCheckpoints": "0",
        "CheckpointUsage": "0", "SuppressConfigurationWarnings": "0", "MaxConcurrentExecutables": "-1",
        "ProtectionLevel": "1", "PackageType": "0",
    },
    "EventHandler": _COMMON,
    "ConnectionManager": {
        "DelayValidation": "0", "Description": "", "Retain": "0", "FileUsageType": "0", "Unicode": "0",
        "HeaderRowsToSkip": "0", "DataRowsToSkip": "0", "ColumnNamesInFirstDataRow": "0", "UseFile": "0",
        "UseEncryption": "0",
    },
    "FlatFileColumn": {
        "ColumnWidth": "0", "MaximumWidth": "0", "DataPrecision": "0", "DataScale": "0", "TextQualified": "0",
        "Description": "",
    },
    "CacheColumn": {
        "Length": "0", "Precision": "0", "Scale": "0", "CodePage": "0", "IndexPosition": "0", "Description": "",
    },
    "Variable": {
        "Expression": "", "EvaluateAsExpression": "0", "ReadOnly": "0", "RaiseChangedEvent": "0", "Description": "",
    },
    "PrecedenceConstraint": {"Value": "0", "EvalOp": "2", "LogicalAnd": "0", "Expression": "", "Description": ""},
    "LogProvider": {"DelayValidation": "0", "ConfigString": ""},
    "Configuration": {"ConfigurationType": "0", "ConfigurationVariable": "", "Description": ""},
    "ForEachEnumerator": {"Description": ""},
    "ForEachVariableMapping": {"Description": ""},
    "LoggingOptions": {"LoggingMode": "0"},
}  # fmt: skip
"""What format 8 omits, by element."""
_BOOLEANS = frozenset({
    "ForceExecValue", "Disabled", "FailPackageOnFailure", "FailParentOnFailure", "DelayValidation",
    "DisableEventHandlers", "EnableConfig", "SaveCheckpoints", "SuppressConfigurationWarnings", "Retain", "Unicode",
    "ColumnNamesInFirstDataRow", "UseFile", "UseEncryption", "RetainData", "TextQualified", "EvaluateAsExpression",
    "ReadOnly", "RaiseChangedEvent", "LogicalAnd", "UsePassiveMode", "UseServerCredentials", "UseSecureConnection",
    "UseProxy", "BypassProxyOnLocal", "UseProxyCredentials", "AlwaysCheckForRowDelimiters",
})  # fmt: skip
_NAMEABLE = re.compile(r"[A-Za-z_][\w.-]*$")
_STAY = frozenset({"PackageFormatVersion", "EventFilter", "ColumnFilter", "ParameterValue", "PackageVariableValue"})
"""Properties that stay child elements in every format."""

ORDER = tuple(
    f"{D}{name}" for name in (
        "Property", "ConnectionManagers", "Configurations", "LogProviders", "PackageParameters", "ForEachEnumerator",
        "Variables", "LoggingOptions", "PropertyExpression", "Executables", "PrecedenceConstraints", "EventHandlers",
        "ForEachVariableMappings", "ObjectData", "PackageVariables", "DesignTimeProperties",
    )
)  # fmt: skip
"""Child order of packages, containers and tasks in formats 6 and 8."""
_WRAPPED = {
    "ConnectionManager": "ConnectionManagers", "Configuration": "Configurations", "LogProvider": "LogProviders",
    "Variable": "Variables", "Executable": "Executables", "PrecedenceConstraint": "PrecedenceConstraints",
    "EventHandler": "EventHandlers", "ForEachVariableMapping": "ForEachVariableMappings",
    "PackageVariable": "PackageVariables", "SelectedLogProvider": "SelectedLogProviders",
    "FlatFileColumn": "FlatFileColumns", "CacheColumn": "CacheColumns",
}  # fmt: skip
_ALWAYS = ("Variables",)


def remove(element: Any) -> None:
    """Take an element out of its parent."""
    element.getparent().remove(element)


def lift_properties(element: Any) -> None:
    """Turn the ``DTS:Property`` children of an element into attributes, without those that are at their default."""
    defaults = _DEFAULTS.get(local_name(element), {})
    for child in list(element.iterchildren(_PROPERTY)):
        name = child.get(_NAME) or ""
        if name in _STAY or child.get("Sensitive") is not None or len(child) or not _NAMEABLE.match(name):
            continue
        text = text_of(child)
        if name == "ExecValue" and text != "0":
            element.set(f"{D}ExecValueType", child.get(f"{D}DataType") or "3")
        remove(child)
        if defaults.get(name) == text or (name == "CreationName" and element.get(f"{D}CreationName") is not None):
            continue
        element.set(f"{D}{name}", str(to_bool(name, text)) if name in _BOOLEANS else text)


def arrange(element: Any) -> None:
    """Put direct members of collections into their wrappers, and the children into the order of format 8."""
    if local_name(element) == "ObjectData":
        return
    wrappers: dict[str, Any] = {}
    for child in list(element):
        wrapper = _WRAPPED.get(local_name(child)) if isinstance(child.tag, str) and child.tag.startswith(D) else None
        if wrapper is None:
            continue
        if wrapper not in wrappers:
            wrappers[wrapper] = element.makeelement(f"{D}{wrapper}")
            child.addprevious(wrappers[wrapper])
        child.tail = None
        wrappers[wrapper].append(child)
    if local_name(element) in ("Executable", "EventHandler"):
        _always(element, wrappers)
        rank = {tag: index for index, tag in enumerate(ORDER)}
        element[:] = sorted(element, key=lambda child: rank.get(child.tag, len(rank)))


def _always(element: Any, wrappers: dict[str, Any]) -> None:
    """``Variables`` is written even when empty; ``Executables`` for containers."""
    names = list(_ALWAYS)
    if next(element.iterchildren(f"{D}ObjectData"), None) is None:
        names.append("Executables")
    for name in names:
        if name not in wrappers and next(element.iterchildren(f"{D}{name}"), None) is None:
            element.append(element.makeelement(f"{D}{name}"))
