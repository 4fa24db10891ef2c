"""Errors of transformations, with the codes of SSIS (DATA_FLOW §2, EVENTS §4.6)."""

from __future__ import annotations

from dtserve.errors import DataFlowError

__all__ = [
    "AggregateInputMissing",
    "AggregateInputType",
    "AggregateOutputType",
    "AggregationFailed",
    "BadLineageItem",
    "CharacterMapConflict",
    "CharacterMapType",
    "CodePagesDiffer",
    "ConditionNotBoolean",
    "ConditionNull",
    "CopyMapMismatch",
    "CopyMapNotMapped",
    "DataConversionFailed",
    "ExpressionFailed",
    "IncompatibleColumns",
    "InputMustBeSorted",
    "NoKeyColumns",
    "OutputColumnNotInInput",
    "RowCountBadVariableName",
    "RowCountBadVariableType",
    "SamplingBadPercentage",
    "SamplingBadRows",
    "SortDuplicateKey",
    "SortNeedsKey",
]


class RowCountBadVariableName(DataFlowError):
    """Row Count without a variable."""

    code = 0xC02020EE
    symbol = "DTS_E_ROWCOUNTBADVARIABLENAME"
    template = (
        'The variable "{variable}" specified by VariableName property is not a valid variable. Need a valid variable '
        "name to write to."
    )


class RowCountBadVariableType(DataFlowError):
    """Row Count into a variable that is not an integer."""

    code = 0xC02020EF
    symbol = "DTS_E_ROWCOUNTBADVARIABLETYPE"
    template = (
        'The variable "{variable}" specified by VariableName property is not an integer. Change the variable to be of '
        "type VT_I4, VT_UI4, VT_I8, or VT_UI8."
    )


class IncompatibleColumns(DataFlowError):
    """Columns that are mapped to each other but differ in type."""

    code = 0xC02090A9
    symbol = "DTS_E_COLUMNSHAVEINCOMPATIBLEMETADATA"
    template = 'Columns "{first}" and "{second}" have incompatible metadata.'


class ConditionNotBoolean(DataFlowError):
    """A condition of a Conditional Split that is not Boolean."""

    code = 0xC020700B
    symbol = "DTS_E_SPLITEXPRESSIONNOTBOOLEAN"
    template = 'The expression "{expression}" is not Boolean. The result type of the expression must be Boolean.'


class ConditionNull(DataFlowError):
    """A condition of a Conditional Split that is NULL for a row."""

    code = 0xC020902B
    symbol = "DTS_E_TXSPLITEXPRESSIONEVALUATEDTONULL"
    template = (
        'The expression "{expression}" on "{object}" evaluated to NULL, but the "{component}" requires a Boolean '
        "results. Modify the error row disposition on the output to treat this result as False (Ignore Failure) or to "
        "redirect this row to the error output (Redirect Row).  The expression results must be Boolean for a "
        "Conditional Split.  A NULL expression result is an error."
    )


class ExpressionFailed(DataFlowError):
    """An expression that failed for a row."""

    code = 0xC0207007
    symbol = "DTS_E_EXPRESSIONCOMPUTEFAILED"
    template = (
        'Computing the expression "{expression}" failed with error code {error_code}. The expression may have errors, '
        "such as divide by zero, that cannot be detected at parse time, or there may be an out-of-memory error."
    )


class DataConversionFailed(DataFlowError):
    """A value that Data Conversion cannot convert."""

    code = 0xC02020C5
    symbol = "DTS_E_DATACONVERSIONFAILED"
    template = (
        'Data conversion failed while converting column "{source}" ({source_number}) to column "{target}" '
        '({target_number}).  The conversion returned status value {status} and status text "{text}".'
    )


class OutputColumnNotInInput(DataFlowError):
    """An output column whose source column does not arrive."""

    code = 0xC0208008
    symbol = "DTS_E_OUTPUTCOLUMNNOTININPUT"
    template = (
        'Output column "{column}" ({number}) references input column with lineage ID {lineage}, but no input could be '
        "found with that lineage ID."
    )


class SortNeedsKey(DataFlowError):
    """A Sort without key columns."""

    code = 0xC0208009
    symbol = "DTS_E_SORTNEEDSONEKEY"
    template = "At least one input column must be marked as a sort key, but no keys were found."


class SortDuplicateKey(DataFlowError):
    """Two columns of a Sort with the same place in the key."""

    code = 0xC020800A
    symbol = "DTS_E_SORTDUPLICATEKEYWEIGHT"
    template = (
        'Both column "{first}" ({first_number}) and column "{second}" ({second_number}) were marked with sort key '
        "weight {weight}."
    )


