"""/api/service: stop the service, for who has the right to launch (SERVICE §4)."""

from __future__ import annotations

from fastapi import APIRouter, Request

from dtserve.service.api.guard import note

__all__ = ["router"]

router = APIRouter(prefix="/api/service", tags=["service"])


@router.post("/stop", status_code=202)
def stop_service(request: Request) -> dict[str, str]:
    """Stop the service as Ctrl-C does; running packages as StopExecutingPackagesOnShutdown says."""
    note(request, target="service", before="running", after="stopping")
    request.app.state.stop()
    return {"state": "stopping"}
