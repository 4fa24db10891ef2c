"""Errors of the Execute Process Task (CONTROL_FLOW §13)."""

from __future__ import annotations

from dtserve.errors import ControlFlowError

__all__ = [
    "ProcessDirectoryMissing",
    "ProcessExitCode",
    "ProcessNotInDirectory",
    "ProcessNotOnPath",
    "ProcessNotRunnable",
    "ProcessNotSet",
    "ProcessRedirectTimeout",
    "ProcessTimedOut",
    "ProcessVariable",
]


class ProcessNotSet(ControlFlowError):
    """No executable."""

    code = 0xC002914D
    symbol = "DTS_E_EXECPROCTASK_EXECUTABLEEMPTY"
    template = "Executable property is empty."
    remedy = "Name the executable."


class ProcessVariable(ControlFlowError):
    """A variable for standard input, output or error that cannot be used."""

    code = 0xC002914E
    symbol = "DTS_E_EXECPROCTASK_STDVARIABLE"
    template = 'The variable "{variable}" for {stream} does not exist, is read-only or is no String.'
    remedy = "Use a String variable that can be written."


class ProcessRedirectTimeout(ControlFlowError):
    """Redirected streams of a process that is to outlive its time limit."""

    code = 0xC002914B
    symbol = "DTS_E_EXECPROCTASK_TIMEOUTANDREDIRECT"
    template = (
        "Standard input, output or error is redirected, and the process may go on after the time limit: that cannot "
        "be combined."
    )
    remedy = "Set TerminateProcessAfterTimeOut to True or take the variables away."


class ProcessTimedOut(ControlFlowError):
    """The process took longer than its time limit."""

    code = 0xC002914C
    symbol = "DTS_E_EXECPROCTASK_TIMEDOUT"
    template = 'The process "{executable}" timed out after {seconds} seconds{ending}.'
    remedy = "Raise TimeOut."


class ProcessExitCode(ControlFlowError):
    """The process ended with another exit code than SuccessValue."""

    code = 0xC0029151
    symbol = "DTS_E_EXECPROCTASK_PROCESSEXITCODEEXCEEDS"
    template = (
        'In Executing "{executable}" "{arguments}" at "{directory}", The process exit code was "{found}" while the '
        'expected was "{wanted}".'
    )
    remedy = "See what the process wrote; set SuccessValue when another exit code is good."


class ProcessNotInDirectory(ControlFlowError):
    """The executable is not at the place it is named at."""

    code = 0xC0029153
    symbol = "DTS_E_EXECPROCTASK_FILENOTINWORKINGDIR"
    template = 'File/Process "{executable}" does not exist in directory "{directory}".'
    remedy = "Check the path; the path map tells where Windows folders are on this machine."


class ProcessNotOnPath(ControlFlowError):
    """The executable is nowhere on the search path."""

    code = 0xC0029154
    symbol = "DTS_E_EXECPROCTASK_FILENOTINPATH"
    template = 'File/Process "{executable}" is not in path.'
    remedy = "Name the executable with its folder, or put the folder on PATH."


class ProcessDirectoryMissing(ControlFlowError):
    """The working directory is not there."""

    code = 0xC0029156
    symbol = "DTS_E_EXECPROCTASK_WORKINGDIRDOESNOTEXIST"
    template = 'Working Directory "{directory}" does not exist.'
    remedy = "Check the path; the path map tells where Windows folders are on this machine."


class ProcessNotRunnable(ControlFlowError):
    """The file is there but is no program for this machine."""

    code = 0xC0D51513
    symbol = "DTSERVE_E_PROCESSNOTRUNNABLE"
    template = 'The file "{executable}" cannot be run on this machine: {detail}'
    remedy = "Windows programs and command files need Windows; name a program of this machine."
