"""Errors of containers, constraints, variables, loops and the engine (CONTROL_FLOW §3-§7, EVENTS §4.3, §4.4).

Errors of single tasks stand in ``tasks/errors.py``.
"""

from __future__ import annotations

from dtserve.errors import ControlFlowError, PackageError, UnsupportedError

__all__ = [
    "CheckpointFileForeign",
    "CheckpointFileUnset",
    "CheckpointLoadFailed",
    "CheckpointMismatch",
    "CheckpointNotWritten",
    "CheckpointTransaction",
    "CheckpointUnreadable",
    "ConnectionNotFound",
    "ConstraintError",
    "DanglingConstraint",
    "DtsConversionFailed",
    "ExpressionRecursion",
    "PackageRecursion",
    "PropertyExpressionError",
    "PropertyExpressionSetError",
    "PropertyNotFound",
    "PropertyReadOnly",
    "PropertyValueError",
    "RequiredParameterMissing",
    "SensitiveParameter",
    "TaskValidationFailed",
    "UnsupportedPart",
    "VariableExpressionError",
    "VariableLoadError",
    "VariableNotFound",
    "VariableReadOnly",
    "VariableTypeMismatch",
    "XmlSourceError",
]


class VariableNotFound(ControlFlowError):
    """No variable or parameter of that name is visible from there."""

    code = 0xC0010001
    symbol = "DTS_E_VARIABLENOTFOUND"
    template = (
        'The variable "{name}" cannot be found. This occurs when an attempt is made to retrieve a variable from the '
        "Variables collection on a container during execution of the package, and the variable is not there."
    )
    remedy = "Check the name (case counts) and the scope of the variable."


class VariableReadOnly(ControlFlowError):
    """A write to a read-only variable, a system variable or a parameter."""

    code = 0xC0010003
    symbol = "DTS_E_VARIABLEREADONLY"
    template = 'Error trying to write to a read-only variable, "{name}".'
    remedy = "Set ReadOnly to False or write to another variable."


class VariableTypeMismatch(ControlFlowError):
    """A value of another type than the variable's."""

    code = 0xC001F009
    symbol = "DTS_E_RUNTIMEVARIABLETYPECHANGE"
    template = (
        'The type of the value ({given}) being assigned to variable "{name}" differs from the current variable type '
        "({expected}). Variables may not change type during execution. Variable types are strict, except for "
        "variables of type Object."
    )
    remedy = "Give the variable the type of the value, or make it an Object."


class VariableExpressionError(ControlFlowError):
    """The expression of a variable with EvaluateAsExpression failed."""

    code = 0xC0019004
    symbol = "DTS_E_VARIABLEEXPRESSIONERROR"
    template = 'The expression for variable "{name}" failed evaluation. {detail}'
    remedy = "Correct the variable's Expression."


class ExpressionRecursion(ControlFlowError):
    """Variables with EvaluateAsExpression that refer to each other in a circle."""

    code = 0xC0D51501
    symbol = "DTSERVE_E_VARIABLECYCLE"
    template = 'The expression for variable "{name}" refers to itself, directly or through other variables.'
    remedy = "Break the circle of expressions."


class SensitiveParameter(ControlFlowError):
    """A sensitive parameter in an expression whose value could be seen."""

    code = 0xC0D51508
    symbol = "DTSERVE_E_SENSITIVEPARAMETER"
    template = (
        'The expression will not be evaluated because it contains the sensitive parameter "{name}". A sensitive '
        "parameter can only give its value to a sensitive property."
    )
    remedy = "Use it on a Password property, or make the parameter not sensitive."


class VariableLoadError(PackageError):
    """The stored text of a variable or parameter is no value of its type."""

    code = 0xC0010018
    symbol = "DTS_E_PERSISTENCEERROR"
    template = 'Error loading value "{value}" of "{name}" (type {type}).'
    remedy = "Correct the stored value."


class ConstraintError(ControlFlowError):
    """The expression of a precedence constraint cannot be evaluated or is not boolean."""

    code = 0xC0014021
    symbol = "DTS_E_PRECEDENCECONSTRAINT"
    template = 'The precedence constraint had an error between "{source}" and "{target}". {detail}'
    remedy = "Correct the expression of the precedence constraint."


class DanglingConstraint(PackageError):
    """A precedence constraint that names an executable its container does not have."""

    code = 0xC0D51502
    symbol = "DTSERVE_E_DANGLINGCONSTRAINT"
    template = 'The precedence constraint "{name}" of "{container}" refers to "{reference}", which is not there.'
    remedy = "Remove the constraint or restore the executable."


class PropertyExpressionError(ControlFlowError):
    """A property expression that cannot be evaluated."""

    code = 0xC0017003
    symbol = "DTS_E_PROPERTYEXPRESSIONEVAL"
    template = 'The expression "{expression}" on property "{property}" cannot be evaluated. {detail}'
    remedy = "Modify the expression to be valid."


class PropertyExpressionSetError(ControlFlowError):
    """The result of a property expression does not fit the property."""

    code = 0xC0017004
    symbol = "DTS_E_PROPERTYEXPRESSIONSET"
    template = (
        'The result of the expression "{expression}" on property "{property}" cannot be written to the property. '
        "The expression was evaluated, but cannot be set on the property. {detail}"
    )
    remedy = "Make the expression give a value of the property's type."


class PropertyNotFound(ControlFlowError):
    """An object without that property."""

    code = 0xC0010009
    symbol = "DTS_E_ELEMENTNOTFOUND"
    template = 'The property "{property}" cannot be found on "{object}".'
    remedy = "Check the name of the property."


