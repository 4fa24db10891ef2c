"""Traces for OpenTelemetry, sent by OTLP over HTTP: an option (extra ``telemetry``), off without ``telemetry.endpoint``.

Spans are made in a thread of their own and sent in batches: a collector that is slow or away delays no run and
no answer; what it does not take is lost.
"""

from __future__ import annotations

import logging
import queue
import socket
import threading
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from dtserve import __version__
from dtserve.service.errors import BadSetting, TelemetryMissing
from dtserve.service.history import History
from dtserve.service.settings import Settings

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import SpanContext

__all__ = ["Traces", "open_traces"]

MOST_REMEMBERED = 10_000
CLOSE_SECONDS = 5.0
_log = logging.getLogger("dtserve.service.traces")


class Traces:
    """The spans of requests and of runs."""

    def __init__(self, provider: TracerProvider, history: History) -> None:
        self._provider = provider
        self._history = history
        self.tracer = provider.get_tracer("dtserve", __version__)
        self._asked_by: OrderedDict[str, SpanContext] = OrderedDict()
        self._ended: queue.Queue[int | None] = queue.Queue()
        self._thread = threading.Thread(target=self._work, name="traces", daemon=True)
        self._thread.start()

    def remember(self, execution_id: str) -> None:
        """Note which request starts an execution: called where that request is served."""
        from opentelemetry.trace import get_current_span

        context = get_current_span().get_span_context()
        if context.is_valid:
            self._asked_by[execution_id] = context
            while len(self._asked_by) > MOST_REMEMBERED:
                self._asked_by.popitem(last=False)

    def ended(self, number: int) -> None:
        """An execution has ended: its spans are made soon."""
        self._ended.put(number)

    def close(self) -> None:
        """Send what is left, for :data:`CLOSE_SECONDS` at most."""
        self._ended.put(None)
        closing = threading.Thread(target=self._finish, name="traces end", daemon=True)
        closing.start()
        closing.join(CLOSE_SECONDS)

    def _finish(self) -> None:
        self._thread.join()
        self._provider.shutdown()

    def _work(self) -> None:
        while (number := self._ended.get()) is not None:
            try:
                self._make(number)
            except Exception:
                _log.exception("the spans of execution %s could not be made", number)

    def _make(self, number: int) -> None:
        from opentelemetry.trace import NonRecordingSpan, set_span_in_context

        from dtserve.service.run_spans import RunSpans

        row = self._history.numbered(number)
        if row is None:
            return
        asked_by = self._asked_by.pop(row["id"], None)
        parent = set_span_in_context(NonRecordingSpan(asked_by)) if asked_by is not None else None
        RunSpans(self.tracer, self._history, row).make(parent)


def open_traces(settings: Settings, home: Path, history: History) -> Traces | None:
    """What the settings ask for; None without an endpoint. TelemetryMissing, BadSetting."""
    endpoint = settings.text("telemetry.endpoint").strip()
    if not endpoint:
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
    except ImportError:
        raise TelemetryMissing() from None
    parts = urlsplit(endpoint)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or parts.query:
        reason = "an address such as http://127.0.0.1:4318/v1/traces is wanted; credentials stand in headers_file"
        raise BadSetting(name="telemetry.endpoint", reason=reason)
    exporter = OTLPSpanExporter(
        endpoint=endpoint,
        headers=_headers(settings.text("telemetry.headers_file"), home),
        certificate_file=settings.text("telemetry.ca") or None,
    )
    facts: dict[str, Any] = {"service.name": settings.text("telemetry.service_name"), "service.version": __version__}
    provider = TracerProvider(
        sampler=ParentBased(TraceIdRatioBased(settings.number("telemetry.sample_percent") / 100)),
        resource=Resource.create({**facts, "host.name": socket.gethostname()}),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(BatchSpanProcessor(exporter))
    traces = Traces(provider, history)
    history.on_end.append(traces.ended)
    return traces


def _headers(name: str, home: Path) -> dict[str, str]:
    """The headers of a file: one ``Name: value`` per line. BadSetting, without any of the file's text."""
    if not name.strip():
        return {}
    try:
        lines = (home / name).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = f"{name} cannot be read: {getattr(error, 'strerror', None) or 'it is no text'}"
        raise BadSetting(name="telemetry.headers_file", reason=reason) from None
    found = {}
    for line in filter(str.strip, lines):
        header, colon, value = line.partition(":")
        if not colon or not header.strip() or not line.isascii():
            raise BadSetting(name="telemetry.headers_file", reason="each line is Name: value")
        found[header.strip().lower()] = value.strip()
    return found
