"""Errors of scripts: what is needed to run them, compiling, loading, the host process (CONTROL_FLOW §18)."""

from __future__ import annotations

from dtserve.errors import ControlFlowError, UnsupportedError

__all__ = [
    "ScriptAssembliesMissing",
    "ScriptEmpty",
    "ScriptHostEnded",
    "ScriptHostNotBuilt",
    "ScriptLanguageNotRun",
    "ScriptMembersMissing",
    "ScriptNotCompiled",
    "ScriptObjectGone",
    "ScriptRuntimeMissing",
]


class ScriptRuntimeMissing(UnsupportedError):
    """No Mono, or no C# compiler, on this machine."""

    code = 0xC0D51A01
    symbol = "DTSERVE_E_SCRIPTRUNTIMEMISSING"
    template = 'Scripts need Mono and its C# compiler; "{program}" is not installed.'
    remedy = (
        "On Debian and Ubuntu: apt install mono-mcs mono-runtime libmono-system-data4.0-cil "
        "libmono-system-data-datasetextensions4.0-cil."
    )


class ScriptLanguageNotRun(UnsupportedError):
    """A script that nothing here can compile and that has no compiled part in the package."""

    code = 0xC0D51A02
    symbol = "DTSERVE_E_SCRIPTLANGUAGE"
    template = (
        "The script is in {language}, for which there is no compiler here, and the package does not hold its compiled "
        "part."
    )
    remedy = "Open the script in its editor once and save the package: it then holds the compiled part."


class ScriptAssembliesMissing(UnsupportedError):
    """Assemblies a script refers to that are not on this machine."""

    code = 0xC0D51A03
    symbol = "DTSERVE_E_SCRIPTASSEMBLIES"
    template = "The script needs assemblies that are not here: {names}."
    remedy = "Put assemblies that are your own beside the package; those of Windows and SQL Server cannot be had."


class ScriptMembersMissing(UnsupportedError):
    """Types or members a compiled script uses that dtserve's object model or Mono does not have."""

    code = 0xC0D51A04
    symbol = "DTSERVE_E_SCRIPTMEMBERS"
    template = "The compiled script uses what is not here: {names}."
    remedy = "Write the script without them."


class ScriptNotCompiled(UnsupportedError):
    """A script that the compiler refuses, of which the package has no compiled part that runs here."""

    code = 0xC0D51A05
    symbol = "DTSERVE_E_SCRIPTNOTCOMPILED"
    template = "The script cannot be compiled by {compiler}: {messages}{more}"
    remedy = "Correct the script, or save the package with the script's compiled part."


class ScriptEmpty(ControlFlowError):
    """A Script Task whose script was never written or built."""

    code = 0xC0D51A06
    symbol = "DTSERVE_E_SCRIPTEMPTY"
    template = (
        "The binary code for the script is not found. Please open the script in the designer by clicking Edit Script "
        "button and make sure it builds successfully."
    )
    remedy = "Write the script, or remove or disable the task."


class ScriptHostNotBuilt(UnsupportedError):
    """dtserve's own host for scripts does not compile with the compiler of this machine."""

    code = 0xC0D51A07
    symbol = "DTSERVE_E_SCRIPTHOSTNOTBUILT"
    template = "The host of scripts cannot be compiled by {compiler}: {detail}"
    remedy = "Install Mono 6.8 or later with System.Data."


class ScriptHostEnded(ControlFlowError):
    """The process in which scripts run ended before the script did."""

    code = 0xC0D51A08
    symbol = "DTSERVE_E_SCRIPTHOSTENDED"
    template = "The host of the script ended before the script did. {detail}"
    remedy = "Look for Environment.Exit or a crash of a library in the script."


class ScriptObjectGone(ControlFlowError):
    """An object of the package that a script got in an earlier execution and gives back in a later one."""

    code = 0xC0D51A09
    symbol = "DTSERVE_E_SCRIPTOBJECTGONE"
    template = "The script gives an object of the package that it was given in an earlier execution."
    remedy = "Read the object from its variable again."
