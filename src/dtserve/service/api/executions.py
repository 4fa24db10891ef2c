"""/api/executions: start, list, watch and stop runs of packages (Running Packages, SERVICE §5)."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import JSONResponse

from dtserve.service.api.event_stream import EventStream
from dtserve.service.api.guard import CallerOf, ExecutionOf, HubOf, TreeOf, note, visible
from dtserve.service.api.start import Start, start_once

__all__ = ["router"]

router = APIRouter(prefix="/api/executions", tags=["executions"])
PAGE = 500
LAST_ID = re.compile(r"[0-9]{1,16}")
State = Literal["queued", "starting", "running", "stopping", "succeeded", "failed", "canceled", "timed_out", "lost"]
STREAM: dict[int | str, dict[str, Any]] = {
    200: {"description": "Server-sent events.", "content": {"text/event-stream": {"schema": {"type": "string"}}}}
}


@router.get("", response_model=dict[str, Any])
def list_executions(
    request: Request,
    caller: CallerOf,
    hub: HubOf,
    running: bool | None = None,
    state: Annotated[State | None, Query()] = None,
    package: Annotated[str, Query(max_length=4000, description="A path, or the beginning of one.")] = "",
    user: Annotated[str, Query(max_length=200)] = "",
    text: Annotated[str, Query(max_length=200, description="Looked for in paths, users and reasons.")] = "",
    since: Annotated[float | None, Query(description="Created at or after, seconds since the epoch.")] = None,
    until: Annotated[float | None, Query(description="Created before, seconds since the epoch.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    before: Annotated[int | None, Query(ge=1, le=2**53)] = None,
) -> JSONResponse:
    """Executions that the caller may see, newest first; ``before`` (a number) pages on."""
    found = hub.history.find(
        running=running, state=state or "", package=package, user=user, text=text,
        since=since, until=until, limit=limit, before=before,
        seen_by=visible(request), logs=bool(caller.scope("history.view")),
    )  # fmt: skip
    return JSONResponse({"executions": found, "next": found[-1]["number"] if len(found) == limit else None})


@router.post("", status_code=201)
def start(
    body: Start,
    request: Request,
    response: Response,
    caller: CallerOf,
    hub: HubOf,
    tree: TreeOf,
    idempotency_key: Annotated[
        str | None, Header(min_length=1, max_length=255, description="Repeating a start with its key starts nothing.")
    ] = None,
) -> dict[str, Any]:
    """Start a package in a process of its own, or put it into the queue."""
    note(request, target=body.package or body.file or "(sent)")
    found, repeated = start_once(body, caller, hub, tree, idempotency_key)
    note(request, after=found["id"], detail="repeated" if repeated else "started")
    if repeated:
        response.headers["Idempotency-Replayed"] = "true"
    return found


@router.get("/stream", response_class=Response, responses=STREAM)
async def stream_running(request: Request, hub: HubOf) -> EventStream:
    """The list of running packages that the caller may see, sent whenever it changes (SSE, event ``running``)."""
    return EventStream(hub.live.running(visible(request)), request, hub.live)


@router.get("/{execution_id}")
def get_execution(execution: ExecutionOf) -> dict[str, Any]:
    """One execution with its row counts per path."""
    return execution


@router.post("/{execution_id}/stop", status_code=202)
def stop(execution: ExecutionOf, request: Request, hub: HubOf) -> dict[str, Any]:
    """Ask a running package to stop; there may be a delay."""
    note(request, target=execution["package_path"], before=execution["state"], after="stopping")
    note(request, detail=execution["id"])
    return hub.stop_execution(execution["id"])


@router.get("/{execution_id}/events", response_model=dict[str, Any])
def list_events(
    execution: ExecutionOf,
    hub: HubOf,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=5000)] = PAGE,
    kind: Annotated[str, Query(max_length=64)] = "",
    level: Annotated[Literal["", "error", "warning", "information", "verbose"], Query()] = "",
    text: Annotated[str, Query(max_length=200, description="Looked for in messages and sources.")] = "",
) -> JSONResponse:
    """Events after a sequence number, in order; ``next`` is where to go on."""
    found = hub.history.events(execution["number"], after=after, limit=limit, kind=kind, level=level, text=text)
    return JSONResponse({"events": found, "next": found[-1]["sequence"] if len(found) == limit else None})


@router.get("/{execution_id}/phases")
def list_phases(execution: ExecutionOf, hub: HubOf) -> dict[str, Any]:
    """How long each component of its data flows spent in each phase: Validate, PreExecute, PrimeOutput, ProcessInput, PostExecute."""
    return {"phases": hub.history.phases(execution["number"])}


@router.get("/{execution_id}/stream", response_class=Response, responses=STREAM)
async def stream_events(
    execution: ExecutionOf, request: Request, hub: HubOf, after: Annotated[int, Query(ge=0, le=2**53)] = 0
) -> EventStream:
    """The run live (SSE): ``events`` (a list, from ``after`` or Last-Event-ID on) and ``execution``; ends with the run."""
    last = request.headers.get("last-event-id", "")
    cursor = max(after, min(int(last), 2**53)) if LAST_ID.fullmatch(last) else after
    return EventStream(hub.live.run(execution, cursor), request, hub.live)
