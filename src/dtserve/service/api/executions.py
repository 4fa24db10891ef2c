"""/api/executions: start, list, watch and stop runs of packages (Running Packages, SERVICE §5)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from dtserve.service.api.guard import hub_of
from dtserve.service.history import RUNNING
from dtserve.service.hub import Hub

__all__ = ["router"]

router = APIRouter(prefix="/api/executions", tags=["executions"])
HubOf = Annotated[Hub, Depends(hub_of)]
PAGE = 500
PING_SECONDS = 15.0


class Start(BaseModel):
    """What to run: a stored package by its path (``\\MSDB\\Finance\\Load``), with settings for this run."""

    package: str = Field(max_length=4000)
    set: dict[str, str] = Field(default_factory=dict, description="Property path → value, as dtexec /SET.")
    parameters: dict[str, str] = Field(default_factory=dict, description="Parameter → value, as dtexec /PAR.")
    connections: dict[str, str] = Field(
        default_factory=dict, description="Connection manager → connection string, as dtexec /CONNECTION."
    )
    validate_only: bool = False


@router.get("")
def list_executions(
    hub: HubOf,
    running: bool | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    before: Annotated[int | None, Query(ge=1)] = None,
) -> dict[str, Any]:
    """Executions, newest first; ``before`` (a number) pages on."""
    found = hub.history.find(running=running, limit=limit, before=before)
    return {"executions": found, "next": found[-1]["number"] if len(found) == limit else None}


@router.post("", status_code=201)
def start(body: Start, request: Request, hub: HubOf) -> dict[str, Any]:
    """Start a stored package in a process of its own."""
    return hub.executions.start(
        body.package,
        request.state.identity.name,
        settings=body.set,
        parameters=body.parameters,
        connections=body.connections,
        validate_only=body.validate_only,
    )


@router.get("/stream")
async def stream_running(hub: HubOf) -> EventSourceResponse:
    """The list of running packages, sent whenever it changes (SSE, event ``running``)."""

    async def frames() -> AsyncIterator[ServerSentEvent]:
        with hub.watchers.watch("executions") as changed:
            while not hub.watchers.closed:
                changed.clear()
                found = await run_in_threadpool(hub.history.find, running=True, limit=1000)
                yield ServerSentEvent(data=json.dumps(found), event="running")
                await _wait(changed)

    return EventSourceResponse(frames(), ping=int(PING_SECONDS))


@router.get("/{execution_id}")
def get_execution(execution_id: str, hub: HubOf) -> dict[str, Any]:
    """One execution with its row counts per path."""
    return hub.history.get(execution_id)


@router.post("/{execution_id}/stop", status_code=202)
def stop(execution_id: str, hub: HubOf) -> dict[str, Any]:
    """Ask a running package to stop; there may be a delay."""
    return hub.executions.stop(execution_id)


@router.get("/{execution_id}/events")
def list_events(
    execution_id: str,
    hub: HubOf,
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=5000)] = PAGE,
    kind: Annotated[str, Query(max_length=64)] = "",
) -> dict[str, Any]:
    """Events after a sequence number, in order; ``next`` is where to go on."""
    number = hub.history.get(execution_id)["number"]
    found = hub.history.events(number, after=after, limit=limit, kind=kind)
    return {"events": found, "next": found[-1]["sequence"] if len(found) == limit else None}


@router.get("/{execution_id}/stream")
async def stream_events(
    execution_id: str, request: Request, hub: HubOf, after: Annotated[int, Query(ge=0)] = 0
) -> EventSourceResponse:
    """The run live (SSE): ``events`` (a list, from ``after`` or Last-Event-ID on) and ``execution``; ends with the run."""
    execution = await run_in_threadpool(hub.history.get, execution_id)
    last = request.headers.get("last-event-id", "")
    cursor = max(after, int(last)) if last.isdigit() else after
    return EventSourceResponse(_follow(hub, execution, cursor), ping=int(PING_SECONDS))


async def _follow(hub: Hub, execution: dict[str, Any], cursor: int) -> AsyncIterator[ServerSentEvent]:
    number, execution_id = execution["number"], execution["id"]
    with hub.watchers.watch(execution_id) as changed:
        while not hub.watchers.closed:
            changed.clear()
            execution = await run_in_threadpool(hub.history.get, execution_id)
            while found := await run_in_threadpool(hub.history.events, number, after=cursor, limit=PAGE):
                cursor = found[-1]["sequence"]
                yield ServerSentEvent(data=json.dumps(found), event="events", id=str(cursor))
            yield ServerSentEvent(data=json.dumps(execution), event="execution")
            if execution["state"] not in RUNNING:
                return
            await _wait(changed)


async def _wait(changed: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(changed.wait(), PING_SECONDS)
    except TimeoutError:
        return
