"""Errors of Merge Join and the Slowly Changing Dimension, with the codes of SSIS."""

from __future__ import annotations

from dtserve.errors import DataFlowError

__all__ = [
    "MergeJoinDirections",
    "MergeJoinFlags",
    "MergeJoinKeyCount",
    "MergeJoinNotEnoughKeys",
    "MergeJoinOutputColumn",
    "MergeJoinType",
    "MergeJoinTypes",
    "ScdBadColumnType",
    "ScdColumnMissing",
    "ScdFixedAttributeChange",
    "ScdIndicatorNotBoolean",
    "ScdLookupFailure",
    "ScdNoAttributes",
    "ScdNoKey",
    "ScdNullKey",
]


class MergeJoinType(DataFlowError):
    """A join type that is not known."""

    code = 0xC02020B0
    symbol = "DTS_E_TXMERGEJOININVALIDJOINTYPE"
    template = (
        "The JoinType custom property for the {component} contains a value of {value}, which is not valid. Valid values "
        "are 0 (full), 1 (left), or 2 (inner)."
    )


class MergeJoinKeyCount(DataFlowError):
    """A number of key columns that makes no sense."""

    code = 0xC02020B1
    symbol = "DTS_E_TXMERGEJOININVALIDNUMKEYCOLS"
    template = (
        "The NumKeyColumns value is not valid. In the {component}, the value for the NumKeyColumns custom property must "
        "be between 1 and {most}."
    )


class MergeJoinNotEnoughKeys(DataFlowError):
    """An input with fewer sort keys than the join compares."""

    code = 0xC02020B3
    symbol = "DTS_E_TXMERGEJOINNOTENOUGHKEYCOLS"
    template = (
        "Not enough key columns. The {object} must have at least {count} columns with non-zero SortKeyPosition values."
    )


class MergeJoinTypes(DataFlowError):
    """Keys of different types."""

    code = 0xC02020B4
    symbol = "DTS_E_TXMERGEJOINDATATYPEMISMATCH"
    template = (
        "Datatype mismatch occurred. The datatypes for the columns with SortKeyPosition value {position} do not match."
    )


class MergeJoinDirections(DataFlowError):
    """Keys sorted in different directions."""

    code = 0xC02020B6
    symbol = "DTS_E_TXMERGEJOINSORTDIRECTIONMISMATCH"
    template = "Sort direction mismatch. The sort directions for the columns with SortKeyPosition value {position} do not match."


class MergeJoinOutputColumn(DataFlowError):
    """An output column without input column."""

    code = 0xC02020B7
    symbol = "DTS_E_TXMERGEJOINOUTPUTCOLMUSTHAVEASSOCIATEDINPUTCOL"
    template = "Missing column. The {column} must have an associated input column."


class MergeJoinFlags(DataFlowError):
    """Keys compared in different ways."""

    code = 0xC02020BA
    symbol = "DTS_E_TXMERGEJOINCOMPARISONFLAGSMISMATCH"
    template = "The comparison flags for the columns with SortKeyPosition value {position} do not match."


class ScdNoAttributes(DataFlowError):
    """A dimension without typed columns."""

    code = 0xC020802B
    symbol = "DTS_E_TXSCD_NOTYPEDCOLUMNSATINPUT"
    template = (
        "There must be at least one column of Fixed, Changing, or Historical type on the input of a Slowly Changing "
        "Dimension transform. Verify that at least one column is a FixedAttribute, ChangingAttribute, or "
        "HistoricalAttribute."
    )


class ScdBadColumnType(DataFlowError):
    """A ColumnType that is not known."""

    code = 0xC020802C
    symbol = "DTS_E_TXSCD_INVALIDINPUTCOLUMNTYPE"
    template = 'The ColumnType property of "{column}" is not valid. The current value is outside the range of acceptable values.'


class ScdFixedAttributeChange(DataFlowError):
    """A fixed attribute changed, and that is to fail."""

    code = 0xC020803C
    symbol = "DTS_E_TXSCD_FIXEDATTRIBUTECHANGE"
    template = (
        "If the FailOnFixedAttributeChange property is set to TRUE, the transformation will fail when a fixed attribute "
        "change is detected. To send rows to the Fixed Attribute output, set the FailOnFixedAttributeChange property to "
        "FALSE."
    )


class ScdLookupFailure(DataFlowError):
    """A row without dimension row, and that is to fail."""

    code = 0xC020803D
    symbol = "DTS_E_TXSCD_LOOKUPFAILURE"
    template = (
        "The Lookup transformation failed to retrieve any rows. The transform fails when the FailOnLookupFailure is set "
        "to TRUE and no rows are retrieved."
    )


class ScdNoKey(DataFlowError):
    """A dimension without business key."""

    code = 0xC020803E
    symbol = "DTS_E_TXSCD_INVALIDNUMBERSOFPARAMETERS"
    template = (
        "There must be at least one column type of Key on the input of a Slowly Changing Dimension transformation. Set at "
        "least one column type to Key."
    )


class ScdColumnMissing(DataFlowError):
    """An external column that is not there."""

    code = 0xC020803F
    symbol = "DTS_E_TXSCD_CANNOTFINDEXTERNALCOLUMN"
    template = 'Cannot find external column with name "{column}".'


class ScdIndicatorNotBoolean(DataFlowError):
    """An inferred member indicator of another type."""

    code = 0xC0208040
    symbol = "DTS_E_TXSCD_INFFEREDINDICATORNOTBOOL"
    template = 'Inferred indicator column "{column}" must be of type DT_BOOL.'


class ScdNullKey(DataFlowError):
    """A business key that is NULL."""

    code = 0xC0D51431
    symbol = "DTSERVE_E_SCDNULLKEY"
    template = 'A business key of "{component}" is NULL, which a Slowly Changing Dimension does not support.'
    remedy = "Take rows without key out before, with a Conditional Split."
