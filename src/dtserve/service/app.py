"""The web application around a hub: the API, the console's files, and what surrounds every request."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException

from dtserve import __version__
from dtserve.errors import DtserveError
from dtserve.service.access import ENDPOINTS
from dtserve.service.api import (
    accounts,
    alerts,
    audit,
    bulk,
    control,
    events,
    executions,
    folders,
    local,
    metrics,
    openid,
    package_roles,
    packages,
    problems,
    rights,
    schedules,
    session,
    tokens,
    tree,
    versions,
)
from dtserve.service.api.guard import authorize
from dtserve.service.api.rechecks import Rechecks
from dtserve.service.api.request_log import RequestLog
from dtserve.service.api.request_traces import RequestTraces
from dtserve.service.api.surface import Surface
from dtserve.service.hub import Hub
from dtserve.service.oidc import OpenId

__all__ = ["ROUTERS", "create_app", "openapi_of"]

CONSOLE = Path(__file__).parent / "_console"
ROUTERS: tuple[APIRouter, ...] = tuple(
    part.router
    for part in (
        session, openid, tree, packages, versions, package_roles, bulk, folders, executions, events, tokens, accounts,
        rights, audit, control, local, schedules, alerts, metrics,
    )
)  # fmt: skip
"""The resources of the API, in the order of its documentation."""


def create_app(hub: Hub) -> FastAPI:
    """The web application around a hub."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        hub.watchers.close()

    app = FastAPI(
        title="dtserve",
        version=__version__,
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(authorize)],
        responses=problems.RESPONSES,
    )
    app.state.hub = hub
    app.state.rechecks = Rechecks()
    app.state.openid = OpenId(hub.home.settings)
    app.state.stop = lambda: None
    app.add_middleware(Surface, hub=hub)
    app.add_middleware(RequestLog)
    if hub.traces is not None:
        app.add_middleware(RequestTraces, traces=hub.traces)
    app.add_exception_handler(DtserveError, problems.on_dtserve_error)
    app.add_exception_handler(RequestValidationError, problems.on_invalid_request)
    app.add_exception_handler(HTTPException, problems.on_http_exception)
    app.add_exception_handler(Exception, problems.on_defect)
    for router in ROUTERS:
        app.include_router(router)
    _add_pages(app)
    return app


def _add_pages(app: FastAPI) -> None:
    @app.get("/", include_in_schema=False)
    def home() -> RedirectResponse:
        return RedirectResponse("/console/")

    @app.get("/console/{path:path}", include_in_schema=False)
    def console(path: str) -> Response:
        name = path if path in ("console.js", "console.css") else "index.html"
        return FileResponse(CONSOLE / name, headers={"Cache-Control": "no-cache"})

    @app.get("/api/openapi.json", tags=["session"])
    def openapi() -> JSONResponse:
        """This API in OpenAPI 3.1."""
        return JSONResponse(openapi_of(app))


def openapi_of(app: FastAPI) -> dict[str, Any]:
    """OpenAPI 3.1, with the ways to authenticate and the action that each operation needs."""
    if app.openapi_schema is None:
        found = app.openapi()
        found.setdefault("components", {})["securitySchemes"] = {
            "token": {"type": "http", "scheme": "bearer", "description": "An API token."},
            "session": {"type": "apiKey", "in": "cookie", "name": "dtserve_session"},
        }
        for path, operations in found["paths"].items():
            for method, operation in operations.items():
                action = ENDPOINTS.get((method.upper(), path), "")
                operation["x-action"] = action
                operation["security"] = [] if action == "public" else [{"token": []}, {"session": []}]
        app.openapi_schema = found
    return app.openapi_schema
