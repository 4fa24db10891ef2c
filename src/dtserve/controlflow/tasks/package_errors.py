"""Errors of the Execute Package Task (CONTROL_FLOW §11)."""

from __future__ import annotations

from dtserve.errors import ControlFlowError

__all__ = ["ChildConnectionKind", "ChildConnectionMissing", "ChildLoadFailed", "ChildNotSpecified"]


class ChildLoadFailed(ControlFlowError):
    """The child package cannot be loaded."""

    code = 0xC00220DE
    symbol = "DTS_E_TKEXECPACKAGE_UNABLETOLOADFILE"
    template = 'Error 0x{code} while loading package file "{package}". {detail}'
    remedy = "Check the reference to the child package."


class ChildNotSpecified(ControlFlowError):
    """No child package is named."""

    code = 0xC00220DF
    symbol = "DTS_E_TKEXECPACKAGE_PACKAGENOTSPECIFIED"
    template = 'The package of task "{task}" is not specified.'
    remedy = "Name the package."


class ChildConnectionMissing(ControlFlowError):
    """No connection to the child package is named."""

    code = 0xC00220E0
    symbol = "DTS_E_TKEXECPACKAGE_CONNECTIONNOTSPECIFIED"
    template = 'The connection of task "{task}" is not specified.'
    remedy = "Name a File or OLE DB connection manager."


class ChildConnectionKind(ControlFlowError):
    """A connection manager that leads to no package."""

    code = 0xC00220E2
    symbol = "DTS_E_TKEXECPACKAGE_CONNECTIONTYPE"
    template = 'The connection manager "{connection}" has an unsupported type: a File or OLE DB one is needed.'
    remedy = "Use a File or OLE DB connection manager."
