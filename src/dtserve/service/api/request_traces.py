"""A span per request, in the trace that its ``traceparent`` names where it has one (W3C Trace Context)."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dtserve.service.traces import Traces

__all__ = ["RequestTraces"]


class RequestTraces:
    """ASGI middleware; names are those of OpenTelemetry's semantic conventions for HTTP servers."""

    def __init__(self, app: ASGIApp, traces: Traces) -> None:
        self._app = app
        self._traces = traces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        from opentelemetry.trace import SpanKind, Status, StatusCode, use_span
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        span = self._traces.tracer.start_span(
            scope["method"],
            TraceContextTextMapPropagator().extract(Headers(scope=scope)),
            SpanKind.SERVER,
            {"http.request.method": scope["method"], "url.scheme": scope["scheme"]},
        )

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                span.set_attribute("http.response.status_code", message["status"])
                if message["status"] >= 500:
                    span.set_status(Status(StatusCode.ERROR))
            await send(message)

        with use_span(span, end_on_exit=True, record_exception=False):
            try:
                await self._app(scope, receive, answer)
            finally:
                route = getattr(scope.get("route"), "path", "")
                if route:
                    span.update_name(f"{scope['method']} {route}")
                    span.set_attribute("http.route", route)
                span.set_attribute("dtserve.request_id", scope.get("state", {}).get("request_id", ""))
