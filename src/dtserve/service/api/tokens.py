"""/api/tokens: the caller's API tokens; administrators see and revoke those of everybody."""

from __future__ import annotations

import time
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from dtserve.errors import AccessDenied
from dtserve.service.access import ACTIONS
from dtserve.service.api.guard import CallerOf, HubOf, note
from dtserve.service.identity import Identity

__all__ = ["router"]

router = APIRouter(prefix="/api/tokens", tags=["access"])
Day = 86_400.0


class NewToken(BaseModel):
    """The token to make."""

    model_config = ConfigDict(extra="forbid")
    label: str = Field(default="", max_length=200, description="What it is for.")
    principal: str = Field(default="", max_length=400, description="Whose it is; the caller's own when empty.")
    actions: list[Annotated[str, Field(max_length=64)]] = Field(
        default_factory=list, max_length=100, description="Only these actions; all that the principal may when empty."
    )
    folders: list[Annotated[str, Field(max_length=4000)]] = Field(
        default_factory=list, max_length=100, description="Only packages below these folders; everywhere when empty."
    )
    days: float | None = Field(default=None, gt=0, le=36_500, description="Days until it ends; never when null.")


@router.get("")
def list_tokens(
    caller: CallerOf,
    hub: HubOf,
    everybody: Annotated[bool, Query(description="Those of all principals, for administrators.")] = False,
) -> dict[str, Any]:
    """The tokens with what they are narrowed to and when they end; never a secret."""
    _manages(caller, everybody)
    return {"tokens": hub.identities.tokens.list(None if everybody else caller.name), "next": None}


@router.post("", status_code=201)
def create_token(body: NewToken, request: Request, caller: CallerOf, hub: HubOf) -> dict[str, Any]:
    """Make a token; the answer holds its secret, which is shown this once."""
    principal = body.principal or caller.name
    _manages(caller, not caller.owns(principal))
    if ":" not in principal:
        principal = hub.identities.accounts.get(principal)["name"]
    note(request, target=f"token of {principal}")
    expires = None if body.days is None else time.time() + body.days * Day
    secret, facts = hub.identities.tokens.create(
        principal, label=body.label, actions=body.actions, folders=body.folders, expires=expires, known_actions=ACTIONS
    )
    note(request, after=f"token {facts['id']}")
    return {**facts, "token": secret}


@router.delete("/{token_id}", status_code=204)
def revoke_token(token_id: Annotated[str, Path(max_length=16)], request: Request, caller: CallerOf, hub: HubOf) -> None:
    """End a token at once."""
    note(request, target=f"token {token_id}", before="valid", after="revoked")
    hub.identities.tokens.revoke(token_id, None if caller.scope("access.manage") else caller.name)


def _manages(caller: Identity, others: bool) -> None:
    if others and not caller.scope("access.manage"):
        raise AccessDenied()
