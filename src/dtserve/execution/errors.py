"""Errors of loading and starting a run (DTEXEC §2, §4, §8)."""

from __future__ import annotations

from dtserve.errors import ControlFlowError, DtserveError, PackageError, PackageNotFound

__all__ = [
    "CannotSet",
    "NoSuchParameter",
    "PackageFileMissing",
    "PackageFileUnreadable",
    "VerificationFailed",
    "WorkerLost",
]


class PackageFileMissing(PackageNotFound):
    """The package file is not there."""

    code = 0xC0011002
    symbol = "DTS_E_OPENPACKAGEFILE"
    template = (
        'Failed to open package file "{path}" due to error 0x80070002 "The system cannot find the file specified.". '
        "This happens when loading a package and the file cannot be opened or loaded correctly into the XML document. "
        "This can be the result of either providing an incorrect file name was specified when calling LoadPackage or "
        "the XML file was specified and has an incorrect format."
    )


class PackageFileUnreadable(PackageError):
    """The package file cannot be read."""

    code = 0xC0011002
    symbol = "DTS_E_OPENPACKAGEFILE"
    template = (
        'Failed to open package file "{path}" due to error 0x80070005 "{reason}". This happens when loading a package '
        "and the file cannot be opened or loaded correctly into the XML document."
    )
    remedy = "Check the rights of the account."


class CannotSet(ControlFlowError):
    """A /SET, /CONNECTION or parameter that cannot be applied; the value is never shown."""

    code = 0xC0D51601
    symbol = "DTSERVE_E_CANNOTSET"
    template = "Could not set {target} to the value given. {detail}"
    remedy = "Check the path or name and the type of the value."


class NoSuchParameter(ControlFlowError):
    """A parameter that neither package nor project has."""

    code = 0xC0D51604
    symbol = "DTSERVE_E_NOSUCHPARAMETER"
    template = 'There is no parameter "{name}".'
    remedy = "Check the name; $Package:: or $Project:: stands before it."


class VerificationFailed(ControlFlowError):
    """The package is not the one that /VERIFY… asked for."""

    code = 0xC0D51602
    symbol = "DTSERVE_E_VERIFICATION"
    template = "The package was not executed: its {what} is {found}, not {wanted}."
    remedy = "Run the right version of the package."


class WorkerLost(DtserveError):
    """The process that ran a package ended without a result."""

    code = 0xC0D51603
    symbol = "DTSERVE_E_WORKERLOST"
    template = "The process that ran the package ended unexpectedly (exit code {exit_code}). {detail}"
    remedy = "Look for memory limits of the machine; run the package again."
