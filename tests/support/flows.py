"""Data flows for tests: a host that records, an in-memory source and destination, small builders.

The parts ``TestSource`` and ``TestSink`` exist in tests only. A source's frames and a
sink's rows are found on the host under the component's name.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Any

import polars as pl

from dtserve.dataflow.base import Destination, Emit, Source
from dtserve.dataflow.host import FlowSettings
from dtserve.dataflow.registry import component
from dtserve.datatypes import DT, TypeSpec
from dtserve.package.model import Column, Component, DataFlow, Input, Output, Path, PipelineProperty

I4 = TypeSpec(DT.I4)
I8 = TypeSpec(DT.I8)
R8 = TypeSpec(DT.R8)
BOOL = TypeSpec(DT.BOOL)


def wstr(length: int = 50) -> TypeSpec:
    """DT_WSTR of a length."""
    return TypeSpec(DT.WSTR, length=length)


def numeric(precision: int, scale: int) -> TypeSpec:
    """DT_NUMERIC."""
    return TypeSpec(DT.NUMERIC, precision=precision, scale=scale)


class RecordingHost:
    """A FlowHost that keeps everything that happens."""

    def __init__(self, temp: FilePath, **settings: Any) -> None:
        self.settings = FlowSettings(temp=temp, **settings)
        self.cancel = threading.Event()
        self.variables: dict[str, tuple[TypeSpec | None, Any]] = {}
        self.connections: dict[str, Any] = {}
        self.frames: dict[str, list[pl.DataFrame] | Iterator[pl.DataFrame]] = {}
        self.sinks: dict[str, list[pl.DataFrame]] = {}
        self.closed: list[str] = []
        self.events: list[tuple[str, int, str, str]] = []
        self.traces: list[tuple[str, str]] = []
        self.progress: list[tuple[str, int, str]] = []
        self.rows: dict[str, int] = {}
        self.reports: list[tuple[str, int]] = []
        self.phases: list[tuple[str, str, float]] = []
        self.sink_delay = 0.0
        self.sink_errors: dict[str, Exception] = {}
        self._lock = threading.Lock()

    def connection(self, reference: str) -> Any:
        return self.connections[reference]

    def variable(self, name: str) -> tuple[TypeSpec | None, Any]:
        from dtserve.expressions.errors import UnknownVariable

        if name not in self.variables:
            raise UnknownVariable(name=name)
        return self.variables[name]

    def lookup(self, name: str) -> tuple[TypeSpec, Any]:
        spec, value = self.variable(name)
        assert spec is not None
        return spec, value

    def map_path(self, text: str) -> FilePath:
        return self.settings.temp / text.replace("\\", "/").rpartition("/")[2]

    def set_variable(self, name: str, value: Any) -> None:
        self.variables[name] = (self.variables.get(name, (None, None))[0], value)

    def fire_error(self, code: int, component: str, message: str) -> None:
        self._note("OnError", code, component, message)

    def fire_warning(self, code: int, component: str, message: str) -> None:
        self._note("OnWarning", code, component, message)

    def fire_information(self, code: int, component: str, message: str) -> None:
        self._note("OnInformation", code, component, message)

    def fire_progress(self, message: str, percent: int, component: str = "") -> None:
        with self._lock:
            self.progress.append((message, percent, component))

    def trace(self, entry: str, message: str) -> None:
        with self._lock:
            self.traces.append((entry, message))

    def rows_sent(self, path: str, component: str, target: str, rows: int) -> None:
        with self._lock:
            self.rows[path] = self.rows.get(path, 0) + rows
            self.reports.append((path, rows))

    def phase(self, component: str, phase: str, seconds: float) -> None:
        with self._lock:
            self.phases.append((component, phase, seconds))

    def _note(self, kind: str, code: int, component: str, message: str) -> None:
        with self._lock:
            self.events.append((kind, code & 0xFFFFFFFF, component, message))

    def codes(self, kind: str) -> list[int]:
        """The codes of one kind of event, in order."""
        return [code for found, code, _, _ in self.events if found == kind]

    def table(self, sink: str) -> pl.DataFrame:
        """All rows a sink got, columns by name."""
        frames = self.sinks.get(sink, [])
        return pl.concat(frames) if frames else pl.DataFrame()


@component("TestSource")
class MemorySource(Source):
    """Gives the frames on the host under its name, columns renamed to lineage ids."""

    def produce(self) -> Iterator[Emit]:
        output = self.output()
        names = {c.name: c.lineage_id for c in output.columns}
        for frame in self.host.frames[self.model.name]:
            yield output.ref_id, frame.rename({n: names[n] for n in frame.columns if n in names})

    def close(self) -> None:
        self.host.closed.append(self.model.name)


@component("TestSink")
class MemorySink(Destination):
    """Keeps what it gets on the host under its name, columns by their names."""

    def start(self) -> None:
        self.host.sinks[self.model.name] = []

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        if self.host.sink_delay:
            time.sleep(self.host.sink_delay)
        if self.model.name in self.host.sink_errors:
            raise self.host.sink_errors[self.model.name]
        names = {c.lineage_id: c.name for c in self.model.inputs[0].columns}
        self.host.sinks[self.model.name].append(frame.select(list(names)).rename(names) if names else frame)
        return ()

    def close(self) -> None:
        self.host.closed.append(self.model.name)


def props(values: Mapping[str, object]) -> dict[str, PipelineProperty]:
    """Properties from plain values; truth values as SSIS writes them."""
    return {
        name: PipelineProperty(name, str(value).lower() if isinstance(value, bool) else str(value))
        for name, value in values.items()
    }


def source(name: str, columns: Mapping[str, TypeSpec], *, sorted_by: Mapping[str, int] | None = None) -> Component:
    """An in-memory source; lineage ids are ``name.column``."""
    keys = sorted_by or {}
    made = tuple(
        Column(f"{name}.{c}", f"{name}.{c}", c, spec, sort_key_position=keys.get(c, 0), number=i)
        for i, (c, spec) in enumerate(columns.items(), start=1)
    )
    output = Output(f"{name}.Out", "Out", made, is_sorted=bool(keys))
    return Component(name, name, "test", "TestSource", outputs=(output,))


def sink(name: str, columns: Mapping[str, str]) -> Component:
    """An in-memory destination of the columns (name → lineage id)."""
    made = tuple(Column(f"{name}.In.{c}", lineage, c, I4) for c, lineage in columns.items())
    return Component(name, name, "test", "TestSink", inputs=(Input(f"{name}.In", "In", made, has_side_effects=True),))


def flow(*components: Component, paths: Iterable[tuple[str, str]], **attributes: str) -> DataFlow:
    """A data flow; paths as (output refId, input refId)."""
    made = tuple(Path(f"path{i}", f"path{i}", a, b) for i, (a, b) in enumerate(paths, start=1))
    return DataFlow(components, made, attributes)


def transform(part: str, name: str, *outputs: str, inputs: Iterable[Column] = (), **properties: object) -> Component:
    """A synchronous component with plain outputs and no added columns."""
    into = Input(f"{name}.In", "In", tuple(inputs))
    made = tuple(Output(f"{name}.{o}", o, synchronous_input=into.ref_id) for o in outputs)
    return Component(name, name, "test", part, properties=props(properties), inputs=(into,), outputs=made)


def used(lineage: str, spec: TypeSpec = I4, *, name: str = "", **changes: Any) -> Column:
    """An input column."""
    column = Column(f"in:{lineage}", lineage, name or lineage.rsplit(".", 1)[-1], spec)
    return replace(column, **changes)


def sliced(whole: pl.DataFrame, batch: int) -> list[pl.DataFrame]:
    """A table as buffers of ``batch`` rows; none for one without rows."""
    return [whole.slice(at, batch) for at in range(0, whole.height, batch)]


def rows_of(folder: FilePath, made: DataFlow, **inputs: list[pl.DataFrame]) -> list[tuple[Any, ...]]:
    """The rows that reach the sink ``A`` of a flow, its sources given their buffers by name."""
    from dtserve.dataflow import engine

    host = RecordingHost(folder)
    host.frames.update(inputs)
    engine.run_data_flow(made, host)
    table = host.table("A")
    return table.rows() if table.width else []


def numbers(rows: int, *, batch: int = 1000, start: int = 0) -> list[pl.DataFrame]:
    """Frames with one Int32 column ``n`` counting up."""
    return [
        pl.DataFrame({"n": pl.Series(range(at, min(at + batch, start + rows)), dtype=pl.Int32)})
        for at in range(start, start + rows, batch)
    ]


def one_output(
    part: str, name: str, columns: Iterable[Column], inputs: Iterable[Column], **properties: object
) -> DataFlow:
    """Source of ``n`` and ``at`` → an asynchronous component → sink of the component's columns."""
    columns = tuple(columns)
    made = Component(
        name, name, "test", part, properties=props(properties),
        inputs=(Input(f"{name}.In", "In", tuple(inputs)),),
        outputs=(Output(f"{name}.Out", "Out", tuple(columns)),),
    )  # fmt: skip
    return flow(
        source("Src", {"n": I4, "at": I4}),
        made,
        sink("A", {c.name: c.lineage_id for c in columns}),
        paths=[("Src.Out", f"{name}.In"), (f"{name}.Out", "A.In")],
    )
