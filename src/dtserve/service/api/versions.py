"""/api/packages/versions: what a package was: list, show, compare, restore, and forgetting by policy.

Who may read a package may read what it was; versions of one that is gone are for who could have read it then.
"""

from __future__ import annotations

import time
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from dtserve.errors import PackageError
from dtserve.service.api.guard import HubOf, TreeOf, note
from dtserve.service.api.packages import BYTES
from dtserve.service.api.tree import PathQuery, package_shape
from dtserve.stores.names import parse_path
from dtserve.stores.tree import tree_path
from dtserve.stores.versions import because

__all__ = ["router"]

router = APIRouter(prefix="/api/packages/versions", tags=["stored packages"])
Version = Annotated[int, Query(ge=1, le=2**31, description="The number of a version.")]


class Restore(BaseModel):
    """Which version shall be the package again."""

    model_config = ConfigDict(extra="forbid")
    path: str = Field(max_length=4000)
    version: int = Field(ge=1, le=2**31)


class Prune(BaseModel):
    """What is forgotten: all but the ``keep`` latest versions of each package, of those older than so many days."""

    model_config = ConfigDict(extra="forbid")
    keep: int = Field(ge=1, le=100_000)
    older_than_days: float | None = Field(default=None, ge=0, le=36_500)


@router.get("")
def list_versions(path: PathQuery, tree: TreeOf) -> dict[str, Any]:
    """The kept versions of a package, the latest first: when, who, why, size; a deletion has no content."""
    store, place = tree.versioned(parse_path(path))
    found = [
        {
            "version": each.version, "time": each.time, "who": each.who, "why": each.why, "size": each.size,
            "deleted": each.deleted, "hash": each.hash,
        }
        for each in reversed(store.versions(place))
    ]  # fmt: skip
    return {"path": tree_path(parse_path(path)), "versions": found, "next": None}


@router.get("/content", response_class=Response, responses={200: {**BYTES, "description": "The package as it was."}})
def show_version(path: PathQuery, version: Version, tree: TreeOf) -> Response:
    """The bytes of a version."""
    store, place = tree.versioned(parse_path(path))
    data = store.read_version(place, version)
    name = quote(f"{place[-1]} {version}.dtsx")
    return Response(
        data,
        media_type="application/octet-stream",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"},
    )


@router.get("/diff")
def compare_versions(path: PathQuery, old: Version, new: Version, tree: TreeOf) -> dict[str, Any]:
    """What differs between two versions, by tasks and properties; line by line where one cannot be opened."""
    store, place = tree.versioned(parse_path(path))
    try:
        from dtserve.package.diff import to_text

        changes = store.diff(place, old, new)
        return {"structural": True, "changes": [to_text([each]) for each in changes]}
    except PackageError:
        return {"structural": False, "changes": store.text_diff(place, old, new).splitlines()}


@router.post("/restore")
def restore_version(body: Restore, request: Request, tree: TreeOf) -> dict[str, Any]:
    """Store a version again, as a new one; needs the right to import and to overwrite."""
    place = parse_path(body.path)
    store, below = tree.versioned(place)
    data = store.read_version(below, body.version)
    note(request, target=body.path, before=tree.info(place).revision if tree.exists(place) else "")
    with because(f"restored from version {body.version}"):
        info = tree.write(place, data, overwrite=True)
    note(request, after=info.revision)
    return package_shape(info)


@router.post("/prune")
def prune_versions(body: Prune, request: Request, hub: HubOf) -> dict[str, int]:
    """Forget old versions of all packages."""
    limit = None if body.older_than_days is None else time.time() - body.older_than_days * 86400
    count = hub.home.version_archive.prune(body.keep, older_than=limit)
    note(request, target="versions", after=f"{count} forgotten")
    return {"forgotten": count}
