"""/api/alerts: who is told when a package fails, succeeds, is lost or runs long."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from dtserve.service.api.guard import CallerOf, HubOf, note

__all__ = ["router"]

router = APIRouter(prefix="/api/alerts", tags=["alerts"])
AlertId = Annotated[str, Path(max_length=36)]
On = Literal["succeeded", "failed", "canceled", "timed_out", "lost", "long_run"]


class NewAlert(BaseModel):
    """What to tell, of which packages, and to whom."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1, max_length=200)
    events: list[On] = Field(min_length=1, max_length=6)
    package: str = Field(default="", max_length=4000, description="A package or folder; empty for all packages.")
    long_seconds: float = Field(
        default=0, ge=0, le=10_000_000, description="With long_run: from when on a run is long."
    )
    channel: Literal["mail", "webhook"]
    target: str = Field(min_length=1, max_length=2000, description="Mail addresses, or the web hook's address.")


class Change(BaseModel):
    """Pause or resume."""

    model_config = ConfigDict(extra="forbid")
    paused: bool


@router.get("")
def list_alerts(hub: HubOf) -> dict[str, Any]:
    """All alerts by name."""
    return {"alerts": hub.alerts.find()}


@router.post("", status_code=201)
def add_alert(body: NewAlert, request: Request, caller: CallerOf, hub: HubOf) -> dict[str, Any]:
    """Add an alert."""
    note(request, target=body.name)
    return hub.alerts.add(
        body.name,
        caller.name,
        tuple(dict.fromkeys(body.events)),
        body.channel,
        body.target,
        package_path=body.package,
        long_seconds=body.long_seconds,
    )


@router.get("/messages")
def list_messages(hub: HubOf, limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> dict[str, Any]:
    """What was and is to be sent, newest first, with the problems of what was not taken."""
    return {"messages": hub.alerts.messages(limit)}


@router.get("/{alert_id}")
def get_alert(alert_id: AlertId, hub: HubOf) -> dict[str, Any]:
    """One alert."""
    return hub.alerts.get(alert_id)


@router.patch("/{alert_id}")
def change_alert(alert_id: AlertId, body: Change, request: Request, hub: HubOf) -> dict[str, Any]:
    """Pause or resume it."""
    found = hub.alerts.pause(alert_id, body.paused)
    note(request, target=found["name"], after="paused" if body.paused else "resumed")
    return found


@router.delete("/{alert_id}", status_code=204)
def remove_alert(alert_id: AlertId, request: Request, hub: HubOf) -> None:
    """Remove it, with what it has not sent yet."""
    note(request, target=hub.alerts.get(alert_id)["name"])
    hub.alerts.remove(alert_id)
