"""Errors of the tasks, with the codes of SSIS where it has them (CONTROL_FLOW §11-§20)."""

from __future__ import annotations

from dtserve.errors import ControlFlowError, PackageError

__all__ = [
    "ExpressionTaskEmpty",
    "ExpressionTaskFailed",
    "FileSystemConnectionKind",
    "FileSystemConnectionMissingFile",
    "FileSystemDestinationNotSet",
    "FileSystemDirectoryExists",
    "FileSystemFailed",
    "FileSystemInvalidPath",
    "FileSystemNotFound",
    "FileSystemSourceNotSet",
    "FileSystemVariableMissing",
    "FileSystemVariableNotString",
    "PipelineMissing",
]


class ExpressionTaskEmpty(ControlFlowError):
    """An Expression Task without an expression."""

    code = 0xC0D51510
    symbol = "DTSERVE_E_EXPRESSIONTASKEMPTY"
    template = 'The Expression Task "{task}" has no expression.'
    remedy = "Enter an expression."


class ExpressionTaskFailed(ControlFlowError):
    """The expression of an Expression Task failed."""

    code = 0xC0D51511
    symbol = "DTSERVE_E_EXPRESSIONTASK"
    template = 'The expression "{expression}" of task "{task}" cannot be evaluated. {detail}'
    remedy = "Correct the expression."


class PipelineMissing(PackageError):
    """A Data Flow Task without its content."""

    code = 0xC0D51512
    symbol = "DTSERVE_E_PIPELINEMISSING"
    template = 'The Data Flow Task "{task}" holds no data flow.'
    remedy = "Open the package in the designer and save it again."


class FileSystemDirectoryExists(ControlFlowError):
    """CreateDirectory on a directory that is there already."""

    code = 0xC002915A
    symbol = "DTS_E_FSTASK_DIRECTORYEXISTS"
    template = 'Directory already exists: "{path}".'
    remedy = "Set UseDirectoryIfExists (OverwriteDestinationFile) to True."


class FileSystemInvalidPath(ControlFlowError):
    """A path that the operation cannot use."""

    code = 0xC002915B
    symbol = "DTS_E_FSTASK_PATHNOTVALID"
    template = '{role} path "{path}" is not valid on operation "{operation}".'
    remedy = "Set DelayValidation to True when a variable gets its value only at run time."


class FileSystemDestinationNotSet(ControlFlowError):
    """No destination."""

    code = 0xC002915C
    symbol = "DTS_E_FSTASK_DESTINATIONNOTSET"
    template = 'Destination property of operation "{operation}" not set.'
    remedy = "Set the destination."


class FileSystemSourceNotSet(ControlFlowError):
    """No source."""

    code = 0xC002915D
    symbol = "DTS_E_FSTASK_SOURCENOTSET"
    template = 'Source property of operation "{operation}" not set.'
    remedy = "Set the source."


class FileSystemConnectionKind(ControlFlowError):
    """A connection manager that is no FILE."""

    code = 0xC002915E
    symbol = "DTS_E_FSTASK_CONNTYPENOTFILE"
    template = 'Type of connection "{connection}" is not a file.'
    remedy = "Use a File connection manager."


class FileSystemVariableMissing(ControlFlowError):
    """A variable that is not there."""

    code = 0xC002915F
    symbol = "DTS_E_FSTASK_VARDOESNTEXIST"
    template = 'Variable "{variable}" does not exist.'
    remedy = "Check the name of the variable."


class FileSystemVariableNotString(ControlFlowError):
    """A variable that holds no text."""

    code = 0xC0029160
    symbol = "DTS_E_FSTASK_VARNOTASTRING"
    template = 'Variable "{variable}" is not a string.'
    remedy = "Use a String variable."


class FileSystemConnectionMissingFile(ControlFlowError):
    """The file of a connection manager is not there."""

    code = 0xC0029163
    symbol = "DTS_E_FSTASK_FILEDOESNOTEXIST"
    template = 'File or directory "{path}" represented by connection "{connection}" does not exist.'
    remedy = "Check the path of the connection manager."


class FileSystemNotFound(ControlFlowError):
    """A source that is not there."""

    code = 0xC002F30C
    symbol = "DTS_E_FSTASK_FILEDIRNOTFOUND"
    template = 'File or directory "{path}" does not exist.'
    remedy = "Check the path."


class FileSystemFailed(ControlFlowError):
    """An operation that the file system refused."""

    code = 0xC002F304
    symbol = "DTS_E_ERROROCCURREDWITHFOLLOWINGMESSAGE"
    template = 'An error occurred with the following error message: "{detail}".'
    remedy = "Check the paths and the rights of the account that runs the package."
