"""The rights and roles of the service, and what each role may do: SERVICE §4 and the matrix of §7 as data.

``own`` is what the caller saved or started, ``all`` is everything. What is in no role is denied.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = [
    "ADMINISTRATOR",
    "ALL",
    "BUILT_IN",
    "CONNECTED",
    "FIXED_ROLES",
    "OWN",
    "RIGHTS",
    "ROLES",
    "SYSADMIN",
    "scope",
]

OWN, ALL = "own", "all"
ADMINISTRATOR = "administrator"
SYSADMIN = "sysadmin"
FIXED_ROLES = ("db_ssisadmin", "db_ssisltduser", "db_ssisoperator")

RIGHTS: Mapping[str, str] = {
    "activate": "connect: open a session (Local and Remote Activation)",
    "access": "call: use what a role allows (Access Permissions)",
    "launch": "start and stop the service (Local and Remote Launch)",
    "activate.local": "connect from this machine only (Local Activation)",
    "activate.remote": "connect from another machine only (Remote Activation)",
    "access.local": "call from this machine only (Local Access)",
    "access.remote": "call from another machine only (Remote Access)",
    "launch.local": "start and stop from this machine only (Local Launch)",
    "launch.remote": "start and stop from another machine only (Remote Launch)",
}

BUILT_IN: Mapping[str, str] = {
    ADMINISTRATOR: "everything, with all rights; grants rights to others",
    "machine_administrator": "sees and stops all running packages, as Windows administrators do; no stored package",
    SYSADMIN: "everything with stored packages, as sysadmin of SQL Server",
    "db_ssisadmin": "everything with stored packages",
    "db_ssisltduser": "lists all packages; imports, and works with what it imported itself",
    "db_ssisoperator": "lists, views, runs and exports all packages; changes none",
}

_PACKAGES = dict.fromkeys(("packages.enumerate", "packages.view", "packages.execute", "packages.export", "packages.import", "packages.delete", "packages.roles", "packages.schedule", "folders.create", "folders.rename", "folders.delete", "history.view"), ALL)  # fmt: skip
_MACHINE = {"executions.list": ALL, "executions.view": ALL, "executions.stop": ALL, "events.view": ALL}

ROLES: Mapping[str, Mapping[str, str]] = {
    SYSADMIN: _PACKAGES,
    "db_ssisadmin": _PACKAGES,
    "db_ssisltduser": {
        "packages.enumerate": ALL, "packages.view": OWN, "packages.execute": OWN, "packages.export": OWN,
        "packages.import": OWN, "packages.delete": OWN, "packages.roles": OWN, "folders.create": ALL,
        "folders.rename": ALL, "folders.delete": ALL, "history.view": ALL,
    },
    "db_ssisoperator": {
        "packages.enumerate": ALL, "packages.view": ALL, "packages.execute": ALL, "packages.export": ALL,
        "packages.schedule": ALL, "history.view": ALL,
    },
    "machine_administrator": _MACHINE,
    ADMINISTRATOR: {
        **_PACKAGES, **_MACHINE, "audit.view": ALL, "access.manage": ALL, "service.launch": ALL, "metrics.view": ALL,
        "alerts.manage": ALL,
        "packages.administer": ALL,
    },
}  # fmt: skip
"""Role → action → which packages or executions. Writer and reader roles are in :mod:`dtserve.service.package_access`."""

CONNECTED: Mapping[str, str] = {
    "connect": ALL, "executions.list": OWN, "executions.view": OWN, "executions.stop": OWN, "tokens.own": OWN,
}  # fmt: skip
"""What everybody may who may connect and call: to see and stop what they started (SERVICE §5.1)."""


def scope(roles: frozenset[str], action: str) -> str:
    """The widest scope of an action in some roles: ``all``, ``own``, or empty for none."""
    found = {CONNECTED.get(action, "")} | {ROLES.get(role, {}).get(action, "") for role in roles}
    return ALL if ALL in found else OWN if OWN in found else ""
