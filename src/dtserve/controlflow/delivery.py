"""How an event reaches the sink, the log providers, the error counts and the event handlers (CONTROL_FLOW §4, §6).

Each event goes to every ancestor of the executable that raised it, event handlers of the
parent package included when it runs as a child. ``System::Propagate = False`` stops the
handlers further up in the same package. A handler is not entered again by events that its own
work raises. Handlers run in the thread that raised the event, one chain at a time.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dtserve.controlflow.container import Container
    from dtserve.controlflow.containers.event_handler import HandlerContainer
    from dtserve.controlflow.events import Event

__all__ = ["PROPAGATE_STOPS_ERROR_COUNT", "ancestors", "deliver", "deliver_foreign"]

PROPAGATE_STOPS_ERROR_COUNT = False
"""Whether Propagate=False also keeps an error from being counted further up (§4: it does not)."""

NOTHING: Mapping[str, Any] = {}


def ancestors(container: Container) -> Iterator[Container]:
    """The executable itself, its parents up to its package, then the parent package's task and so on."""
    here: Container | None = container
    while here is not None:
        yield here
        here = here.parent if here.parent is not None else here.run.parent


def deliver(source: Container, kind: str, facts: dict[str, Any]) -> bool:
    """Raise event ``kind`` at ``source``; True when a handler set ``System::Cancel``."""
    run = source.run
    if kind == "OnError":
        for level in ancestors(source):
            level.count_error()
    elif kind == "OnWarning" and run.validating:
        run.warnings += 1
    event = run.shared.emit(kind, source.name, source.model.dtsid, source.model.ref_id, **facts)
    cancel = False
    first = run.package
    if first.logs_events or first.has_handler(kind):
        for level in ancestors(source):
            if level.run.package.logging is not None:
                level.run.package.logging.write(level, event)
        cancel = first.has_handler(kind) and _run_handlers(source, kind, event)
    if cancel:
        source.cancel_requested = True
    return cancel


def deliver_foreign(host: Container, event: Event) -> None:
    """Take in an event of a child package that runs in another process, below the task ``host``."""
    if event.kind == "OnError":
        for level in ancestors(host):
            level.count_error()
    facts = {name: getattr(event, name) for name in _CARRIED}
    own = host.run.shared.emit(event.kind, event.source, event.source_id, event.source_path, **facts)
    package = host.run.package
    if package.logs_events or package.has_handler(event.kind):
        for level in ancestors(host):
            if level.run.package.logging is not None:
                level.run.package.logging.write(level, own)
        _run_handlers(host, event.kind, own)


_CARRIED = ("code", "message", "subcomponent", "percent", "result", "data", "time")


def _run_handlers(source: Container, kind: str, event: Event) -> bool:
    active = source.handler.active if source.handler is not None else _outer_active(source)
    targets = [
        (level, level.handlers[kind])
        for level in ancestors(source)
        if kind in level.handlers and not level.disable_event_handlers
    ]
    targets = [(level, handler) for level, handler in targets if handler not in active and not handler.disabled]
    if not targets:
        return False
    cancel = False
    stopped: set[int] = set()
    with contextlib.nullcontext() if active else source.run.shared.handler_lock:
        for level, handler in targets:
            if id(level.run) in stopped:
                continue
            cancel = handler.handle(event, source, active) or cancel
            if not handler.propagates and not source.run.validating:
                stopped.add(id(level.run))
    return cancel


def _outer_active(source: Container) -> frozenset[HandlerContainer]:
    """The handlers within which the whole child package runs."""
    host = source.run.parent
    while host is not None:
        if host.handler is not None:
            return host.handler.active
        host = host.run.parent
    return frozenset()
