"""/api/session: sign in with a token (a browser gets a cookie), who am I, sign out; /api/health."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from dtserve import __version__
from dtserve.service.api.guard import COOKIE, hub_of
from dtserve.service.hub import Hub
from dtserve.service.identities import SESSION_SECONDS

__all__ = ["router"]

router = APIRouter(prefix="/api", tags=["session"])
HubOf = Annotated[Hub, Depends(hub_of)]


class SignIn(BaseModel):
    """The token to sign in with."""

    token: str = Field(max_length=512)


@router.get("/health")
def health() -> dict[str, str]:
    """Whether the service answers."""
    return {"status": "ok", "version": __version__}


@router.post("/session")
def sign_in(body: SignIn, response: Response, request: Request, hub: HubOf) -> dict[str, Any]:
    """Open a browser session: sets an HttpOnly, SameSite=Strict cookie."""
    identity = hub.identities.by_token(body.token.strip())
    response.set_cookie(
        COOKIE,
        hub.identities.open_session(identity),
        max_age=SESSION_SECONDS,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return _describe(hub, identity.name, identity.roles)


@router.get("/session")
def who_am_i(request: Request, hub: HubOf) -> dict[str, Any]:
    """The caller's name and roles, and what server this is."""
    identity = request.state.identity
    return _describe(hub, identity.name, identity.roles)


@router.delete("/session", status_code=204)
def sign_out(request: Request, response: Response, hub: HubOf) -> None:
    """End the browser session."""
    hub.identities.close_session(request.cookies.get(COOKIE, ""))
    response.delete_cookie(COOKIE)


def _describe(hub: Hub, name: str, roles: frozenset[str]) -> dict[str, Any]:
    return {"user": name, "roles": sorted(roles), "server": hub.server_name, "version": __version__}
