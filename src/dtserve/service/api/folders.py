"""/api/folders: create, rename and delete folders of the package store."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from dtserve.service.api.guard import hub_of
from dtserve.service.api.tree import PathQuery
from dtserve.service.hub import Hub
from dtserve.stores.names import parse_path

__all__ = ["router"]

router = APIRouter(prefix="/api/folders", tags=["stored packages"])
HubOf = Annotated[Hub, Depends(hub_of)]


class NewFolder(BaseModel):
    """The folder to create, with its root first."""

    path: str = Field(max_length=4000)


class NewName(BaseModel):
    """The folder's new name."""

    name: str = Field(max_length=260)


@router.post("", status_code=201)
def create_folder(body: NewFolder, hub: HubOf) -> dict[str, str]:
    """Create a folder in an existing one."""
    hub.tree.create_folder(parse_path(body.path))
    return {"path": body.path}


@router.patch("")
def rename_folder(path: PathQuery, body: NewName, hub: HubOf) -> dict[str, str]:
    """Give a folder another name."""
    hub.tree.rename_folder(parse_path(path), body.name)
    return {"name": body.name}


@router.delete("", status_code=204)
def delete_folder(path: PathQuery, hub: HubOf) -> None:
    """Delete an empty folder."""
    hub.tree.delete_folder(parse_path(path))
