"""Errors of the FTP Task (CONTROL_FLOW §15)."""

from __future__ import annotations

from dtserve.errors import ControlFlowError

__all__ = [
    "FtpDirectoryExists",
    "FtpFailedOperation",
    "FtpLocalExists",
    "FtpNoFiles",
    "FtpNoLocalFiles",
    "FtpPathMissing",
    "FtpRemoteExists",
    "FtpRemoteSlash",
    "FtpVariable",
]


class FtpNoFiles(ControlFlowError):
    """No remote file has that name."""

    code = 0xC0029178
    symbol = "DTS_E_FTPTASK_NOFILESFOUND"
    template = 'No files found at "{path}".'
    remedy = "Check the remote path; StopOnFailure = False turns this into success."


class FtpNoLocalFiles(ControlFlowError):
    """No local file has that name."""

    code = 0xC0029185
    symbol = "DTS_E_FTPTASK_NOFILESFOUNDATLOCATION"
    template = 'No files found in "{path}".'
    remedy = "Check the local path; StopOnFailure = False turns this into success."


class FtpDirectoryExists(ControlFlowError):
    """A directory to be made is there already."""

    code = 0xC0029180
    symbol = "DTS_E_FTPTASK_DIRECTORYEXISTS"
    template = 'Directory exists: "{path}".'
    remedy = "Remove the task or set StopOnFailure to False."


class FtpLocalExists(ControlFlowError):
    """A file to be received is there already."""

    code = 0xC0029187
    symbol = "DTS_E_FTPTASK_FILEEXISTS"
    template = 'The file "{path}" exists already.'
    remedy = "Set OverwriteDestination to True."


class FtpRemoteExists(ControlFlowError):
    """A file to be sent is on the server already."""

    code = 0xC0D51546
    symbol = "DTSERVE_E_FTPREMOTEEXISTS"
    template = 'The file "{path}" exists on the server already.'
    remedy = "Set OverwriteDestination to True."


class FtpRemoteSlash(ControlFlowError):
    """A remote path that does not begin with a slash."""

    code = 0xC0029190
    symbol = "DTS_E_FTPTASK_SLASHMISSING"
    template = 'Remote path "{path}" is not specified correctly: it must begin with "/".'
    remedy = "Begin the remote path with /."


class FtpPathMissing(ControlFlowError):
    """No path."""

    code = 0xC0D51517
    symbol = "DTSERVE_E_FTPPATH"
    template = 'The {side} path of task "{task}" is not set.'
    remedy = "Set the path."


class FtpVariable(ControlFlowError):
    """A variable for a path that holds no text."""

    code = 0xC0D51518
    symbol = "DTSERVE_E_FTPVARIABLE"
    template = 'The variable "{variable}" is no String.'
    remedy = "Use a String variable."


class FtpFailedOperation(ControlFlowError):
    """The server or the file system refused the operation."""

    code = 0xC002918A
    symbol = "DTS_E_FTPTASK_OPERATIONFAILED"
    template = 'Unable to {operation} "{path}": {detail}'
    remedy = "Check paths and rights on both sides."
