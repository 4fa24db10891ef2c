"""The one shape of errors on the wire: RFC 9457 problem details with SSIS's code and symbol."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from dtserve.errors import (
    AccessDenied,
    DtserveError,
    InternalError,
    PackageError,
    PackageNotFound,
    StoreError,
    TransientError,
    UnsupportedError,
    UsageError,
)
from dtserve.service.access_errors import (
    AccountExists,
    AccountNotFound,
    LastAdministrator,
    LengthRequired,
    RevisionMismatch,
    RoleExists,
    RoleNotFound,
    TokenNotFound,
    TooManyLogins,
)
from dtserve.service.errors import (
    AlertNotFound,
    BadToken,
    ExecutionNotFound,
    JobGone,
    KeyBusy,
    NameTaken,
    NotRunning,
    RequestInvalid,
    ScheduleNotFound,
    SealBroken,
    TooLarge,
    TooManyWatchers,
)
from dtserve.stores.errors import (
    FolderNotFound,
    InvalidName,
    PackageTooLarge,
    PathWithoutPackage,
    RevisionChanged,
    VersionNotFound,
)

__all__ = ["PROBLEM", "RESPONSES", "problem", "status_of"]

AGAIN_SECONDS = 5
"""When a refused watcher may ask again: about as long as a page of the console is looked at."""
_log = logging.getLogger("dtserve.service")

_STATUS: tuple[tuple[type, int], ...] = (
    (BadToken, 401),
    (TooManyLogins, 429),
    (AccessDenied, 403),
    (RevisionMismatch, 412),
    (RevisionChanged, 412),
    (LengthRequired, 411),
    (AccountNotFound, 404),
    (TokenNotFound, 404),
    (RoleNotFound, 404),
    (AccountExists, 409),
    (RoleExists, 409),
    (LastAdministrator, 409),
    (TooLarge, 413),
    (ExecutionNotFound, 404),
    (PackageNotFound, 404),
    (FolderNotFound, 404),
    (VersionNotFound, 404),
    (PackageTooLarge, 413),
    (InvalidName, 400),
    (PathWithoutPackage, 400),
    (NotRunning, 409),
    (KeyBusy, 409),
    (NameTaken, 409),
    (ScheduleNotFound, 404),
    (AlertNotFound, 404),
    (JobGone, 409),
    (SealBroken, 409),
    (UsageError, 400),
    (PackageError, 422),
    (UnsupportedError, 422),
    (TransientError, 503),
    (StoreError, 409),
)

PROBLEM = {
    "description": "A problem (RFC 9457): title, status, detail, code, symbol, remedy.",
    "content": {
        "application/problem+json": {
            "schema": {
                "type": "object",
                "required": ["type", "title", "status", "detail", "code", "symbol"],
                "properties": {
                    "type": {"type": "string"},
                    "title": {"type": "string"},
                    "status": {"type": "integer"},
                    "detail": {"type": "string"},
                    "code": {"type": "string"},
                    "symbol": {"type": "string"},
                    "remedy": {"type": "string"},
                },
            }
        }
    },
}
"""OpenAPI's description of it."""
RESPONSES: dict[int | str, dict[str, Any]] = dict.fromkeys(
    (400, 401, 403, 404, 405, 409, 411, 412, 413, 415, 422, 429, 500, 503), PROBLEM
)
"""Every operation may answer with these."""


def status_of(error: DtserveError) -> int:
    """The HTTP status of an error."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def problem(error: DtserveError, status: int | None = None) -> JSONResponse:
    """The response that tells an error."""
    status = status or status_of(error)
    body = {
        "type": "about:blank",
        "title": error.symbol,
        "status": status,
        "detail": error.message,
        "code": error.hresult,
        "symbol": error.symbol,
        "remedy": error.remedy,
    }
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    if isinstance(error, TooManyLogins):
        headers["Retry-After"] = str(error.facts["seconds"])
    elif isinstance(error, TooManyWatchers):
        headers["Retry-After"] = str(AGAIN_SECONDS)
    return JSONResponse(body, status, headers, media_type="application/problem+json")


async def on_dtserve_error(_request: Request, error: Exception) -> JSONResponse:
    """Every coded error."""
    assert_coded = error if isinstance(error, DtserveError) else InternalError(where="the service", detail=str(error))
    return problem(assert_coded)


async def on_invalid_request(_request: Request, error: Exception) -> JSONResponse:
    """A request that does not fit the schema: says which field."""
    details = error.errors() if isinstance(error, RequestValidationError) else []
    text = "; ".join(f"{'.'.join(str(part) for part in d['loc'])}: {d['msg']}" for d in details)
    return problem(RequestInvalid(detail=text or "The request is not valid."), 422)


async def on_http_exception(_request: Request, error: Exception) -> JSONResponse:
    """Unknown paths and methods, from the router itself."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    details = {404: "There is no such address here.", 405: "That method is not known at this address."}
    detail = details.get(status, "The request's body cannot be read.")
    return problem(RequestInvalid(detail=detail), status)


async def on_defect(request: Request, error: Exception) -> JSONResponse:
    """Anything unforeseen: coded, logged with its trace on the server, never shown to the caller."""
    known = {"request_id": getattr(request.state, "request_id", "")}
    _log.error("defect at %s %s", request.method, request.url.path, exc_info=error, extra=known)
    return problem(InternalError(where=f"{request.method} {request.url.path}", detail=type(error).__name__), 500)
