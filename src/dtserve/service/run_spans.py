"""A run as spans of OpenTelemetry: the execution, its queue, packages, containers, tasks, data flow components.

Made from the history once the run has ended, so that a trace is whole even when the service was started again
meanwhile. The length of a component's span is the time it worked, from the beginning of its data flow.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dtserve.service.history import History
from dtserve.service.logs import hide_secrets

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.trace import Span, Tracer

__all__ = ["LONGEST_TEXT", "MOST_SPANS", "RunSpans"]

MOST_SPANS = 10_000
"""Spans of one run; what a loop makes beyond is left out and counted in ``dtserve.spans_left_out``."""
LONGEST_TEXT = 1000
PAGE = 1000
KINDS = ("OnPreExecute", "OnPostExecute", "OnError", "ComponentPhase")
FAILED = ("failed", "timed_out", "lost")
NANO = 1_000_000_000


class RunSpans:
    """Makes the spans of one ended execution."""

    def __init__(self, tracer: Tracer, history: History, row: dict[str, Any]) -> None:
        self._tracer = tracer
        self._history = history
        self._row = row
        self._open: list[tuple[dict[str, Any], Span]] = []
        self._made = self._left_out = 0
        self._busy: dict[str, dict[str, dict[str, float]]] = {}
        self._rows: dict[str, dict[str, int]] = {}

    def make(self, parent: Context | None) -> None:
        """Emit all of them; ``parent`` is the request that started the run, where it is known."""
        from opentelemetry.trace import Status, StatusCode, set_span_in_context

        row = self._row
        ended = row["ended"] or row["created"]
        root = self._tracer.start_span(
            f"execution {row['package_name']}",
            parent,
            attributes=_execution_facts(row),
            start_time=_nano(row["created"]),
        )
        self._context = set_span_in_context(root)
        if row["started"]:
            waited = self._tracer.start_span("queue", self._context, start_time=_nano(row["created"]))
            waited.end(_nano(row["started"]))
        for path in self._history.get(row["id"])["paths"]:
            rows = self._rows.setdefault(str(path["path"]).partition(".Paths[")[0], {})
            rows[path["component"]] = rows.get(path["component"], 0) + path["rows"]
        for event in self._events():
            getattr(self, f"_{event['kind']}")(event)
        for _, span in reversed(self._open):  # those that were killed
            span.end(_nano(ended))
        if row["state"] in FAILED:
            root.set_status(Status(StatusCode.ERROR, _plain(row["reason"])))
        if self._left_out:
            root.set_attribute("dtserve.spans_left_out", self._left_out)
        root.end(_nano(ended))

    def _events(self) -> Iterator[dict[str, Any]]:
        number = self._row["number"]
        return heapq.merge(*(self._of_kind(number, kind) for kind in KINDS), key=lambda event: event["sequence"])

    def _of_kind(self, number: int, kind: str) -> Iterator[dict[str, Any]]:
        after = 0
        while page := self._history.events(number, after=after, limit=PAGE, kind=kind):
            yield from page
            after = page[-1]["sequence"]

    def _start(self, name: str, parent: Span | None, time: float, facts: dict[str, Any]) -> Span | None:
        from opentelemetry.trace import set_span_in_context

        if self._made >= MOST_SPANS:
            self._left_out += 1
            return None
        self._made += 1
        context = set_span_in_context(parent) if parent is not None else self._context
        return self._tracer.start_span(name, context, attributes=facts, start_time=_nano(time))

    def _parent(self, path: str) -> Span | None:
        """The innermost open span around a path; a child package's path begins anew, inside what was opened last."""
        around: Span | None = self._open[-1][1] if self._open else None
        for event, span in self._open:
            if path.startswith((event["source_path"] + "\\", event["source_path"] + ".")):
                around = span
        return around

    def _OnPreExecute(self, event: dict[str, Any]) -> None:
        path = event["source_path"]
        facts = {"dtserve.path": path, "dtserve.id": event["source_id"]}
        span = self._start(event["source"], self._parent(path), event["time"], facts)
        if span is not None:
            self._open.append((event, span))

    def _OnPostExecute(self, event: dict[str, Any]) -> None:
        from opentelemetry.trace import Status, StatusCode

        at = self._find(event)
        if at is None:
            return
        began, span = self._open.pop(at)
        self._components(began, span, event["time"])
        if event["result"] is not None:
            span.set_attribute("dtserve.result", event["result"])
            if event["result"] == 1:
                span.set_status(Status(StatusCode.ERROR))
        span.end(_nano(event["time"]))

    def _OnError(self, event: dict[str, Any]) -> None:
        at = self._find(event)
        if at is not None and not event["data"].get("bubbled"):
            facts = {"dtserve.code": f"0x{event['code'] & 0xFFFFFFFF:08X}", "message": _plain(event["message"])}
            self._open[at][1].add_event("OnError", facts, _nano(event["time"]))

    def _ComponentPhase(self, event: dict[str, Any]) -> None:
        data = event["data"]
        phases = self._busy.setdefault(event["source_id"], {}).setdefault(str(data.get("component", "")), {})
        phase = str(data.get("phase", ""))
        phases[phase] = phases.get(phase, 0.0) + float(data.get("seconds", 0.0))

    def _components(self, began: dict[str, Any], flow: Span, ended: float) -> None:
        rows = self._rows.get(began["source_path"], {})
        for name, phases in self._busy.pop(began["source_id"], {}).items():
            facts: dict[str, Any] = {f"dtserve.seconds.{phase}": round(took, 6) for phase, took in phases.items()}
            if name in rows:
                facts["dtserve.rows_sent"] = rows[name]
            span = self._start(name, flow, began["time"], facts)
            if span is not None:
                span.end(_nano(min(ended, began["time"] + sum(phases.values()))))

    def _find(self, event: dict[str, Any]) -> int | None:
        """Where among the open ones the executable of an event is."""
        for at in range(len(self._open) - 1, -1, -1):
            if self._open[at][0]["source_id"] == event["source_id"]:
                return at
        return None


def _execution_facts(row: dict[str, Any]) -> dict[str, Any]:
    names = ("id", "state", "exit_code", "attempt", "errors", "warnings", "origin", "cpu_seconds", "peak_memory")
    facts = {f"dtserve.execution.{name}": row[name] for name in names if row.get(name) is not None}
    return facts | {"dtserve.package.path": row["package_path"], "enduser.id": row["user"]}


def _plain(text: str) -> str:
    return str(hide_secrets(None, "", {"event": text})["event"])[:LONGEST_TEXT]


def _nano(seconds: float) -> int:
    return int(seconds * NANO)
