"""One line of the log per request, and the id by which all lines of a request are found."""

from __future__ import annotations

import logging
import re
import secrets
import time

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dtserve.service.api.guard import address_of
from dtserve.service.identity import Identity

__all__ = ["REQUEST_ID", "RequestLog"]

REQUEST_ID = "X-Request-Id"
GIVEN = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""What a proxy may have given a request as its id; anything else is not taken over into the log."""
_log = logging.getLogger("dtserve.service.requests")


class RequestLog:
    """ASGI middleware around everything else: the answer's header tells the id, too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        from structlog.contextvars import bound_contextvars

        given = Headers(scope=scope).get(REQUEST_ID, "")
        request_id = given if GIVEN.fullmatch(given) else secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        began, status = time.monotonic(), 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message.setdefault("headers", [])
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
            await send(message)

        with bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, answer)
            finally:
                _write(scope, status, time.monotonic() - began)


def _write(scope: Scope, status: int, seconds: float) -> None:
    """The line; an address that no route knows is left out, whatever somebody has typed there."""
    if not _log.isEnabledFor(logging.INFO):
        return
    identity = scope["state"].get("identity")
    fields = {
        "method": scope["method"],
        "path": scope["path"] if scope.get("route") is not None else "",
        "status": status,
        "seconds": round(seconds, 4),
        "action": str(scope["state"].get("action") or ""),
        "identity": identity.name if isinstance(identity, Identity) else "",
        "address": address_of(Request(scope)),
    }
    _log.info("request", extra=fields)
