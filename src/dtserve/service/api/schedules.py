"""/api/schedules: stored packages that start by the clock."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from dtserve.service.api.guard import CallerOf, HubOf, TreeOf, note
from dtserve.service.api.start import Start
from dtserve.service.errors import RequestInvalid
from dtserve.service.timetable import Timetable
from dtserve.stores.names import parse_path

__all__ = ["router"]

router = APIRouter(prefix="/api/schedules", tags=["schedules"])
ScheduleId = Annotated[str, Path(max_length=36)]


class NewSchedule(BaseModel):
    """What to start, and when: either cron or every_seconds."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1, max_length=200)
    start: Start
    cron: str = Field(default="", max_length=200, description="Minute, hour, day, month, weekday.")
    every_seconds: float = Field(default=0, ge=0, le=10_000_000)
    time_zone: str = Field(default="UTC", max_length=100, description="As Europe/Berlin; the clock that cron follows.")
    missed: Literal["skip", "once"] = Field(
        default="skip", description="What becomes of runs the service slept through."
    )


class Change(BaseModel):
    """Pause or resume."""

    model_config = ConfigDict(extra="forbid")
    paused: bool


@router.get("")
def list_schedules(hub: HubOf) -> dict[str, Any]:
    """All schedules by name, with their next and last runs."""
    return {"schedules": hub.schedules.find()}


@router.post("", status_code=201)
def add_schedule(body: NewSchedule, request: Request, caller: CallerOf, hub: HubOf, tree: TreeOf) -> dict[str, Any]:
    """Add a schedule for a stored package; its runs are the caller's, with the caller's rights at that time."""
    note(request, target=body.name)
    run = body.start.request()
    if not run.package:
        raise RequestInvalid(detail="A schedule starts a stored package: give start.package.")
    tree.require(tree.resolve(parse_path(run.package)), "read")
    timetable = Timetable(body.cron, body.every_seconds, body.time_zone)
    return hub.schedules.add(body.name, caller.name, run, timetable, missed=body.missed)


@router.get("/{schedule_id}")
def get_schedule(schedule_id: ScheduleId, hub: HubOf) -> dict[str, Any]:
    """One schedule."""
    return hub.schedules.get(schedule_id)


@router.patch("/{schedule_id}")
def change_schedule(schedule_id: ScheduleId, body: Change, request: Request, hub: HubOf) -> dict[str, Any]:
    """Pause it, or let it go on with its next regular time."""
    found = hub.schedules.pause(schedule_id, body.paused)
    note(request, target=found["name"], after="paused" if body.paused else "resumed")
    return found


@router.delete("/{schedule_id}", status_code=204)
def remove_schedule(schedule_id: ScheduleId, request: Request, hub: HubOf) -> None:
    """Remove it; the runs that it started stay in the history."""
    note(request, target=hub.schedules.get(schedule_id)["name"])
    hub.schedules.remove(schedule_id)