class PropertyReadOnly(ControlFlowError):
    """A property that cannot be set."""

    code = 0xC001F021
    symbol = "DTS_E_PROPERTYREADONLY"
    template = 'The property "{property}" is read only. This occurs when a change to a read-only property is attempted.'
    remedy = "Set another property."


class PropertyValueError(ControlFlowError):
    """A value that cannot be converted to the type of a property."""

    code = 0xC0012037
    symbol = "DTS_E_CONFIGTYPECONVERSIONFAILED"
    template = 'Failed to convert the value for "{property}" to {type}.'
    remedy = "Check that the value can be converted to the type of the destination property or variable."


class ConnectionNotFound(ControlFlowError):
    """A reference to a connection manager that the package does not have."""

    code = 0xC001000E
    symbol = "DTS_E_CONNECTIONNOTFOUND"
    template = (
        'The connection "{name}" is not found. This error is thrown by Connections collection when the specific '
        "connection element is not found."
    )
    remedy = "Give the task a connection manager of this package or project."


class DtsConversionFailed(ControlFlowError):
    """A value that cannot become a value of the variable's type."""

    code = 0xC0D51503
    symbol = "DTSERVE_E_VARIABLECONVERSION"
    template = 'The value given to variable "{name}" cannot be converted to {type}: {detail}'
    remedy = "Check the value and the type of the variable."


class RequiredParameterMissing(ControlFlowError):
    """A required parameter without a value."""

    code = 0xC0D51504
    symbol = "DTSERVE_E_REQUIREDPARAMETER"
    template = 'The required parameter "{name}" has no value.'
    remedy = "Give it a value (/SET \\Package.Variables[$Package::Name];value, or a parameter assignment)."


class TaskValidationFailed(ControlFlowError):
    """One or more errors during the validation of a task."""

    code = 0xC0024107
    symbol = "DTS_E_TASKVALIDATIONERROR"
    template = "There were errors during task validation."
    remedy = "See the errors before this one."


class PackageRecursion(ControlFlowError):
    """Execute Package tasks nested deeper than any real package."""

    code = 0xC0D51505
    symbol = "DTSERVE_E_PACKAGERECURSION"
    template = 'The package "{name}" was not started: child packages are nested {depth} deep.'
    remedy = "Make the recursion of Execute Package tasks end."


class UnsupportedPart(UnsupportedError):
    """A task, container, enumerator or log provider that is recognised but cannot be run."""


class XmlSourceError(ControlFlowError):
    """A document or XPath expression that cannot be read."""

    code = 0xC0D51506
    symbol = "DTSERVE_E_XMLSOURCE"
    template = 'The XML source of "{what}" cannot be read: {detail}'
    remedy = "Check the document, where it is, and the XPath expression."


class CheckpointMismatch(ControlFlowError):
    """The checkpoint file of another package."""

    code = 0xC0016049
    symbol = "DTS_E_CHECKPOINTMISMATCH"
    template = (
        'Checkpoint file "{path}" does not match this package. The ID of the package and the ID in the checkpoint file '
        "do not match."
    )
    remedy = "Name another checkpoint file, or delete this one."


class CheckpointFileForeign(ControlFlowError):
    """A file that saving would overwrite and that is not this package's."""

    code = 0xC001604A
    symbol = "DTS_E_CHECKPOINTFILEALREADYEXISTS"
    template = (
        'The existing checkpoint file "{path}" is found with contents that do not appear to be for this package, so '
        "the file cannot be overwritten to start saving new checkpoints. Remove the existing checkpoint file and try "
        "again."
    )
    remedy = "Remove the file or name another."


class CheckpointFileUnset(ControlFlowError):
    """CheckpointUsage Always without a file name."""

    code = 0xC001F081
    symbol = "DTS_E_CHECKPOINTFILENOTSPECIFIED"
    template = "The package is configured to always restart from a checkpoint, but checkpoint file is not specified."
    remedy = "Set CheckpointFileName (/CHECKFILE)."


class CheckpointUnreadable(ControlFlowError):
    """A checkpoint file that cannot be read."""

    code = 0xC001F082
    symbol = "DTS_E_CHECKPOINTLOADXML"
    template = (
        'The attempt to load the XML checkpoint file "{path}" failed with error 0x{code} "{detail}". Check that the '
        "file name specified is correct, and that the file exists."
    )
    remedy = "Check the file, or restart with /RESTART ifPossible."


class CheckpointLoadFailed(ControlFlowError):
    """The run ends because the checkpoint cannot be loaded."""

    code = 0xC001F083
    symbol = "DTS_E_LOADCHECKPOINT"
    template = (
        "The package failed during execution because the checkpoint file cannot be loaded. Further execution of the "
        "package requires a checkpoint file. This error usually occurs when the CheckpointUsage property is set to "
        "ALWAYS, which specifies that the package always restarts."
    )
    remedy = "See the error before this one."


class CheckpointNotWritten(ControlFlowError):
    """The checkpoint file cannot be written."""

    code = 0xC001F080
    symbol = "DTS_E_COULDNOTREPLACECHECKPOINTFILE"
    template = 'Cannot replace the existing checkpoint file "{path}" with the updated checkpoint file: {detail}'
    remedy = "Check the folder and the rights."


class CheckpointTransaction(ControlFlowError):
    """Checkpoints and a transaction over the whole package."""

    code = 0xC0014104
    symbol = "DTS_E_INVALIDCHECKPOINT_TRANSACTION"
    template = "SaveCheckpoints cannot be combined with TransactionOption Required on the package."
    remedy = "Turn one of them off."
