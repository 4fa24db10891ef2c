"""/api/packages: facts of a stored package, import, export, delete; never a byte changed."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Header, Request, Response
from starlette.concurrency import run_in_threadpool

from dtserve.package import PackageDocument
from dtserve.package.errors import PackagePasswordWrong
from dtserve.service.api.guard import hub_of
from dtserve.service.api.tree import PathQuery, package_shape
from dtserve.service.errors import TooLarge
from dtserve.service.hub import Hub
from dtserve.stores.names import parse_path

__all__ = ["router"]

router = APIRouter(prefix="/api/packages", tags=["stored packages"])
HubOf = Annotated[Hub, Depends(hub_of)]


@router.get("")
def get_package(path: PathQuery, hub: HubOf, response: Response) -> dict[str, Any]:
    """Name, version, description, identity, size and dates of a package."""
    info = hub.tree.info(parse_path(path))
    response.headers["ETag"] = f'"{info.revision}"'
    return package_shape(info)


@router.get("/content")
def export_package(path: PathQuery, hub: HubOf) -> Response:
    """The bytes of a package as they are stored."""
    place = parse_path(path)
    info = hub.tree.info(place)
    name = quote(f"{info.name}.dtsx")
    return Response(
        hub.tree.read(place),
        media_type="application/octet-stream",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "ETag": f'"{info.revision}"'},
    )


@router.put("/content", status_code=201)
async def import_package(
    path: PathQuery,
    request: Request,
    hub: HubOf,
    overwrite: bool = False,
    if_match: Annotated[str | None, Header(max_length=200)] = None,
) -> dict[str, Any]:
    """Store the request's body as a package; what is no package is refused, nothing is changed in it."""
    data = await _body(request, hub.home.max_package_bytes)

    def store() -> dict[str, Any]:
        _check(data)
        revision = if_match.strip('"') if if_match else None
        info = hub.tree.write(parse_path(path), data, overwrite=overwrite, expected_revision=revision)
        return package_shape(info)

    return await run_in_threadpool(store)


@router.delete("", status_code=204)
def delete_package(path: PathQuery, hub: HubOf) -> None:
    """Delete a package."""
    hub.tree.delete(parse_path(path))


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
