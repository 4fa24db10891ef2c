"""The words of SSIS for fields and numbers that a diff shows (FORMAT §3.3, §3.8)."""

from __future__ import annotations

import enum
from typing import Any

__all__ = ["COMPONENT_NAMES", "TASK_DEFAULTS", "ssis_name", "ssis_value"]

COMPONENT_NAMES: dict[tuple[str, str], tuple[str, ...]] = {
    ("Lookup", "CacheType"): ("Full", "Partial", "None"),
    ("Lookup", "NoMatchBehavior"): ("Fail", "No-match output"),
    ("Lookup", "ConnectionType"): ("OLE DB", "Cache"),
    ("MergeJoin", "JoinType"): ("Full outer", "Left outer", "Inner"),
    ("OLEDBSource", "AccessMode"): ("Table", "Table from variable", "SQL command", "SQL command from variable"),
    ("OLEDBDestination", "AccessMode"): (
        "Table", "Table from variable", "SQL command", "Fast load", "Fast load from variable",
    ),
    ("Aggregate", "AggregationType"): (
        "Group by", "Count", "Count all", "Count distinct", "Sum", "Average", "Minimum", "Maximum",
    ),
    ("RawDestination", "WriteOption"): ("Create always", "Create once", "Append", "Truncate and append"),
}  # fmt: skip
"""Names for numbers of component properties (FORMAT §3.8)."""


_FIELD_NAMES = {
    "dtsid": "ID", "disabled": "Disable", "max_error_count": "MaximumErrorCount", "locale_id": "LocaleID",
    "exec_value": "ForcedExecutionValue", "force_exec_value": "ForceExecutionValue", "exec_value_type": "ExecValueType",
    "eval_op": "EvalOp", "vt": "DataType", "type": "DataType", "checkpoint_usage": "CheckpointUsage", "version_guid": "VersionID",
}  # fmt: skip
_VALUE_NAMES: dict[str, dict[int, str]] = {
    "transaction_option": {0: "NotSupported", 1: "Supported", 2: "Required"},
    "force_execution_result": {-1: "None", 0: "Success", 1: "Failure", 2: "Completion"},
    "checkpoint_usage": {0: "Never", 1: "IfExists", 2: "Always"},
    "isolation_level": {
        -1: "Unspecified", 16: "Chaos", 256: "ReadUncommitted", 4096: "ReadCommitted", 65536: "RepeatableRead",
        1048576: "Serializable", 16777216: "Snapshot",
    },
}  # fmt: skip
TASK_DEFAULTS = {
    "TimeOut": "0", "IsStoredProc": "False", "SqlStmtSourceType": "DirectInput", "ResultType": "ResultSetType_None",
    "CodePage": "1252",
}  # fmt: skip
"""What formats 2 and 3 write out for Execute SQL tasks and later ones omit."""


def ssis_name(name: str) -> str:
    """The SSIS name of a model field: ``max_error_count`` is MaximumErrorCount."""
    return _FIELD_NAMES.get(name) or "".join(word.capitalize() for word in name.split("_"))


def ssis_value(name: str, value: Any) -> str:
    """A value in the words of SSIS: enumerations by name."""
    if name in _VALUE_NAMES:
        return _VALUE_NAMES[name].get(int(value), str(value))
    if isinstance(value, enum.Enum):
        return "".join(word.capitalize() for word in value.name.split("_"))
    return str(value)
