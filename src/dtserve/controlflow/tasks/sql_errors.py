"""Errors of the Execute SQL Task (CONTROL_FLOW §12)."""

from __future__ import annotations

from dtserve.errors import ControlFlowError

__all__ = [
    "SqlBindingCount",
    "SqlCannotAcquire",
    "SqlColumnName",
    "SqlConnectionMissing",
    "SqlExecutionFailed",
    "SqlFileKind",
    "SqlFileMissing",
    "SqlNoRow",
    "SqlNoRowManaged",
    "SqlNoRowset",
    "SqlNoStatement",
    "SqlOrdinal",
    "SqlParameterDirection",
    "SqlParameterNames",
    "SqlParameterType",
    "SqlResultFailed",
    "SqlResultName",
    "SqlReturnValue",
    "SqlVariableKind",
    "SqlVariableMissing",
    "SqlXmlInvalid",
    "SqlXmlUnsupported",
]


class SqlNoStatement(ControlFlowError):
    """No statement."""

    code = 0xC00291D4
    symbol = "DTS_E_SQLTASK_NOSTATEMENT"
    template = 'No SQL statement specified for task "{task}".'
    remedy = "Enter a statement; with a variable that is filled at run time set DelayValidation to True."


class SqlBindingCount(ControlFlowError):
    """Too few or too many result bindings for the result set type."""

    code = 0xC00291E2
    symbol = "DTS_E_SQLTASK_INVALIDNUMBEROFRESULTBINDINGS"
    template = (
        'There is an invalid number of result bindings returned for the ResultSetType: "{type}" ({count} bindings, '
        "{columns} columns)."
    )
    remedy = "Bind the result (Rowset and XML: exactly one binding named 0)."


class SqlResultName(ControlFlowError):
    """A Rowset or XML binding that is not named 0."""

    code = 0xC00291E3
    symbol = "DTS_E_SQLTASK_RESULTROWSETNAMENOTZERO"
    template = 'The result binding name must be set to zero for full result set and XML results, not "{name}".'
    remedy = "Name the binding 0."


class SqlNoRow(ControlFlowError):
    """A single row was wanted and none came."""

    code = 0xC00291EE
    symbol = "DTS_E_SQLTASK_NOROWSAVAILABLE"
    template = "Single Row result set is specified, but no rows were returned."
    remedy = "Make the statement return a row, or set ResultSet to None."


class SqlNoRowManaged(ControlFlowError):
    """A single row was wanted over a managed provider (ADO.NET) and none came."""

    code = 0xC00291E1
    symbol = "DTS_E_SQLTASK_NOROWSRETURNED"
    template = "No result rowset is associated with the execution of this query: it returned no row."
    remedy = "Make the statement return a row, or set ResultSet to None."


class SqlXmlUnsupported(ControlFlowError):
    """An XML result over a connection that gives none."""

    code = 0xC00291D5
    symbol = "DTS_E_SQLTASK_NOXMLSUPPORT"
    template = 'The connection "{connection}" does not support XML result sets.'
    remedy = "Use a database connection, or another ResultSet."


class SqlReturnValue(ControlFlowError):
    """A return value that is not the first parameter."""

    code = 0xC00291E6
    symbol = "DTS_E_SQLTASK_RETURNVALUEPOSITION"
    template = "Only one return value parameter is allowed, and it must be the first parameter."
    remedy = "Put the return value first (name 0)."


class SqlFileKind(ControlFlowError):
    """A statement file behind a connection manager that is no FILE."""

    code = 0xC00291E7
    symbol = "DTS_E_SQLTASK_FILECONNECTIONTYPE"
    template = 'The connection manager "{connection}" is not a file connection manager.'
    remedy = "Use a File connection manager."


class SqlFileMissing(ControlFlowError):
    """The statement file is not there."""

    code = 0xC00291E8
    symbol = "DTS_E_SQLTASK_FILEDOESNOTEXIST"
    template = 'The file represented by "{connection}" does not exist or cannot be read: {path}'
    remedy = "Check the path of the connection manager."


class SqlVariableKind(ControlFlowError):
    """A variable of the wrong type."""

    code = 0xC00291E9
    symbol = "DTS_E_SQLTASK_VARIABLETYPE"
    template = 'The type of the variable "{variable}" is not {wanted}.'
    remedy = "Change the type of the variable."


