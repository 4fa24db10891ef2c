"""Who may do what: one table from endpoint to action; what is not in it is denied.

The actions of each role stand in :mod:`dtserve.service.role_table`; an action that no role of the
caller has is denied, too (SERVICE §4, §7). Which packages and executions it may be done
with is decided by :mod:`dtserve.service.package_access` and by who started the execution.
"""

from __future__ import annotations

from dtserve.errors import AccessDenied
from dtserve.service.identity import Identity

__all__ = ["ACTIONS", "ENDPOINTS", "LOCAL", "PUBLIC", "action_of", "check"]

PUBLIC = "public"
"""The action of endpoints that anybody who reaches the address may use: to sign in, and health."""
LOCAL = "local"
"""The action of endpoints for programs of this machine: whoever is at the other end of the local socket."""

ENDPOINTS: dict[tuple[str, str], str] = {
    ("GET", "/"): PUBLIC,
    ("GET", "/console/{path:path}"): PUBLIC,
    ("GET", "/api/health"): PUBLIC,
    ("GET", "/api/session/methods"): PUBLIC,
    ("GET", "/api/session/openid"): PUBLIC,
    ("GET", "/api/session/openid/callback"): PUBLIC,
    ("POST", "/api/session"): PUBLIC,
    ("GET", "/api/session"): "connect",
    ("PUT", "/api/session/password"): "connect",
    ("DELETE", "/api/session"): "connect",
    ("GET", "/api/openapi.json"): "connect",
    ("GET", "/api/tree"): "packages.enumerate",
    ("GET", "/api/packages"): "packages.view",
    ("GET", "/api/packages/content"): "packages.export",
    ("PUT", "/api/packages/content"): "packages.import",
    ("DELETE", "/api/packages"): "packages.delete",
    ("GET", "/api/packages/versions"): "packages.view",
    ("GET", "/api/packages/versions/content"): "packages.export",
    ("GET", "/api/packages/versions/diff"): "packages.view",
    ("POST", "/api/packages/versions/restore"): "packages.import",
    ("POST", "/api/packages/versions/prune"): "packages.administer",
    ("GET", "/api/packages/roles"): "packages.enumerate",
    ("PUT", "/api/packages/roles"): "packages.roles",
    ("POST", "/api/packages/copy"): "packages.import",
    ("POST", "/api/packages/move"): "packages.delete",
    ("POST", "/api/packages/remove"): "packages.delete",
    ("POST", "/api/packages/protect"): "packages.import",
    ("GET", "/api/folders/roles"): "packages.enumerate",
    ("PUT", "/api/folders/roles"): "access.manage",
    ("POST", "/api/folders"): "folders.create",
    ("PATCH", "/api/folders"): "folders.rename",
    ("DELETE", "/api/folders"): "folders.delete",
    ("GET", "/api/executions"): "executions.list",
    ("POST", "/api/executions"): "packages.execute",
    ("GET", "/api/executions/stream"): "executions.list",
    ("GET", "/api/executions/{execution_id}"): "executions.view",
    ("POST", "/api/executions/{execution_id}/stop"): "executions.stop",
    ("GET", "/api/executions/{execution_id}/events"): "executions.view",
    ("GET", "/api/executions/{execution_id}/phases"): "executions.view",
    ("GET", "/api/executions/{execution_id}/stream"): "executions.view",
    ("GET", "/api/events"): "events.view",
    ("GET", "/api/schedules"): "packages.schedule",
    ("POST", "/api/schedules"): "packages.schedule",
    ("GET", "/api/schedules/{schedule_id}"): "packages.schedule",
    ("PATCH", "/api/schedules/{schedule_id}"): "packages.schedule",
    ("DELETE", "/api/schedules/{schedule_id}"): "packages.schedule",
    ("GET", "/api/alerts"): "alerts.manage",
    ("POST", "/api/alerts"): "alerts.manage",
    ("GET", "/api/alerts/messages"): "alerts.manage",
    ("GET", "/api/alerts/{alert_id}"): "alerts.manage",
    ("PATCH", "/api/alerts/{alert_id}"): "alerts.manage",
    ("DELETE", "/api/alerts/{alert_id}"): "alerts.manage",
    ("GET", "/metrics"): "metrics.view",
    ("GET", "/api/ready"): PUBLIC,
    ("POST", "/local/executions"): LOCAL,
    ("POST", "/local/executions/{execution_id}/finished"): LOCAL,
    ("GET", "/api/tokens"): "tokens.own",
    ("POST", "/api/tokens"): "tokens.own",
    ("DELETE", "/api/tokens/{token_id}"): "tokens.own",
    ("GET", "/api/accounts"): "access.manage",
    ("POST", "/api/accounts"): "access.manage",
    ("PATCH", "/api/accounts/{name}"): "access.manage",
    ("DELETE", "/api/accounts/{name}"): "access.manage",
    ("GET", "/api/access/grants"): "access.manage",
    ("POST", "/api/access/grants"): "access.manage",
    ("DELETE", "/api/access/grants"): "access.manage",
    ("GET", "/api/access/roles"): "access.manage",
    ("POST", "/api/access/roles"): "access.manage",
    ("DELETE", "/api/access/roles/{role}"): "access.manage",
    ("GET", "/api/access/folders"): "access.manage",
    ("PUT", "/api/access/folders"): "access.manage",
    ("GET", "/api/access/check"): "access.manage",
    ("GET", "/api/audit"): "audit.view",
    ("GET", "/api/audit/export"): "audit.view",
    ("POST", "/api/service/stop"): "service.launch",
}

ACTIONS = frozenset(ENDPOINTS.values()) - {PUBLIC, LOCAL}
"""All actions there are: what a token can be narrowed to."""


def action_of(method: str, route: str) -> str:
    """The action behind an endpoint; AccessDenied when the table does not know it."""
    action = ENDPOINTS.get((method, route))
    if action is None:
        raise AccessDenied()
    return action


def check(identity: Identity, action: str) -> str:
    """The scope, ``all`` or ``own``, in which the caller may do that; AccessDenied for none."""
    scope = identity.scope(action)
    if not scope:
        raise AccessDenied()
    return scope
