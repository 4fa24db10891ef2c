"""Errors of the command lines: lines that make no sense (exit code 6)."""

from __future__ import annotations

from dtserve.errors import AccessDenied, DtserveError, UsageError

__all__ = [
    "AmbiguousOption",
    "CommandFileUnreadable",
    "ConflictingOptions",
    "DumpDenied",
    "InvalidArgument",
    "MissingArgument",
    "MissingOption",
    "NoSuchProcess",
    "NoVersions",
    "NotPackageProcess",
    "NotRemote",
    "OptionNeedsOther",
    "PasswordMissing",
    "RepeatedOption",
    "UnexpectedArgument",
    "UnknownOption",
]


class UnknownOption(UsageError):
    """A word with a prefix that names no option, or a prefix followed by a blank."""

    code = 0xC0D51901
    symbol = "DTSERVE_E_UNKNOWNOPTION"
    template = 'Option "{option}" is not valid.'
    remedy = "Use /? for the list of options."


class MissingArgument(UsageError):
    """An option that needs an argument stands without one."""

    code = 0xC0D51902
    symbol = "DTSERVE_E_MISSINGARGUMENT"
    template = 'Option "{option}" needs an argument: {metavar}.'
    remedy = "Use /? with the option's name for its form."


class InvalidArgument(UsageError):
    """An argument of the wrong form; a secret is never shown."""

    code = 0xC0D51903
    symbol = "DTSERVE_E_INVALIDARGUMENT"
    template = 'Argument "{argument}" for option "{option}" is not valid: {reason}.'
    remedy = "Use /? with the option's name for its form."


class ConflictingOptions(UsageError):
    """Two options that exclude each other."""

    code = 0xC0D51904
    symbol = "DTSERVE_E_CONFLICTINGOPTIONS"
    template = 'Options "{option}" and "{other}" cannot be used together.'
    remedy = "Leave one of them out."


class OptionNeedsOther(UsageError):
    """An option that makes sense only beside another."""

    code = 0xC0D51905
    symbol = "DTSERVE_E_OPTIONNEEDSOTHER"
    template = 'Option "{option}" can be used only with {other}.'
    remedy = "Add that option or leave this one out."


class MissingOption(UsageError):
    """The line does not say what to do or with what."""

    code = 0xC0D51906
    symbol = "DTSERVE_E_MISSINGOPTION"
    template = "The command line parameters are invalid. At least one of the {options} options must be specified."
    remedy = "Use /? for the list of options."


class UnexpectedArgument(UsageError):
    """A word without a prefix that belongs to no option."""

    code = 0xC0D51907
    symbol = "DTSERVE_E_UNEXPECTEDARGUMENT"
    template = 'The argument "{argument}" belongs to no option.'
    remedy = "Options begin with / or -; quote arguments that hold blanks."


class RepeatedOption(UsageError):
    """An option that may stand once stands twice."""

    code = 0xC0D51908
    symbol = "DTSERVE_E_REPEATEDOPTION"
    template = 'Option "{option}" is given more than once.'
    remedy = "Leave one of them out."


class AmbiguousOption(UsageError):
    """An abbreviation that fits several options."""

    code = 0xC0D51909
    symbol = "DTSERVE_E_AMBIGUOUSOPTION"
    template = 'Option "{option}" is ambiguous: it may be {candidates}.'
    remedy = "Write more of the word."


class CommandFileUnreadable(UsageError):
    """A file of options that cannot be read."""

    code = 0xC0D5190A
    symbol = "DTSERVE_E_COMMANDFILE"
    template = 'The command file "{path}" cannot be read: {reason}'
    remedy = "Check the name; the file holds options as on the command line, blanks or line ends between them."


class NoSuchProcess(DtserveError):
    """No process of that id."""

    code = 0xC0D51980
    symbol = "DTSERVE_E_NOSUCHPROCESS"
    template = "There is no process {process}."
    remedy = "Take the id from the list of running packages."


class NotPackageProcess(DtserveError):
    """A process that runs no package."""

    code = 0xC0D51981
    symbol = "DTSERVE_E_NOTPACKAGEPROCESS"
    template = "The process {process} is no dtexec and runs no package."
    remedy = "Take the id from the list of running packages."


class DumpDenied(AccessDenied):
    """A process of another user."""

    code = 0xC0D51982
    symbol = "DTSERVE_E_DUMPDENIED"
    template = "Access to the process {process} is denied."
    remedy = "Run dtutil as the user of that process or as administrator."


class PasswordMissing(UsageError):
    """The place an option names holds no password."""

    code = 0xC0D51940
    symbol = "DTSERVE_E_PASSWORDMISSING"
    template = "There is no password in {place}."
    remedy = "Name an environment variable or a file that holds it, or ask for it."


class NoVersions(DtserveError):
    """The store of that place keeps no versions."""

    code = 0xC0D51990
    symbol = "DTSERVE_E_NOVERSIONS"
    template = 'The store of "{path}" keeps no versions.'
    remedy = "Set versions.keep in dtserve.toml; files outside the stores have none."


class NotRemote(UsageError):
    """A verb that works on this machine only."""

    code = 0xC0D519A0
    symbol = "DTSERVE_E_NOTREMOTE"
    template = '"dtserve {verb}" works on this machine only, not with --server.'
    remedy = "Run it on that machine."
