"""/api/folders: create, rename and delete folders of the package store."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from dtserve.service.api.guard import TreeOf, note
from dtserve.service.api.tree import PathQuery
from dtserve.stores.names import parse_path

__all__ = ["router"]

router = APIRouter(prefix="/api/folders", tags=["stored packages"])


class NewFolder(BaseModel):
    """The folder to create, with its root first."""

    model_config = ConfigDict(extra="forbid")
    path: str = Field(max_length=4000)


class NewName(BaseModel):
    """The folder's new name."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=260)


@router.post("", status_code=201)
def create_folder(body: NewFolder, request: Request, tree: TreeOf) -> dict[str, str]:
    """Create a folder in an existing one."""
    note(request, target=body.path, after="folder")
    tree.create_folder(parse_path(body.path))
    return {"path": body.path}


@router.patch("")
def rename_folder(path: PathQuery, body: NewName, request: Request, tree: TreeOf) -> dict[str, str]:
    """Give a folder another name."""
    note(request, target=path, before=path, after=body.name)
    tree.rename_folder(parse_path(path), body.name)
    return {"name": body.name}


@router.delete("", status_code=204)
def delete_folder(path: PathQuery, request: Request, tree: TreeOf) -> None:
    """Delete an empty folder."""
    note(request, target=path, before="folder", after="deleted")
    tree.delete_folder(parse_path(path))
