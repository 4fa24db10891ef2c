"""/api/session/openid: sign in through the OpenID provider."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse

from dtserve.errors import AccessDenied
from dtserve.service.access_errors import OidcRefused
from dtserve.service.api.guard import HubOf, is_remote, note
from dtserve.service.api.session import add_cookie
from dtserve.service.hub import Hub
from dtserve.service.oidc import PENDING_SECONDS, OpenId

__all__ = ["router"]

router = APIRouter(prefix="/api/session/openid", tags=["session"])
STATE_COOKIE = "dtserve_openid"
CALLBACK = "/api/session/openid/callback"
Text = Annotated[str, Query(max_length=4000)]


@router.get("", status_code=303, response_class=RedirectResponse)
def begin(request: Request, hub: HubOf) -> RedirectResponse:
    """Send the browser to the provider."""
    address, state = _provider(request).begin(_base(request, hub) + CALLBACK)
    answer = RedirectResponse(address, 303)
    answer.set_cookie(
        STATE_COOKIE, state, max_age=int(PENDING_SECONDS), httponly=True, samesite="lax", path=CALLBACK,
        secure=request.url.scheme == "https",
    )  # fmt: skip
    return answer


@router.get("/callback", status_code=303, response_class=RedirectResponse)
def finish(
    request: Request, hub: HubOf, state: Text = "", code: Text = "", error: Text = "", iss: Text = ""
) -> RedirectResponse:
    """Where the provider sends the browser back to: opens a session and shows the console."""
    if error or not code:
        raise OidcRefused(reason="the provider did not sign the user in")
    claims = _provider(request).finish(state, request.cookies.get(STATE_COOKIE, ""), code, iss)
    identity = hub.identities.by_claims(claims.name, claims.groups, remote=is_remote(request))
    request.state.identity, request.state.action = identity, "session.open"
    note(request, detail="sign in through OpenID")
    if not identity.scope("connect"):
        hub.identities.audit.write(identity.name, "session.open", outcome="denied", kind=identity.kind)
        raise AccessDenied()
    hub.identities.audit.write(identity.name, "session.open", kind=identity.kind)
    answer = RedirectResponse("/console/", 303)
    groups = tuple(f"oidcgroup:{each}" for each in claims.groups)
    add_cookie(answer, hub.identities.open_session(identity, groups), request)
    answer.delete_cookie(STATE_COOKIE, path=CALLBACK)
    return answer


def _provider(request: Request) -> OpenId:
    found = request.app.state.openid
    if not isinstance(found, OpenId):
        raise AccessDenied()
    return found


def _base(request: Request, hub: Hub) -> str:
    """The service's address as browsers see it."""
    return (hub.home.settings.text("service.public_url") or str(request.base_url)).rstrip("/")
