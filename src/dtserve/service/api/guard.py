"""Authentication and authorization of every request: one dependency of the whole application."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Any

from fastapi import Depends, Request

from dtserve.errors import AccessDenied
from dtserve.service import access
from dtserve.service.errors import BadToken, ExecutionNotFound
from dtserve.service.guarded_tree import GuardedTree
from dtserve.service.hub import Hub
from dtserve.service.identity import Identity
from dtserve.service.role_table import ALL

__all__ = [
    "CERTIFICATE",
    "COOKIE",
    "PEER",
    "SAFE",
    "CallerOf",
    "ExecutionOf",
    "HubOf",
    "TreeOf",
    "address_of",
    "authorize",
    "hub_of",
    "identity_of",
    "is_remote",
    "note",
    "tree_of",
    "visible",
]

COOKIE = "dtserve_session"
SAFE = ("GET", "HEAD", "OPTIONS")
PEER, CERTIFICATE = "dtserve.peer", "dtserve.certificate"
"""Extensions of the scope that :mod:`dtserve.service.peers` fills from the connection."""


def hub_of(request: Request) -> Hub:
    """The service behind this application."""
    hub = request.app.state.hub
    if not isinstance(hub, Hub):
        raise AccessDenied()
    return hub


HubOf = Annotated[Hub, Depends(hub_of)]


def address_of(request: Request) -> str:
    """Where the caller is: an address, or the local socket."""
    return request.client.host if request.client else "local socket"


def is_remote(request: Request) -> bool:
    """Whether the caller is on another machine."""
    try:
        return not ipaddress.ip_address(address_of(request).partition("%")[0]).is_loopback
    except ValueError:
        return False


def identity_of(request: Request) -> Identity:
    """The caller: by bearer token, session cookie, user of the local socket or client certificate; BadToken otherwise.

    Cookies and certificates are sent by a browser on its own, so a request that changes something
    must then carry the header ``X-Dtserve``, too, which no foreign page can add.
    """
    identities, remote = hub_of(request).identities, is_remote(request)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return identities.by_token(token.strip(), remote=remote)
    extensions = request.scope.get("extensions") or {}
    session = request.cookies.get(COOKIE)
    if not session and PEER in extensions:
        return identities.by_peer(*extensions[PEER])
    if not session and CERTIFICATE not in extensions:
        raise BadToken()
    if request.method not in SAFE and "x-dtserve" not in request.headers:
        raise AccessDenied()
    if session:
        return identities.by_session(session, remote=remote)
    return identities.by_certificate(extensions[CERTIFICATE], remote=remote)


def authorize(request: Request) -> None:
    """Refuse whatever the tables of :mod:`dtserve.service.access` do not allow."""
    route = request.scope.get("route")
    action = access.action_of(request.method, getattr(route, "path", ""))
    request.state.action = action
    if action == access.PUBLIC:
        return
    if action == access.LOCAL:
        extensions = request.scope.get("extensions") or {}
        if PEER not in extensions:
            raise BadToken()
        request.state.identity = hub_of(request).identities.by_peer(*extensions[PEER])
        return
    identity = identity_of(request)
    request.state.identity = identity
    request.state.scope = access.check(identity, action)


def caller_of(request: Request) -> Identity:
    """Who calls."""
    identity = request.state.identity
    if not isinstance(identity, Identity):
        raise BadToken()
    return identity


CallerOf = Annotated[Identity, Depends(caller_of)]


def tree_of(request: Request) -> GuardedTree:
    """The package store with the caller's rights."""
    hub = hub_of(request)
    return GuardedTree(hub.tree, caller_of(request), hub.identities.rules, hub.identities.grants)


TreeOf = Annotated[GuardedTree, Depends(tree_of)]


def visible(request: Request) -> str | None:
    """Whose executions the caller may see: its own name, or None for everybody's."""
    return None if request.state.scope == ALL else caller_of(request).name


def execution_of(execution_id: str, request: Request) -> dict[str, Any]:
    """The execution of the address; AccessDenied for somebody else's and for one that does not exist alike.

    Ended ones are also seen by who may read the logs of runs (sysssislog, SERVICE §7).
    """
    hub, identity = hub_of(request), caller_of(request)
    try:
        found = hub.history.get(execution_id)
    except ExecutionNotFound:
        if request.state.scope == ALL:
            raise
        raise AccessDenied() from None
    if request.state.scope == ALL or identity.owns(found["user"]):
        return found
    if request.state.action == "executions.view" and found["ended"] is not None and identity.scope("history.view"):
        return found
    raise AccessDenied()


ExecutionOf = Annotated[dict[str, Any], Depends(execution_of)]


def note(request: Request, **facts: str) -> None:
    """What the audit shall say of this request: ``target``, ``before``, ``after``, ``user``, ``detail``."""
    request.state.audit = {**getattr(request.state, "audit", {}), **facts}
