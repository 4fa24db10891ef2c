"""/api/packages: facts of a stored package, import, export, delete; never a byte changed.

ETags are the revision of a package: ``If-None-Match`` spares an export, ``If-Match`` keeps a change from
overwriting another's, ``If-None-Match: *`` imports only what is not there yet.
"""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Header, Request, Response
from starlette.concurrency import run_in_threadpool

from dtserve.errors import PackageNotFound
from dtserve.package import PackageDocument
from dtserve.package.errors import PackagePasswordWrong
from dtserve.service.access_errors import RevisionMismatch
from dtserve.service.api.guard import HubOf, TreeOf, note
from dtserve.service.api.protecting import ProtectionOf
from dtserve.service.api.tree import PathQuery, package_shape
from dtserve.service.errors import TooLarge
from dtserve.service.guarded_tree import GuardedTree
from dtserve.stores.base import PackageInfo, StorePath
from dtserve.stores.errors import PackageExists
from dtserve.stores.names import format_path, parse_path

__all__ = ["router"]

router = APIRouter(prefix="/api/packages", tags=["stored packages"])
IfMatch = Annotated[str | None, Header(max_length=200, description="The ETag that the package must still have.")]
IfNoneMatch = Annotated[str | None, Header(max_length=200, description="The ETag known already; * for any.")]
BYTES = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}


@router.get("", responses={304: {"description": "It still has that ETag."}}, response_model=dict[str, Any])
def get_package(path: PathQuery, tree: TreeOf, response: Response, if_none_match: IfNoneMatch = None) -> Any:
    """Name, version, description, identity, size, dates, owner and roles of a package."""
    place = parse_path(path)
    tree.require(place, "read")
    info = tree.info(place)
    if _names(if_none_match, info):
        return Response(status_code=304, headers={"ETag": _etag(info)})
    response.headers["ETag"] = _etag(info)
    return package_shape(info)


@router.get(
    "/content",
    response_class=Response,
    responses={200: {**BYTES, "description": "The package."}, 304: {"description": "It still has that ETag."}},
)
def export_package(
    path: PathQuery, tree: TreeOf, protection: ProtectionOf, if_none_match: IfNoneMatch = None
) -> Response:
    """The bytes of a package as they are stored, or with another protection level."""
    place = parse_path(path)
    tree.require(place, "read")
    info = tree.info(place)
    if _names(if_none_match, info):
        return Response(status_code=304, headers={"ETag": _etag(info)})
    name = quote(f"{info.name}.dtsx")
    return Response(
        protection.applied(tree.read(place), takes_server_storage=False),
        media_type="application/octet-stream",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "ETag": _etag(info)},
    )


@router.put("/content", status_code=201, openapi_extra={"requestBody": {**BYTES, "required": True}})
async def import_package(
    path: PathQuery,
    request: Request,
    response: Response,
    hub: HubOf,
    tree: TreeOf,
    protection: ProtectionOf,
    overwrite: bool = False,
    if_match: IfMatch = None,
    if_none_match: IfNoneMatch = None,
) -> dict[str, Any]:
    """Store the request's body as a package, with another protection level where one is given; else nothing is changed in it.

    What is no package is refused.
    """
    body = await _body(request, hub.home.max_package_bytes)

    def store() -> PackageInfo:
        _check(body)
        place = parse_path(path)
        data = protection.applied(body, tree.kind_of(place) == "SqlServerFolder")
        before = _revision(tree, place)
        note(request, target=path, before=before)
        if if_none_match == "*" and before:
            raise PackageExists(path=format_path(place))
        expected = _expected(if_match, before)
        return tree.write(place, data, overwrite=overwrite or expected is not None, expected_revision=expected)

    info = await run_in_threadpool(store)
    note(request, after=info.revision)
    response.headers["ETag"] = _etag(info)
    return package_shape(info)


@router.delete("", status_code=204)
def delete_package(path: PathQuery, request: Request, tree: TreeOf, if_match: IfMatch = None) -> None:
    """Delete a package."""
    place = parse_path(path)
    before = _revision(tree, place)
    note(request, target=path, before=before, after="deleted")
    _expected(if_match, before)
    tree.delete(place)


def _revision(tree: GuardedTree, place: StorePath) -> str:
    """The revision in force; empty when there is no package. Refusals pass."""
    try:
        return tree.info(place).revision if len(place) > 1 else ""
    except PackageNotFound:
        return ""


def _expected(if_match: str | None, revision: str) -> str | None:
    """The revision that a change may replace; RevisionMismatch when If-Match names another one."""
    if if_match is None:
        return None
    if not revision or (if_match.strip() != "*" and revision not in _tags(if_match)):
        raise RevisionMismatch()
    return revision


def _tags(header: str) -> list[str]:
    return [each.strip().removeprefix("W/").strip('"') for each in header.split(",")]


def _names(header: str | None, info: PackageInfo) -> bool:
    return header is not None and (header.strip() == "*" or info.revision in _tags(header))


def _etag(info: PackageInfo) -> str:
    return f'"{info.revision}"'


async def _body(request: Request, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise TooLarge(limit=limit)
        parts.append(part)
    return b"".join(parts)


def _check(data: bytes) -> None:
    """Only packages go into a store; an encrypted one is taken as it is."""
    try:
        PackageDocument.open(data)
    except PackagePasswordWrong:
        return
