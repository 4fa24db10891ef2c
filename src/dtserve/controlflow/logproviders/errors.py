"""Errors of log providers (CONFIG_LOGGING §3, EVENTS §4.5)."""

from __future__ import annotations

from dtserve.errors import ControlFlowError

__all__ = [
    "LogConnectionKind",
    "LogFileError",
    "LogProviderFailed",
    "LogProviderValidationFailed",
]


class LogConnectionKind(ControlFlowError):
    """A log provider for SQL Server with a connection manager that is no database."""

    code = 0xC0D51507
    symbol = "DTSERVE_E_LOGCONNECTION"
    template = 'The connection manager "{connection}" of the log provider is no database connection.'
    remedy = "Use an OLE DB connection manager."


class LogFileError(ControlFlowError):
    """A log file that cannot be opened or written."""

    code = 0xC001404B
    symbol = "DTS_E_OPENLOGFAILED"
    template = 'The log "{path}" cannot be written: {detail}'
    remedy = "Check the path and the rights."


class LogProviderFailed(ControlFlowError):
    """A log provider that cannot open its log or write to it."""

    code = 0xC0014010
    symbol = "DTS_E_LOGPROVIDERFAILED"
    template = (
        'The SSIS logging provider "{name}" failed with error code 0x{code} ({detail}). This indicates a logging error '
        "attributable to the specified log provider."
    )
    remedy = "Check the connection manager the provider writes to."


class LogProviderValidationFailed(ControlFlowError):
    """A package whose log providers are not ready is not executed."""

    code = 0xC002410A
    symbol = "DTS_E_LOGPROVIDERVALIDATIONFAILED"
    template = (
        "Validation of one or more log providers failed. The package cannot execute. The package does not execute "
        "when a log provider fails validation."
    )
    remedy = "See the error before this one."
