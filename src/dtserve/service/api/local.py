"""/local/executions: dtexec tells the service of its own runs over the local socket."""

from __future__ import annotations

from typing import Annotated, Literal

import psutil
from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from dtserve.errors import AccessDenied
from dtserve.service.api.guard import PEER, HubOf
from dtserve.service.errors import RequestInvalid
from dtserve.service.identity import Identity

__all__ = ["router"]

router = APIRouter(prefix="/local/executions", tags=["executions"], include_in_schema=False)
Name = Annotated[str, Field(max_length=4000)]
ID = r"^[0-9A-Fa-f-]{36}$"
EXIT_CODES = {"succeeded": 0, "failed": 1, "canceled": 3}


class Begun(BaseModel):
    """A package that dtexec has begun to run."""

    model_config = ConfigDict(extra="ignore")
    id: Annotated[str, Field(pattern=ID)]
    package: Name
    package_id: Annotated[str, Field(max_length=38)] = ""
    path: Name = ""
    pid: Annotated[int, Field(ge=1, le=2**31)]


class Finished(BaseModel):
    """How it ended."""

    model_config = ConfigDict(extra="ignore")
    state: Literal["succeeded", "failed", "canceled"]


@router.post("", status_code=201)
def begin(body: Begun, request: Request, hub: HubOf) -> dict[str, str]:
    """List a run of the caller's own process under Running Packages."""
    uid, identity = _peer(request, hub)
    try:
        owner = psutil.Process(body.pid).uids().real
    except psutil.Error:
        raise RequestInvalid(detail=f"There is no process {body.pid}.") from None
    if uid not in (0, owner):
        raise AccessDenied()
    hub.registered.add(
        body.id,
        path=body.path,
        package=body.package,
        package_id=body.package_id,
        pid=body.pid,
        user=identity.name,
    )
    return {"id": body.id}


@router.post("/{execution_id}/finished", status_code=204)
def finish(execution_id: str, body: Finished, request: Request, hub: HubOf) -> None:
    """Note the end of a run that the caller began."""
    uid, identity = _peer(request, hub)
    found = hub.history.get(execution_id)
    if found["origin"] != "dtexec" or (uid != 0 and found["user"] != identity.name):
        raise AccessDenied()
    hub.registered.finish(execution_id, body.state, EXIT_CODES[body.state])


def _peer(request: Request, hub: HubOf) -> tuple[int, Identity]:
    """The user at the other end of the local socket; AccessDenied over any other connection."""
    extensions = request.scope.get("extensions") or {}
    if PEER not in extensions:
        raise AccessDenied()
    uid, gid = extensions[PEER]
    return uid, hub.identities.by_peer(uid, gid)
