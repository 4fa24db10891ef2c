"""/api/events: the service's event log, what Log File Viewer shows (SERVICE §3)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from dtserve.service.api.guard import hub_of
from dtserve.service.hub import Hub

__all__ = ["router"]

router = APIRouter(prefix="/api/events", tags=["event log"])


@router.get("")
def list_events(
    hub: Annotated[Hub, Depends(hub_of)],
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    before: Annotated[int | None, Query(ge=1)] = None,
) -> dict[str, Any]:
    """The latest entries, newest first; ``before`` (a number) pages on."""
    found = hub.event_log.entries(limit=limit, before=before)
    return {"events": found, "next": found[-1]["number"] if len(found) == limit else None}
