"""Cases of components with input that never ends, to be stopped while they work."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import polars as pl

from dtserve.dataflow import engine
from dtserve.dataflow.errors import DataFlowFailed
from dtserve.errors import Canceled
from support.flow_cases import build, connect, type_of, value_in
from support.flows import RecordingHost

BUFFER = 65_536
TEXTS = 1_000_000
"""Different texts: their numbers get no longer, however many rows there are."""


def busyness() -> float:
    """How many times longer than its own work something takes here now: 1 on a machine with nothing else to do."""
    wall, work = time.monotonic(), time.thread_time()
    while time.thread_time() - work < 0.05:
        sum(range(1000))
    return max((time.monotonic() - wall) / (time.thread_time() - work), 1.0)


def endless(
    columns: dict[str, Any], rows: list[list[Any]], *, sorted_by: str = "", unique: str = ""
) -> Iterator[pl.DataFrame]:
    """Buffers of a case's rows over and over, their texts with a running number; two columns may count up instead."""
    types = {name: type_of(text) for name, text in columns.items()}
    first = {name: [value_in(row[i], types[name]) for row in rows] for i, name in enumerate(types)}
    few = pl.DataFrame({name: pl.Series(first[name], dtype=spec.polars()) for name, spec in types.items()})
    many = pl.concat([few] * (BUFFER // max(few.height, 1) + 1)).head(BUFFER)
    at = 0
    while True:
        number = pl.int_range(at, at + BUFFER, eager=True)
        made = []
        for name, spec in types.items():
            if name == unique:
                made.append((number + 1000).cast(many[name].dtype).alias(name))
            elif name == sorted_by:
                made.append((number // 3).cast(many[name].dtype, strict=False).alias(name))
            elif spec.polars() == pl.String and spec.length >= 8:
                texts = (number % TEXTS).cast(pl.String)
                made.append((many[name].str.slice(0, spec.length - 8) + texts).alias(name))
        yield many.with_columns(made)
        at += BUFFER


class Stopped:
    """How a data flow ended after it was stopped: seconds, and what it raised."""

    def __init__(self, seconds: float, error: BaseException | None, host: RecordingHost) -> None:
        self.seconds = seconds
        self.error = error
        self.host = host


def stop_while_working(
    document: dict[str, Any], case: dict[str, Any], folder: Any, *, after: float = 0.2, unique: str = ""
) -> Stopped:
    """Run a case with endless input, stop it ``after`` seconds of flowing rows, and tell how long it took to end."""
    flow, inputs, _ = build(document, case)
    host = RecordingHost(folder)
    connect(host, document, case, folder)
    for name, text in {**document.get("files", {}), **case.get("files", {})}.items():
        (folder / name).write_bytes(text.encode("latin-1"))
    for name, (token, value) in {**document.get("variables", {}), **case.get("variables", {})}.items():
        spec = None if token == "object" else type_of(token)
        host.variables[name] = (spec, value if spec is None else value_in(value, spec))
    flowing = threading.Event()

    def watched(frames: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
        for frame in frames:
            yield frame
            flowing.set()

    for name, spec in inputs.items():
        keys = spec.get("sorted", {})
        rows = spec.get("rows") or [[None] * len(spec["columns"])]
        host.frames[name] = watched(endless(spec["columns"], rows, sorted_by=next(iter(keys), ""), unique=unique))
    if not inputs:
        flowing.set()
    return stopped(flow, host, flowing, after)


def stopped(flow: Any, host: RecordingHost, flowing: threading.Event, after: float) -> Stopped:
    """Run a data flow, stop it ``after`` seconds from when ``flowing`` is set."""
    found: list[BaseException | None] = []

    def run() -> None:
        try:
            engine.run_data_flow(flow, host)
            found.append(None)
        except (Canceled, DataFlowFailed) as error:
            found.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    assert flowing.wait(60)
    time.sleep(after)
    started = time.monotonic()
    host.cancel.set()
    thread.join(60)
    return Stopped(time.monotonic() - started, found[0] if found else None, host)
