"""Errors of single components, with the codes of SSIS (DATA_FLOW §2, EVENTS §4.6)."""

from __future__ import annotations

from dtserve.errors import DataFlowError

__all__ = [
    "ConditionNotBoolean",
    "ConditionNull",
    "DataConversionFailed",
    "ExpressionFailed",
    "IncompatibleColumns",
    "InputMustBeSorted",
    "NoKeyColumns",
    "OutputColumnNotInInput",
    "RowCountBadVariableName",
    "RowCountBadVariableType",
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