class SqlVariableMissing(ControlFlowError):
    """A bound variable that is not there."""

    code = 0xC00291EA
    symbol = "DTS_E_SQLTASK_VARIABLENOTFOUND"
    template = 'Variable "{variable}" does not exist or could not be locked.'
    remedy = "Check the name and scope of the variable."


class SqlConnectionMissing(ControlFlowError):
    """The connection manager is not there."""

    code = 0xC00291EB
    symbol = "DTS_E_SQLTASK_CANNOTLOCATECONNMANAGER"
    template = 'Connection manager "{connection}" does not exist.'
    remedy = "Give the task a connection manager."


class SqlCannotAcquire(ControlFlowError):
    """The connection cannot be opened."""

    code = 0xC00291EC
    symbol = "DTS_E_SQLTASK_FAILEDTOACQUIRECONNECTION"
    template = (
        'Failed to acquire connection "{connection}". Connection may not be configured correctly or you may not have '
        "the right permissions on this connection. {detail}"
    )
    remedy = "Check the connection manager and the connection map."


class SqlParameterType(ControlFlowError):
    """A parameter type number that the connection kind does not know."""

    code = 0xC00291F2
    symbol = "DTS_E_SQLTASK_UNSUPPORTEDPARAMETERTYPE"
    template = 'Unsupported type {type} for the parameter binding "{name}".'
    remedy = "Choose a data type of the connection's kind."


class SqlParameterNames(ControlFlowError):
    """Ordinals and names mixed."""

    code = 0xC00291F3
    symbol = "DTS_E_SQLTASK_PARAMETERNAMES"
    template = "Parameter names cannot be a mixture of ordinal and named types."
    remedy = "Name all parameters by number or all by name."


class SqlParameterDirection(ControlFlowError):
    """A direction that is none."""

    code = 0xC00291F4
    symbol = "DTS_E_SQLTASK_PARAMETERDIRECTION"
    template = 'The parameter direction on parameter binding "{name}" is not valid: "{direction}".'
    remedy = "Use Input, Output or ReturnValue."


class SqlOrdinal(ControlFlowError):
    """A result column number out of range."""

    code = 0xC00291F6
    symbol = "DTS_E_SQLTASK_INDEXOUTOFRANGE"
    template = 'The result column index "{name}" is out of range; the result has {columns} columns.'
    remedy = "Count columns from 0."


class SqlColumnName(ControlFlowError):
    """A result column name that the result does not have."""

    code = 0xC00291F7
    symbol = "DTS_E_SQLTASK_UNABLETOFINDCOLUMN"
    template = 'Unable to find column "{name}" in the result set.'
    remedy = "Use the name as the statement gives it, or its number."


class SqlNoRowset(ControlFlowError):
    """A result was wanted and the statement gave none."""

    code = 0xC00291F9
    symbol = "DTS_E_SQLTASK_NOROWSETRETURNED"
    template = (
        'Unable to populate result columns for {type} result type. The query returned an empty result set: "{query}".'
    )
    remedy = "Set ResultSet to None, or return rows (SET NOCOUNT ON before them)."


class SqlXmlInvalid(ControlFlowError):
    """A result that is no XML."""

    code = 0xC00291FC
    symbol = "DTS_E_SQLTASK_XMLRESULT"
    template = "The result of the query cannot be loaded as XML: {detail}"
    remedy = "Use FOR XML."


class SqlResultFailed(ControlFlowError):
    """A value of the result that its variable does not take."""

    code = 0xC00291DC
    symbol = "DTS_E_SQLTASK_RESULTBINDING"
    template = 'An error occurred while assigning a value to variable "{variable}": "{detail}"'
    remedy = "Give the variable the type of the column."


class SqlExecutionFailed(ControlFlowError):
    """The database refused the statement."""

    code = 0xC002F210
    symbol = "DTS_E_SQLTASK_ERROREXECUTINGTHEQUERY"
    template = (
        'Executing the query "{query}" failed with the following error: "{detail}". Possible failure reasons: Problems '
        'with the query, "ResultSet" property not set correctly, parameters not set correctly, or connection not '
        "established correctly."
    )
    remedy = "Run the statement by hand on the same database."
