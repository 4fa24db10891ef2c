"""Errors of the maintenance plan tasks (CONTROL_FLOW §27)."""

from __future__ import annotations

from dtserve.controlflow.errors import UnsupportedPart
from dtserve.errors import ControlFlowError

__all__ = ["MaintenanceCheckFailed", "MaintenanceNotHere", "MaintenanceNotSet"]


class MaintenanceNotSet(ControlFlowError):
    """A property without which the task does nothing."""

    code = 0xC0D51536
    symbol = "DTSERVE_E_MAINTENANCEPROPERTY"
    template = 'The property {property} of maintenance task "{task}" is not set.'
    remedy = "Set it in the task."


class MaintenanceNotHere(UnsupportedPart):
    """A maintenance task pointed at a database that has nothing of equal meaning."""

    code = 0xC0D51537
    symbol = "DTSERVE_E_MAINTENANCETARGET"
    template = 'The {title} task "{task}" has no equal meaning on {database}: {detail}'
    remedy = "Point the connection to a SQL Server, or disable the task."


class MaintenanceCheckFailed(ControlFlowError):
    """A check of integrity found something."""

    code = 0xC0D51538
    symbol = "DTSERVE_E_INTEGRITY"
    template = 'The integrity check of "{database}" found: {detail}'
    remedy = "Restore the database from a backup, or repair it with its own tools."
