"""/api/session: sign in with a token or a password, who am I, change the password, sign out; /api/health."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from dtserve import __version__
from dtserve.errors import AccessDenied
from dtserve.service.accounts import MAX_PASSWORD
from dtserve.service.api.guard import COOKIE, CallerOf, HubOf, address_of, is_remote, note
from dtserve.service.errors import BadToken, RequestInvalid
from dtserve.service.hub import Hub
from dtserve.service.identities import SESSION_SECONDS, describe
from dtserve.service.identity import Identity

__all__ = ["add_cookie", "router"]

router = APIRouter(prefix="/api", tags=["session"])
Secret = Annotated[SecretStr | None, Field(max_length=MAX_PASSWORD)]


class SignIn(BaseModel):
    """A token, or a user's name and password."""

    model_config = ConfigDict(extra="forbid")
    token: Annotated[SecretStr | None, Field(max_length=512)] = None
    user: str = Field(default="", max_length=128)
    password: Secret = None


class NewPassword(BaseModel):
    """The password in force and the one to come."""

    model_config = ConfigDict(extra="forbid")
    current: SecretStr = Field(max_length=MAX_PASSWORD)
    new: SecretStr = Field(max_length=MAX_PASSWORD)


@router.get("/health")
def health() -> dict[str, str]:
    """Whether the service answers."""
    return {"status": "ok", "version": __version__}


@router.get("/session/methods")
def methods(hub: HubOf) -> dict[str, Any]:
    """How one can sign in here; ``openid`` is the name of the provider or null."""
    return {"token": True, "password": True, "openid": hub.home.settings.text("oidc.issuer") or None}


@router.post("/session")
def sign_in(body: SignIn, response: Response, request: Request, hub: HubOf) -> dict[str, Any]:
    """Open a browser session: sets an HttpOnly, SameSite=Strict cookie. After too many failures one has to wait (429)."""
    keys = [f"address:{address_of(request)}"] + ([f"name:{body.user.casefold()}"] if body.user else [])
    hub.identities.limits.begin(keys)
    note(request, user=body.user or "(token)", detail="sign in")
    identity = _identity(body, hub, remote=is_remote(request))
    hub.identities.limits.succeeded(keys)
    note(request, user=identity.name)
    request.state.identity, request.state.action = identity, "session.open"
    if not identity.scope("connect"):
        raise AccessDenied()
    add_cookie(response, hub.identities.open_session(identity), request)
    return _describe(hub, identity)


def _identity(body: SignIn, hub: Hub, *, remote: bool) -> Identity:
    if body.token is not None and not body.user:
        identity = hub.identities.by_token(body.token.get_secret_value().strip(), remote=remote)
        if identity.narrowed:
            raise BadToken()  # a session would not be narrowed
        return identity
    if body.user and body.password is not None:
        return hub.identities.by_password(body.user, body.password.get_secret_value(), remote=remote)
    raise RequestInvalid(detail="Give token, or user and password.")


def add_cookie(response: Response, secret: str, request: Request) -> None:
    """The session's cookie: no script reads it, no foreign page sends it."""
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, secret, max_age=SESSION_SECONDS, httponly=True, samesite="strict", secure=secure)


@router.get("/session")
def who_am_i(caller: CallerOf, hub: HubOf) -> dict[str, Any]:
    """The caller's name, roles and actions, and what server this is."""
    return _describe(hub, caller)


@router.put("/session/password", status_code=204)
def change_password(body: NewPassword, request: Request, caller: CallerOf, hub: HubOf) -> None:
    """Change one's own password; all sessions of the account end."""
    keys = [f"address:{address_of(request)}", f"name:{caller.name.casefold()}"]
    hub.identities.limits.begin(keys)
    note(request, target=f"account {caller.name}", detail="change password")
    hub.identities.accounts.verify(caller.name, body.current.get_secret_value())
    hub.identities.limits.succeeded(keys)
    hub.identities.accounts.set_password(caller.name, body.new.get_secret_value())
    hub.identities.close_sessions(caller.name)


@router.delete("/session", status_code=204)
def sign_out(request: Request, response: Response, hub: HubOf) -> None:
    """End the browser session."""
    hub.identities.close_session(request.cookies.get(COOKIE, ""))
    response.delete_cookie(COOKIE)


def _describe(hub: Hub, identity: Identity) -> dict[str, Any]:
    from dtserve.service.access import ACTIONS

    may = {action: scope for action in sorted(ACTIONS) if (scope := identity.scope(action))}
    return {**describe(identity), "may": may, "server": hub.server_name, "version": __version__}
