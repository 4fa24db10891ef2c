"""Errors of Pivot and Unpivot, with the codes of SSIS."""

from __future__ import annotations

from dtserve.errors import DataFlowError

__all__ = [
    "PivotBadKeyConversion",
    "PivotBadUsage",
    "PivotColumnNotFound",
    "PivotDuplicateKey",
    "PivotNoKey",
    "PivotTooManyKeys",
    "PivotUnknownKey",
    "UnpivotBadDestination",
    "UnpivotDuplicateKey",
    "UnpivotKeysDiffer",
    "UnpivotNoDestination",
    "UnpivotNoKeyColumn",
]


class PivotBadUsage(DataFlowError):
    """A PivotUsage that is not known."""

    code = 0xC0202082
    symbol = "DTS_E_TXPIVOTBADUSAGE"
    template = 'The PivotUsage value for the input column "{column}" ({number}) is not valid.'


class PivotTooManyKeys(DataFlowError):
    """Two pivot keys."""

    code = 0xC0202083
    symbol = "DTS_E_TXPIVOTTOOMANYPIVOTKEYS"
    template = "Too many Pivot Keys found. Only one input column can be used as the Pivot Key."


class PivotNoKey(DataFlowError):
    """No pivot key."""

    code = 0xC0202084
    symbol = "DTS_E_TXPIVOTNOPIVOTKEY"
    template = "No Pivot Key found. One input column must be used as the Pivot Key."


class PivotColumnNotFound(DataFlowError):
    """An output column of a Pivot without source."""

    code = 0xC0202087
    symbol = "DTS_E_TXPIVOTCANTMAPPINGNOTFOUND"
    template = (
        'Output column "{column}" ({number}) has a SourceColumn {lineage} that is not a valid input column lineage ID.'
    )


class PivotUnknownKey(DataFlowError):
    """A pivot key that no output column has."""

    code = 0xC0202090
    symbol = "DTS_E_TXPIVOTBADPIVOTKEYVALUE"
    template = 'The pivot key value "{key}" is not valid.'


class PivotBadKeyConversion(DataFlowError):
    """A PivotKeyValue that is no value of the key column."""

    code = 0xC02020A7
    symbol = "DTS_E_TXPIVOTBADPIVOTKEYCONVERT"
    template = 'Cannot convert the pivot key value "{key}" to the data type of the pivot key column.'


class PivotDuplicateKey(DataFlowError):
    """A second value for a pivot key of a set."""

    code = 0xC02020CF
    symbol = "DTS_E_TXPIVOTRUNTIMEDUPLICATEPIVOTKEYVALUE"
    template = 'Duplicate pivot key value "{key}".'


class UnpivotDuplicateKey(DataFlowError):
    """Two columns with the same key and destination."""

    code = 0xC02020A3
    symbol = "DTS_E_TXUNPIVOTDUPLICATEPIVOTKEYVALUE"
    template = (
        "Duplicate PivotKeyValue. An input column is mapped to a Pivoted Value output column and has the non-"
        'unique PivotKeyValue "{key}".'
    )


class UnpivotNoDestination(DataFlowError):
    """No column is unpivoted."""

    code = 0xC02020A4
    symbol = "DTS_E_TXUNPIVOTNOUNPIVOTDESTINATION"
    template = (
        "No unpivot destination found. At least one input column must be mapped with a PivotKeyValue to an "
        "DestinationColumn in the output."
    )


class UnpivotKeysDiffer(DataFlowError):
    """Destinations with different keys."""

    code = 0xC02020A5
    symbol = "DTS_E_TXUNPIVOTBADKEYLIST"
    template = (
        "PivotKeyValue is not valid. In an UnPivot transform with more than one unpivoted DestinationColumn, "
        "the set of PivotKeyValues per destination must match exactly."
    )


class UnpivotNoKeyColumn(DataFlowError):
    """No output column takes the key."""

    code = 0xC02020AA
    symbol = "DTS_E_TXUNPIVOTNOPIVOT"
    template = "No output column is marked as the PivotKey."


class UnpivotBadDestination(DataFlowError):
    """A column whose destination does not exist."""

    code = 0xC02020AB
    symbol = "DTS_E_TXUNPIVOTNOTINPUTMAP"
    template = (
        'Input column "{column}" ({number}) has a DestinationColumn property value that does not refer to a '
        "valid output column LineageID."
    )
