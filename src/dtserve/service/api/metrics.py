"""/metrics for Prometheus, and whether the service is ready."""

from __future__ import annotations

from fastapi import APIRouter, Response

from dtserve.service.api.guard import HubOf
from dtserve.service.metrics import CONTENT_TYPE

__all__ = ["router"]

router = APIRouter(tags=["metrics"])


@router.get("/metrics", response_class=Response, responses={200: {"content": {CONTENT_TYPE: {}}}})
def metrics(hub: HubOf) -> Response:
    """Figures of the service in Prometheus' text format."""
    return Response(hub.metrics.text(), media_type=CONTENT_TYPE)


@router.get("/api/ready")
def ready(hub: HubOf) -> dict[str, str]:
    """Answers once the service takes work: its database can be read and it is not stopping; 503 otherwise."""
    hub.check_ready()
    return {"status": "ready"}
