"""What surrounds every request: security headers, foreign origins, sizes, the audit, and event 10016 for refusals."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dtserve.errors import AccessDenied, DtserveError
from dtserve.service.access_errors import LengthRequired
from dtserve.service.api import problems
from dtserve.service.api.guard import SAFE, address_of, identity_of
from dtserve.service.errors import RequestInvalid, TooLarge
from dtserve.service.hub import Hub
from dtserve.service.identity import Identity
from dtserve.service.network import is_loopback

__all__ = ["MAX_BODY", "Surface"]

MAX_BODY = 1024 * 1024
"""Bytes of a request's body where it is no package."""
PACKAGE_BODIES = ("/api/packages", "/api/executions")
REPEAT_SECONDS = 60.0
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
STRICT_TRANSPORT = "max-age=31536000"


class Surface:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, hub: Hub) -> None:
        self._app = app
        self._hub = hub
        self._told = _Once(REPEAT_SECONDS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})
        answer = _Answer(scope, send, self._record)
        refused = self._refusal(scope)
        if refused is None and self._is_large(scope):
            refused = await run_in_threadpool(_stranger, scope)
        if refused is not None:
            await problems.problem(refused)(scope, receive, answer.send)
            return
        await self._app(scope, receive, answer.send)

    def _refusal(self, scope: Scope) -> DtserveError | None:
        """What is wrong with a request, above all one that changes something, before anything else looks at it."""
        headers = Headers(scope=scope)
        if not self._host_is_ours(headers.get("host", "")):
            return RequestInvalid(detail="The service does not answer to that host name.")
        if scope["method"] in SAFE:
            return None
        if not _same_origin(scope, headers):
            return AccessDenied()
        length, chunked = headers.get("content-length", ""), "transfer-encoding" in headers
        if chunked and not headers.get("content-type", "").startswith("application/octet-stream"):
            return LengthRequired()
        packages = scope["path"].startswith(PACKAGE_BODIES)
        limit = self._hub.home.max_package_bytes * 2 if packages else MAX_BODY  # in base64 a package is longer
        if length.isdecimal() and int(length) > limit:
            return TooLarge(limit=limit)
        return None

    def _is_large(self, scope: Scope) -> bool:
        """Whether the body is worth asking who sends it before it is read."""
        headers = Headers(scope=scope)
        length = headers.get("content-length", "")
        return "transfer-encoding" in headers or (length.isdecimal() and int(length) > MAX_BODY)

    def _host_is_ours(self, host: str) -> bool:
        """On loopback only its own names: a foreign one that resolves to it is an attack (DNS rebinding)."""
        listen = self._hub.home.listen_host
        name = host.lower().rpartition(":")[0] if not host.endswith("]") and ":" in host else host.lower()
        return not is_loopback(listen) or name in ("localhost", "127.0.0.1", "[::1]", listen.lower(), f"[{listen}]")

    async def _record(self, scope: Scope, status: int) -> None:
        if not scope["path"].startswith("/api/"):
            return
        if status == 403 or (scope["method"] not in SAFE and self._worth(scope, status)):
            await run_in_threadpool(self._write, scope, status)

    def _worth(self, scope: Scope, status: int) -> bool:
        """Requests of strangers are not, except logins, whose number is limited."""
        return isinstance(scope["state"].get("identity"), Identity) or (
            scope["path"].startswith("/api/session") and status in (200, 204, 401)
        )

    def _write(self, scope: Scope, status: int) -> None:
        state = scope["state"]
        identity, facts = state.get("identity"), state.get("audit", {})
        user = facts.get("user") or (identity.name if isinstance(identity, Identity) else "")
        kind = identity.kind if isinstance(identity, Identity) else ""
        address = address_of(Request(scope))
        action = str(state.get("action") or "unknown")
        if status == 403 and self._told.first((user, action, address)):
            self._hub.event_log.write("DTS_MSG_ACCESS_DENIED", action, user or "unknown", address)
        if scope["method"] in SAFE or not (user or identity):
            return
        outcome = "done" if status < 400 else "denied" if status in (401, 403) else "failed"
        target = facts.get("target") or _target(scope)
        before, after = facts.get("before", ""), facts.get("after", "")
        detail = facts.get("detail") or f"{scope['method']} {status}"
        self._hub.identities.audit.write(
            user, action, target, outcome=outcome, kind=kind, address=address, before=before, after=after, detail=detail
        )


class _Answer:
    """Sends an answer on once its audit is written; when that fails, the failure is the answer."""

    def __init__(self, scope: Scope, send: Send, record: Callable[[Scope, int], Any]) -> None:
        self._scope = scope
        self._send = send
        self._record = record
        self._failed = False

    async def send(self, message: Message) -> None:
        """One message of the application."""
        if message["type"] == "http.response.start":
            try:
                await self._record(self._scope, message["status"])
            except DtserveError as error:
                self._failed = True
                response = problems.problem(error)
                self._head(response.raw_headers)
                start = {"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers}
                await self._send(start)
                await self._send({"type": "http.response.body", "body": response.body})
                return
            message.setdefault("headers", [])
            self._head(message["headers"], message)
        if not self._failed:
            await self._send(message)

    def _head(self, raw: list[tuple[bytes, bytes]], message: MutableMapping[str, Any] | None = None) -> None:
        headers = MutableHeaders(scope=message) if message is not None else MutableHeaders(raw=raw)
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        if self._scope["path"].startswith("/api/"):
            headers.setdefault("Cache-Control", "no-store")
        if self._scope["scheme"] == "https":
            headers.setdefault("Strict-Transport-Security", STRICT_TRANSPORT)


class _Once:
    """Whether something is new within a time; a bounded memory."""

    def __init__(self, seconds: float, most: int = 1000) -> None:
        self._seconds = seconds
        self._most = most
        self._seen: OrderedDict[tuple[str, ...], float] = OrderedDict()
        self._lock = threading.Lock()

    def first(self, key: tuple[str, ...]) -> bool:
        now = time.monotonic()
        with self._lock:
            if now - self._seen.get(key, -self._seconds) < self._seconds:
                return False
            self._seen[key] = now
            self._seen.move_to_end(key)
            while len(self._seen) > self._most:
                self._seen.popitem(last=False)
        return True


def _stranger(scope: Scope) -> DtserveError | None:
    """BadToken, or what else is wrong with who calls; None for somebody known."""
    try:
        identity_of(Request(scope))
    except DtserveError as error:
        return error
    return None


def _same_origin(scope: Scope, headers: Headers) -> bool:
    """Browsers tell where a request comes from; other programs tell nothing."""
    if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    if origin is None:
        return True
    parts = urlsplit(origin)
    return (parts.scheme, parts.netloc.lower()) == (scope["scheme"], headers.get("host", "").lower())


def _target(scope: Scope) -> str:
    """The path that the request names, else its address."""
    query = parse_qs(scope["query_string"].decode("latin-1"))
    return query["path"][0] if query.get("path") else str(scope["path"])
