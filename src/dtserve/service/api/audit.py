"""/api/audit: every change and refused change, for administrators."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from dtserve.service.api.guard import HubOf

__all__ = ["router"]

router = APIRouter(prefix="/api/audit", tags=["access"])
Text = Annotated[str, Query(max_length=400)]


@router.get("")
def list_audit(
    hub: HubOf,
    user: Text = "",
    action: Text = "",
    outcome: Annotated[str, Query(pattern="^(done|denied|failed)?$", description="done, denied or failed.")] = "",
    target: Annotated[str, Query(max_length=4000, description="The beginning of it.")] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    before: Annotated[int | None, Query(ge=1, le=2**53)] = None,
) -> dict[str, Any]:
    """The latest rows, newest first; ``before`` (a number) pages on."""
    found = hub.identities.audit.entries(
        limit=limit, before=before, user=user, action=action, outcome=outcome, target=target
    )
    return {"audit": found, "next": found[-1]["number"] if len(found) == limit else None}
