"""Errors of the Script Task (CONTROL_FLOW §18, §5; EVENTS §4.3). What scripts themselves need: ``scripts/errors.py``."""

from __future__ import annotations

from dtserve.errors import ControlFlowError

__all__ = [
    "ScriptConnectionNotGiven",
    "ScriptReturnedFailure",
    "ScriptThrew",
    "ScriptVariableUnlisted",
    "VariableDeadlock",
    "VariableLockRead",
    "VariableLockWrite",
]


class ScriptThrew(ControlFlowError):
    """An exception that the script did not catch. SSIS tells the first sentence; code UNVERIFIED, as users quote it."""

    code = 0x00000001
    symbol = "DTSERVE_E_SCRIPTTHREW"
    template = "Exception has been thrown by the target of an invocation. {type}: {text}{place}"
    remedy = "Catch it in the script, or correct what it stumbles over."


class ScriptReturnedFailure(ControlFlowError):
    """The script set Dts.TaskResult to Failure. Code UNVERIFIED, as users quote it."""

    code = 0x00000006
    symbol = "DTSERVE_E_SCRIPTRESULT"
    template = "The script returned a failure result."
    remedy = "See what the script reported before."


class VariableLockRead(ControlFlowError):
    """A variable of ReadOnlyVariables, or that the script locks, that cannot be locked."""

    code = 0xC0014054
    symbol = "DTS_E_LOCKVARIABLEFORREAD"
    template = 'Failed to lock variable "{name}" for read access with error {reason} "{detail}".'
    remedy = "Check the name (case counts) and who else holds it."


class VariableLockWrite(ControlFlowError):
    """A variable of ReadWriteVariables, or that the script locks, that cannot be locked."""

    code = 0xC0014055
    symbol = "DTS_E_LOCKVARIABLEFORWRITE"
    template = 'Failed to lock variable "{name}" for read/write access with error {reason} "{detail}".'
    remedy = "Check the name (case counts) and who else holds it."


class VariableDeadlock(ControlFlowError):
    """Another lock was not released in time."""

    code = 0xC001404D
    symbol = "DTS_E_VARIABLEDEADLOCK"
    template = (
        "Deadlock detected while trying to lock variables. The locks cannot be acquired after 16 attempts. "
        "The locks timed out."
    )
    remedy = "Lock the variable in one place only: in the lists of the task, or in the script."


class ScriptVariableUnlisted(ControlFlowError):
    """A write to a variable that is locked for reading."""

    code = 0xC0D51A20
    symbol = "DTSERVE_E_SCRIPTVARIABLEREADLOCK"
    template = 'The variable "{name}" is locked for reading and cannot be written to.'
    remedy = "Put it into ReadWriteVariables."


class ScriptConnectionNotGiven(ControlFlowError):
    """A kind of connection manager whose object only the libraries of Windows have."""

    code = 0xC0D51A21
    symbol = "DTSERVE_E_SCRIPTCONNECTION"
    template = 'Connection manager "{name}" ({kind}) cannot be given to a script: its object exists only on Windows.'
    remedy = "Use an ADO.NET or file connection manager in the script."
