"""Who may do what: one table from endpoint to action, one from role to actions; the rest is denied.

An endpoint that is missing in :data:`ENDPOINTS` is refused for everybody, and so is an
action that no role of the caller has (SERVICE §4, §7).
"""

from __future__ import annotations

from dtserve.errors import AccessDenied
from dtserve.service.identities import Identity

__all__ = ["ENDPOINTS", "PUBLIC", "ROLES", "action_of", "check"]

PUBLIC = "public"
"""The action of endpoints that anybody who reaches the address may use: to sign in, and health."""

ENDPOINTS: dict[tuple[str, str], str] = {
    ("GET", "/"): PUBLIC,
    ("GET", "/console/{path:path}"): PUBLIC,
    ("GET", "/api/health"): PUBLIC,
    ("POST", "/api/session"): PUBLIC,
    ("GET", "/api/session"): "connect",
    ("DELETE", "/api/session"): "connect",
    ("GET", "/api/openapi.json"): "connect",
    ("GET", "/api/tree"): "packages.enumerate",
    ("GET", "/api/packages"): "packages.view",
    ("GET", "/api/packages/content"): "packages.export",
    ("PUT", "/api/packages/content"): "packages.import",
    ("DELETE", "/api/packages"): "packages.delete",
    ("POST", "/api/folders"): "folders.create",
    ("PATCH", "/api/folders"): "folders.rename",
    ("DELETE", "/api/folders"): "folders.delete",
    ("GET", "/api/executions"): "executions.list",
    ("POST", "/api/executions"): "packages.execute",
    ("GET", "/api/executions/stream"): "executions.list",
    ("GET", "/api/executions/{execution_id}"): "executions.view",
    ("POST", "/api/executions/{execution_id}/stop"): "executions.stop",
    ("GET", "/api/executions/{execution_id}/events"): "executions.view",
    ("GET", "/api/executions/{execution_id}/stream"): "executions.view",
    ("GET", "/api/events"): "events.view",
}

ROLES: dict[str, frozenset[str]] = {
    "administrator": frozenset(action for action in ENDPOINTS.values() if action != PUBLIC),
}


def action_of(method: str, route: str) -> str:
    """The action behind an endpoint; AccessDenied when the table does not know it."""
    action = ENDPOINTS.get((method, route))
    if action is None:
        raise AccessDenied()
    return action


def check(identity: Identity, action: str) -> None:
    """AccessDenied unless one of the identity's roles has the action."""
    if not any(action in ROLES.get(role, ()) for role in identity.roles):
        raise AccessDenied()
