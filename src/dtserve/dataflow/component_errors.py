"""Errors of single components, with the codes of SSIS (DATA_FLOW §2, EVENTS §4.6)."""

from __future__ import annotations

from dtserve.errors import DataFlowError

__all__ = [
    "ConditionNotBoolean",
    "ConditionNull",
    "DataConversionFailed",
    "ExpressionFailed",
    "IncompatibleColumns",
    "RowCountBadVariableName",
    "RowCountBadVariableType",
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
