"""/api/packages/roles and /api/folders/roles: reader and writer role, what Package Roles… shows and sets (SERVICE §7, §10.6).

Roles of packages in msdb stand there; those of other packages, and of folders of any root, with the service.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from dtserve.service.api.guard import HubOf, TreeOf, note
from dtserve.service.api.tree import PathQuery
from dtserve.service.hub import Hub
from dtserve.service.package_access import FOLDER
from dtserve.service.role_table import FIXED_ROLES
from dtserve.stores.base import StorePath
from dtserve.stores.errors import FolderNotFound
from dtserve.stores.names import name_key, parse_path
from dtserve.stores.tree import tree_path

__all__ = ["router"]

router = APIRouter(prefix="/api", tags=["stored packages"])


class Roles(BaseModel):
    """Reader and writer role; empty for the defaults."""

    model_config = ConfigDict(extra="forbid")
    reader: str = Field(default="", max_length=128)
    writer: str = Field(default="", max_length=128)


def _choices(hub: Hub, own: tuple[str, ...]) -> list[str]:
    """The roles to choose from: the fixed ones, those of the service, and what is set already."""
    known = [each["role"] for each in hub.identities.grants.roles() if each["kind"] == "user-defined"]
    names = {name_key(role): role for role in (*FIXED_ROLES, *known, *own) if role}
    return [names[key] for key in sorted(names)]


@router.get("/packages/roles")
def get_package_roles(path: PathQuery, hub: HubOf, tree: TreeOf) -> dict[str, Any]:
    """Reader and writer role of a package, its owner, and the roles to choose from."""
    place = parse_path(path)
    reader, writer = tree.roles(place)
    owner = tree.info(place).owner
    choices = _choices(hub, (reader, writer, *tree.role_names(place)))
    return {"path": tree_path(place), "reader": reader, "writer": writer, "owner": owner, "roles": choices}


@router.put("/packages/roles")
def set_package_roles(path: PathQuery, body: Roles, request: Request, tree: TreeOf) -> dict[str, str]:
    """Set both; owners and db_ssisadmin may."""
    place = parse_path(path)
    before = tree.roles(place)
    note(request, target=path, before=_shown(*before))
    tree.set_roles(place, body.reader, body.writer)
    reader, writer = tree.roles(place)
    note(request, after=_shown(reader, writer))
    return {"path": tree_path(place), "reader": reader, "writer": writer}


@router.get("/folders/roles")
def get_folder_roles(path: PathQuery, hub: HubOf, tree: TreeOf) -> dict[str, Any]:
    """Reader and writer role of a folder, which count for everything below it that names none of its own."""
    place = _folder(parse_path(path), tree.folder_exists(parse_path(path)), path)
    reader, writer = _rule(hub, place)
    choices = _choices(hub, (reader, writer, *tree.role_names(place)))
    return {"path": tree_path(place), "reader": reader, "writer": writer, "roles": choices}


@router.put("/folders/roles")
def set_folder_roles(path: PathQuery, body: Roles, request: Request, hub: HubOf) -> dict[str, str]:
    """Set both; for who manages access."""
    place = _folder(parse_path(path), hub.tree.folder_exists(parse_path(path)), path)
    note(request, target=tree_path(place), before=_shown(*_rule(hub, place)))
    known = hub.identities.grants.package_role
    reader, writer = (known(role) if role else "" for role in (body.reader, body.writer))
    hub.identities.rules.set(place, FOLDER, reader=reader, writer=writer)
    note(request, after=_shown(reader, writer))
    return {"path": tree_path(place), "reader": reader, "writer": writer}


def _folder(place: StorePath, exists: bool, shown: str) -> StorePath:
    if not place or not exists:
        raise FolderNotFound(name=shown)
    return place


def _rule(hub: Hub, place: StorePath) -> tuple[str, str]:
    rule = hub.identities.rules.folders().get(tuple(map(name_key, place)))
    return (rule.reader, rule.writer) if rule else ("", "")


def _shown(reader: str, writer: str) -> str:
    return f"reader {reader!r} writer {writer!r}"
