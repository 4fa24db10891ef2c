"""/api/audit: every change and refused change, for administrators."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from dtserve.service.api.guard import HubOf
from dtserve.service.audit import COLUMNS, export

__all__ = ["router"]

router = APIRouter(prefix="/api/audit", tags=["access"])
Text = Annotated[str, Query(max_length=400)]
Outcome = Annotated[str, Query(pattern="^(done|denied|failed)?$", description="done, denied or failed.")]
Target = Annotated[str, Query(max_length=4000, description="The beginning of it.")]
Moment = Annotated[float | None, Query(ge=0, le=1e11, allow_inf_nan=False, description="Seconds since 1970.")]
TYPES = {"jsonl": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}


@router.get("")
def list_audit(
    hub: HubOf,
    user: Text = "",
    action: Text = "",
    outcome: Outcome = "",
    target: Target = "",
    since: Moment = None,
    until: Moment = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    before: Annotated[int | None, Query(ge=1, le=2**53)] = None,
) -> dict[str, Any]:
    """The latest rows, newest first; ``before`` (a number) pages on."""
    found = hub.identities.audit.entries(
        limit=limit, before=before, user=user, action=action, outcome=outcome, target=target, since=since, until=until
    )
    return {"audit": found, "next": found[-1]["number"] if len(found) == limit else None}


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/x-ndjson": {}, "text/csv": {}}}},
)
def export_audit(
    hub: HubOf,
    form: Annotated[str, Query(alias="format", pattern="^(jsonl|csv)$", description="jsonl or csv.")] = "jsonl",
    user: Text = "",
    action: Text = "",
    outcome: Outcome = "",
    target: Target = "",
    since: Moment = None,
    until: Moment = None,
) -> StreamingResponse:
    """All rows that the filters choose, newest first: a JSON object per line, or CSV."""
    chosen = {"user": user, "action": action, "outcome": outcome, "target": target, "since": since, "until": until}
    return StreamingResponse(export(hub.identities.audit.entries, form, COLUMNS, **chosen), media_type=TYPES[form])
