"""Errors of the Bulk Insert task (CONTROL_FLOW §19)."""

from __future__ import annotations

from dtserve.errors import ControlFlowError, UnsupportedError

__all__ = ["BulkFailed", "BulkFileMissing", "BulkNotSet", "BulkRowShape", "BulkTooManyErrors", "BulkUnsupported"]


class BulkNotSet(ControlFlowError):
    """A property that is needed is empty."""

    code = 0xC0D5151C
    symbol = "DTSERVE_E_BULKNOTSET"
    template = 'Property "{property}" of Bulk Insert task "{task}" is not set.'
    remedy = "Set it."


class BulkFileMissing(ControlFlowError):
    """The data file is not there."""

    code = 0xC0D5151D
    symbol = "DTSERVE_E_BULKFILE"
    template = 'The file "{path}" of Bulk Insert task "{task}" cannot be opened: {detail}'
    remedy = "Check the path; the path map tells where Windows folders are on this machine."


class BulkFailed(ControlFlowError):
    """The database refused the load."""

    code = 0xC002F304
    symbol = "DTS_E_ERROROCCURREDWITHFOLLOWINGMESSAGE"
    template = 'An error occurred with the following error message: "{detail}".'
    remedy = "Check table, file and terminators."


class BulkRowShape(ControlFlowError):
    """A row with another number of fields than the table has columns."""

    code = 0xC0D5151E
    symbol = "DTSERVE_E_BULKROW"
    template = 'Row {row} of "{path}" has {found} fields; table "{table}" has {wanted} columns.'
    remedy = "Check FieldTerminator and RowTerminator."


class BulkTooManyErrors(ControlFlowError):
    """More rows that do not convert than MaximumErrors."""

    code = 0xC0D5151F
    symbol = "DTSERVE_E_BULKERRORS"
    template = '{count} rows of "{path}" could not be converted; MaximumErrors is {maximum}.'
    remedy = "Correct the file or raise MaximumErrors."


class BulkUnsupported(UnsupportedError):
    """A form of file that only SQL Server itself reads."""

    code = 0xC0D51520
    symbol = "DTSERVE_E_BULKUNSUPPORTED"
    template = 'Bulk Insert task "{task}" uses {what}, which only SQL Server itself reads.'
    remedy = "Point the connection to a SQL Server, or use a character file."