class InputMustBeSorted(DataFlowError):
    """An input of Merge or Merge Join that is not declared sorted."""

    code = 0xC02020AF
    symbol = "DTS_E_INPUTMUSTBESORTED"
    template = 'The input is not sorted. The "{object}" must be sorted.'
    remedy = "Sort the data in the source and set IsSorted and SortKeyPosition, or add a Sort transformation."


class NoKeyColumns(DataFlowError):
    """Inputs of a Merge with keys of different length."""

    code = 0xC02020B2
    symbol = "DTS_E_NOKEYCOLS"
    template = (
        "No key columns are found. The {object} must have at least one column with a SortKeyPosition that is non-zero."
    )


class CodePagesDiffer(DataFlowError):
    """DT_STR to DT_STR of another code page in one step."""

    code = 0xC02020DB
    symbol = "DTS_E_CANNOTCONVERTDATATYPESWITHDIFFERENTCODEPAGES"
    template = (
        'Conversion from "{source}" with code page {source_page} to "{target}" with code page {target_page} is not '
        "supported."
    )
    remedy = "Convert to DT_WSTR first."


class CopyMapMismatch(DataFlowError):
    """Copy Column between columns of different types."""

    code = 0xC0208262
    symbol = "DTS_E_TXCOPYMAP_MISMATCHED_COLUMN_METADATA"
    template = (
        "Columns with lineage IDs {first} and {second} have mismatched metadata. The input column that is mapped to an "
        "output column for copymap does not have the same metadata (datatype, precision, scale, length, or codepage)."
    )


class CopyMapNotMapped(DataFlowError):
    """An output column of Copy Column without source."""

    code = 0xC0208263
    symbol = "DTS_E_TXCOPYMAP_INCORRECT_OUTPUT_COLUMN_MAPPING"
    template = (
        'The output column with lineage ID "{column}" is incorrectly mapped to an input column. The CopyColumnId '
        "property of the output column is not correct."
    )


class BadLineageItem(DataFlowError):
    """An Audit column with an unknown item."""

    code = 0xC02020BC
    symbol = "DTS_E_TXLINEAGEINVALIDLINEAGEITEM"
    template = "Lineage item value {item} is not valid. The valid range is between {low} and {high}."


class CharacterMapType(DataFlowError):
    """Character Map over a column that is no text."""

    code = 0xC020823D
    symbol = "DTS_E_TXCHARMAPINVALIDCOLUMNDATATYPE"
    template = "The {object} has an unsupported datatype. It must be DT_STR, DT_WSTR, DT_TEXT, or DT_NTEXT."


class CharacterMapConflict(DataFlowError):
    """MapFlags that contradict each other."""

    code = 0xC0208301
    symbol = "DTS_E_TXCHARMAP_INVALIDMAPFLAGANDDATATYPE"
    template = 'The MapFlags of column "{column}" request {detail}.'


class AggregateInputMissing(DataFlowError):
    """An aggregate of a column that does not arrive."""

    code = 0xC0208201
    symbol = "DTS_E_TXAGG_INPUTNOTFOUNDFOROUTPUT"
    template = 'Cannot find input column with lineage ID {lineage} needed by output column "{column}".'


class AggregateOutputType(DataFlowError):
    """An aggregate whose output column cannot hold it."""

    code = 0xC0208202
    symbol = "DTS_E_TXAGG_INVALIDOUTPUTDATATYPEFORAGGREGATE"
    template = 'Invalid output data type for aggregate type specified at output column "{column}".'


class AggregateInputType(DataFlowError):
    """An aggregate over a type it does not take."""

    code = 0xC0208203
    symbol = "DTS_E_TXAGG_INVALIDINPUTDATATYPEFORAGGREGATE"
    template = "Invalid input data type for {source} used for the specified aggregate at {object}."


class AggregationFailed(DataFlowError):
    """A result that does not fit its column."""

    code = 0xC02090CD
    symbol = "DTS_E_TXAGG_AGGREGATION_FAILURE"
    template = "Aggregation on {object} failed with error code {error_code}."
    remedy = "Give the output column a wider type."


class SamplingBadPercentage(DataFlowError):
    """A percentage outside 0 to 100."""

    code = 0xC02020D5
    symbol = "DTS_E_TXSAMPLINGINVALIDPCT"
    template = 'The percentage, {value}, is not valid for the "{property}" property. It must be between 0 and 100.'


class SamplingBadRows(DataFlowError):
    """A sample of no rows."""

    code = 0xC02020D6
    symbol = "DTS_E_TXSAMPLINGINVALIDROWS"
    template = 'The number of rows, {value}, is not valid for the "{property}" property. It must be greater than 0.'
