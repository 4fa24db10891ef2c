"""/api/access: grants, roles, the roles of folders, and what somebody may; for administrators."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from dtserve.service.api.guard import CallerOf, HubOf, note
from dtserve.service.api.tree import PathQuery
from dtserve.service.local_administration import check as what_may
from dtserve.service.package_access import FOLDER
from dtserve.stores.errors import FolderNotFound
from dtserve.stores.names import parse_path
from dtserve.stores.tree import tree_path

__all__ = ["router"]

router = APIRouter(prefix="/api/access", tags=["access"])
Principal = Annotated[
    str, Query(max_length=400, description="An account, or os:…, osgroup:…, oidc:…, oidcgroup:…, cert:….")
]
Role = Annotated[str, Query(max_length=128, description="A right, a fixed role or a user-defined one.")]


class Grant(BaseModel):
    """Who gets what."""

    model_config = ConfigDict(extra="forbid")
    principal: str = Field(max_length=400)
    role: str = Field(max_length=128)


class NewRole(BaseModel):
    """A user-defined role."""

    model_config = ConfigDict(extra="forbid")
    role: str = Field(max_length=128)
    description: str = Field(default="", max_length=1000)


class FolderRoles(BaseModel):
    """Reader and writer role of a folder; empty for none."""

    model_config = ConfigDict(extra="forbid")
    reader: str = Field(default="", max_length=128)
    writer: str = Field(default="", max_length=128)


@router.get("/grants")
def list_grants(hub: HubOf, principal: Principal = "") -> dict[str, Any]:
    """Who was granted what, by whom and when."""
    return {"grants": hub.identities.grants.list(principal or None), "next": None}


@router.post("/grants", status_code=201)
def grant(body: Grant, request: Request, caller: CallerOf, hub: HubOf) -> dict[str, Any]:
    """Grant a right or role; granting it twice changes nothing."""
    note(request, target=f"{body.role} to {body.principal}")
    new = hub.identities.grants.grant(body.principal, body.role, by=caller.name)
    note(request, before="" if new else "granted", after="granted")
    return {"principal": body.principal, "role": body.role, "new": new}


@router.delete("/grants")
def revoke(principal: Principal, role: Role, request: Request, hub: HubOf) -> dict[str, Any]:
    """Take a right or role back; it counts at once. The last administrator stays."""
    note(request, target=f"{role} of {principal}")
    done = hub.identities.grants.revoke(principal, role)
    note(request, before="granted" if done else "", after="revoked")
    return {"principal": principal, "role": role, "revoked": done}


@router.get("/roles")
def list_roles(hub: HubOf) -> dict[str, Any]:
    """Rights, fixed roles and user-defined roles."""
    return {"roles": hub.identities.grants.roles(), "next": None}


@router.post("/roles", status_code=201)
def add_role(body: NewRole, request: Request, hub: HubOf) -> dict[str, Any]:
    """Make a user-defined role, to be named as reader or writer of packages and folders."""
    note(request, target=f"role {body.role}", after="added")
    hub.identities.grants.add_role(body.role, body.description)
    return {"role": body.role, "kind": "user-defined", "description": body.description}


@router.delete("/roles/{role}", status_code=204)
def remove_role(role: Annotated[str, Path(max_length=128)], request: Request, hub: HubOf) -> None:
    """Remove a user-defined role and its grants."""
    note(request, target=f"role {role}", before="role", after="removed")
    hub.identities.grants.remove_role(role)


@router.get("/folders")
def list_folder_roles(hub: HubOf) -> dict[str, Any]:
    """The folders that have a reader or writer role."""
    return {"folders": hub.identities.rules.list(), "next": None}


@router.put("/folders")
def set_folder_roles(path: PathQuery, body: FolderRoles, request: Request, hub: HubOf) -> dict[str, Any]:
    """Set reader and writer role of a folder, for everything below it that names none of its own."""
    place, rules = parse_path(path), hub.identities.rules
    if not place or not hub.tree.folder_exists(place):
        raise FolderNotFound(name=path)
    shown = tree_path(place)
    old = next((each for each in rules.list() if each["path"].casefold() == shown.casefold()), {})
    note(request, target=shown, before=f"reader {old.get('reader', '')!r} writer {old.get('writer', '')!r}")
    package_role = hub.identities.grants.package_role
    reader, writer = (package_role(role) if role else "" for role in (body.reader, body.writer))
    rules.set(place, FOLDER, reader=reader, writer=writer)
    note(request, after=f"reader {reader!r} writer {writer!r}")
    return {"path": shown, "reader": reader, "writer": writer}


@router.get("/check")
def check(
    hub: HubOf,
    principal: Principal,
    path: PathQuery = "",
    remote: Annotated[bool, Query(description="As if it called from another machine.")] = False,
) -> dict[str, Any]:
    """What somebody may: action → ``own`` or ``all``; with a path also which operations on that package or folder."""
    return what_may(hub.identities, hub.tree, principal, path, remote)
