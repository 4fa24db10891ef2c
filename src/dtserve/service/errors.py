"""Errors of the service (SERVICE §2–§6)."""

from __future__ import annotations

from dtserve.errors import AccessDenied, DtserveError, TransientError, UsageError

__all__ = [
    "AlreadyRunning",
    "BadSetting",
    "BadSettingsFile",
    "BadToken",
    "ExecutionNotFound",
    "NotRunning",
    "RequestInvalid",
    "ServiceError",
    "StateTooNew",
    "StateUnavailable",
    "TooLarge",
    "UnknownSetting",
]


class ServiceError(DtserveError):
    """The service cannot do what was asked."""

    code = 0xC0D51800
    symbol = "DTSERVE_E_SERVICE"
    template = "{detail}"


class StateUnavailable(ServiceError, TransientError):
    """The service's own database cannot be read or written."""

    code = 0xC0D51801
    symbol = "DTSERVE_E_STATEUNAVAILABLE"
    template = "The service's database is not available: {detail}."
    remedy = "Free disk space and check that no other program holds the file."


class StateTooNew(ServiceError):
    """The service's own database was written by a later version."""

    code = 0xC0D51802
    symbol = "DTSERVE_E_STATETOONEW"
    template = 'The database "{path}" has version {found}; this dtserve knows up to {known}.'
    remedy = "Install the later version of dtserve, or restore a backup of that time."


class AlreadyRunning(ServiceError):
    """Another service runs on the same home folder or address."""

    code = 0xC0D51803
    symbol = "DTSERVE_E_ALREADYRUNNING"
    template = "{detail}"
    remedy = "Stop the other service, or give this one its own DTSERVE_HOME and port."


class ExecutionNotFound(ServiceError):
    """No execution has that id."""

    code = 0xC0D51804
    symbol = "DTSERVE_E_EXECUTIONNOTFOUND"
    template = 'There is no execution "{id}".'
    remedy = "List the executions."


class NotRunning(ServiceError):
    """The execution has ended already."""

    code = 0xC0D51805
    symbol = "DTSERVE_E_NOTRUNNING"
    template = 'The execution "{id}" is not running: it is {state}.'


class RequestInvalid(UsageError):
    """A request whose content makes no sense."""

    code = 0xC0D51806
    symbol = "DTSERVE_E_REQUESTINVALID"
    template = "{detail}"
    remedy = "See docs/reference/rest.md."


class TooLarge(UsageError):
    """A request whose body is larger than the limit."""

    code = 0xC0D51807
    symbol = "DTSERVE_E_TOOLARGE"
    template = "The content is larger than {limit} bytes."
    remedy = "Raise max_package_bytes in dtserve.toml."


class BadToken(AccessDenied):
    """The request carries no token, or one that is not known."""

    code = 0xC0D51808
    symbol = "DTSERVE_E_UNAUTHENTICATED"
    template = "Access is denied: a valid token is needed."
    remedy = "Use the administrator token that the first start wrote, or ask for one."


class BadSettingsFile(ServiceError):
    """dtserve.toml is no TOML."""

    code = 0xC0D51880
    symbol = "DTSERVE_E_SETTINGSFILE"
    template = 'The settings file "{path}" cannot be read: {reason}'
    remedy = "See docs/reference/configuration.md."


class UnknownSetting(ServiceError):
    """dtserve.toml holds a name that is no setting."""

    code = 0xC0D51881
    symbol = "DTSERVE_E_UNKNOWNSETTING"
    template = 'The settings file "{path}" holds unknown settings: {names}.'
    remedy = "docs/reference/configuration.md lists all settings."


class BadSetting(ServiceError):
    """A setting has a value of the wrong kind."""

    code = 0xC0D51882
    symbol = "DTSERVE_E_BADSETTING"
    template = 'The setting "{name}" has a value that does not fit: {reason}'
    remedy = "docs/reference/configuration.md tells the kind and the default."
