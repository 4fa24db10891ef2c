"""Authentication and authorization of every request: one dependency of the whole application."""

from __future__ import annotations

from fastapi import Request

from dtserve.errors import AccessDenied
from dtserve.service import access
from dtserve.service.errors import BadToken
from dtserve.service.hub import Hub
from dtserve.service.identities import Identity

__all__ = ["COOKIE", "authorize", "hub_of", "identity_of"]

COOKIE = "dtserve_session"
_SAFE = ("GET", "HEAD", "OPTIONS")


def hub_of(request: Request) -> Hub:
    """The service behind this application."""
    hub = request.app.state.hub
    if not isinstance(hub, Hub):
        raise AccessDenied()
    return hub


def identity_of(request: Request) -> Identity:
    """The caller: by bearer token, else by the console's session cookie; BadToken otherwise.

    A cookie is sent by the browser on its own, so a request that changes something must
    also carry the header ``X-Dtserve``, which no foreign page can add.
    """
    identities = hub_of(request).identities
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return identities.by_token(token.strip())
    session = request.cookies.get(COOKIE)
    if not session:
        raise BadToken()
    if request.method not in _SAFE and "x-dtserve" not in request.headers:
        raise AccessDenied()
    return identities.by_session(session)


def authorize(request: Request) -> None:
    """Refuse whatever the tables of :mod:`dtserve.service.access` do not allow."""
    route = request.scope.get("route")
    action = access.action_of(request.method, getattr(route, "path", ""))
    if action == access.PUBLIC:
        return
    identity = identity_of(request)
    access.check(identity, action)
    request.state.identity = identity
