"""Listens to the components of a running data flow: what came in, what went out, per call."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from dtserve.dataflow import running


@dataclass
class Call:
    """One call of a component: the input and its rows (None for finish and produce), rows per output."""

    input_ref: str
    frame: pl.DataFrame | None
    emitted: list[tuple[str, pl.DataFrame]] = field(default_factory=list)


@dataclass
class Heard:
    """The components of a run and their calls by refId."""

    components: dict[str, Any] = field(default_factory=dict)
    calls: dict[str, list[Call]] = field(default_factory=lambda: defaultdict(list))
    before: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def into(self, ref: str, input_ref: str = "") -> list[pl.DataFrame]:
        """The frames that came into a component."""
        return [c.frame for c in self.calls[ref] if c.frame is not None and (not input_ref or c.input_ref == input_ref)]

    def out(self, ref: str, output_ref: str) -> list[pl.DataFrame]:
        """The frames that left by an output."""
        return [frame for c in self.calls[ref] for output, frame in c.emitted if output == output_ref]


@contextmanager
def listening() -> Iterator[Heard]:
    """All data flows that run meanwhile are heard."""
    heard = Heard()
    original = running.Running.__init__

    def init(self: Any, host: Any, components: dict[str, Any], *rest: Any, **named: Any) -> None:
        original(self, host, components, *rest, **named)
        for ref, component in components.items():
            heard.components[ref] = component
            for name in ("process", "finish", "end_of_input", "produce"):
                if hasattr(component, name):
                    setattr(component, name, _heard(heard, ref, getattr(component, name)))

    running.Running.__init__ = init  # type: ignore[method-assign]
    try:
        yield heard
    finally:
        running.Running.__init__ = original  # type: ignore[method-assign]


def _heard(heard: Heard, ref: str, method: Any) -> Any:
    def wrapped(*arguments: Any) -> Iterator[Any]:
        call = Call(arguments[0] if arguments else "", arguments[1] if len(arguments) > 1 else None)
        with heard.lock:
            heard.calls[ref].append(call)
        for output, frame in method(*arguments):
            call.emitted.append((output, frame))
            yield output, frame

    return wrapped
