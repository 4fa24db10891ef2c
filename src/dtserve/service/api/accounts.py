"""/api/accounts: local accounts, for administrators."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from dtserve.service.accounts import MAX_PASSWORD
from dtserve.service.api.guard import HubOf, note

__all__ = ["router"]

router = APIRouter(prefix="/api/accounts", tags=["access"])
Name = Annotated[str, Path(max_length=128, description="The account's name.")]
Password = Annotated[SecretStr | None, Field(max_length=MAX_PASSWORD)]


class NewAccount(BaseModel):
    """The account to make; without a password it can be used with tokens only."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=128)
    password: Password = None


class AccountChange(BaseModel):
    """What shall be different."""

    model_config = ConfigDict(extra="forbid")
    password: Password = None
    disabled: bool | None = None


@router.get("")
def list_accounts(hub: HubOf) -> dict[str, Any]:
    """All accounts, without passwords."""
    return {"accounts": hub.identities.accounts.list(), "next": None}


@router.post("", status_code=201)
def add_account(body: NewAccount, request: Request, hub: HubOf) -> dict[str, Any]:
    """Make an account; it has no right until one is granted."""
    note(request, target=f"account {body.name}", after="added")
    password = body.password.get_secret_value() if body.password is not None else None
    return hub.identities.accounts.add(body.name, password)


@router.patch("/{name}")
def change_account(name: Name, body: AccountChange, request: Request, hub: HubOf) -> dict[str, Any]:
    """Set a new password, or disable or enable an account; its sessions end."""
    accounts = hub.identities.accounts
    before = accounts.get(name)
    changed = [
        ("password set",) if body.password is not None else (),
        () if body.disabled is None else (f"disabled {body.disabled}",),
    ]
    note(request, target=f"account {before['name']}", before=f"disabled {before['disabled']}")
    note(request, after=", ".join(text for each in changed for text in each))
    if body.disabled:
        hub.identities.grants.keep_an_administrator(name)
    if body.password is not None:
        accounts.set_password(name, body.password.get_secret_value())
    if body.disabled is not None:
        accounts.set_disabled(name, body.disabled)
    hub.identities.close_sessions(before["name"])
    return accounts.get(name)


@router.delete("/{name}", status_code=204)
def remove_account(name: Name, request: Request, hub: HubOf) -> None:
    """Remove an account with its tokens and grants."""
    found = hub.identities.accounts.get(name)
    note(request, target=f"account {found['name']}", before="account", after="removed")
    hub.identities.grants.keep_an_administrator(name)
    hub.identities.accounts.remove(name)
    hub.identities.close_sessions(found["name"])
