"""Threads of one island of a data flow: readers, the row stage, writers (ENGINE §9).

Each source has a reader thread and each destination a writer thread, with a bounded
queue between it and the row stage. The row stage is one thread that takes a buffer from
a *pump* and pushes it from component to component; chains of components that allow it work
on several buffers at once (:mod:`lanes`). A pump is a source's queue, the rows
an asynchronous component gives once its inputs have ended (made one buffer ahead, so that
several components end side by side), or what a destination sends to its error output.

Back-pressure: a pump whose rows would only pile up at a join that waits for another
input is passed over while another pump can work. When none can, it goes on, and the join
spills; so no flow can lock itself up.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing
from functools import partial
from typing import TYPE_CHECKING, Any

from dtserve.dataflow.ahead import Ahead
from dtserve.dataflow.base import BlockingTransform, Destination, Emit, PipelineComponent, RowTransform, Source
from dtserve.dataflow.errors import FrameMismatch
from dtserve.dataflow.lanes import Landed, Lanes
from dtserve.dataflow.pump import Pump, waiting_inputs
from dtserve.dataflow.queues import END, BufferQueue, SpillQueue
from dtserve.dataflow.running import Running, StepFailed, Stopped
from dtserve.dataflow.settings import cores, queue_limit
from dtserve.dataflow.tracing import end_of_rowset, prime_output

if TYPE_CHECKING:
    import polars as pl

    from dtserve.dataflow.plan import Plan, PlannedPath
    from dtserve.package.model import Input

__all__ = ["MAX_ROWS", "Stage"]

MAX_ROWS = 131_072
"""Greater buffers of a source are cut into pieces."""

STALL_SECONDS = 1.0
"""After so long without work a pump that was passed over goes on."""


class Stage:
    """One island at run time."""

    def __init__(self, number: int, plan: Plan, refs: tuple[str, ...], running: Running) -> None:
        self._name = f"WorkThread{number}"
        self._plan = plan
        self._running = running
        self._components = {ref: running.components[ref] for ref in refs}
        self._wake = threading.Condition()
        self._pumps: list[Pump] = []
        self._writers: dict[str, BufferQueue] = {}
        self._returns: dict[str, Pump] = {}
        self._open: dict[str, set[str]] = {}
        self._checked: set[str] = set()
        self._threads: list[threading.Thread] = []
        self._aheads = ExitStack()
        self._lanes = Lanes(self._name, running.engine_threads, spare=not running.host.settings.memory_limit)
        self._build()

    def threads(self) -> list[threading.Thread]:
        """The threads of the island, not yet started."""
        return self._threads

    def queues(self) -> list[BufferQueue]:
        """All bounded queues of the island."""
        return [*self._writers.values(), *(p.queue for p in self._pumps if p.queue is not None)]

    def close(self) -> None:
        """Remove what was spilled."""
        for pump in self._returns.values():
            if pump.spill is not None:
                pump.spill.close()

    # --- building -----------------------------------------------------------------------

    def _build(self) -> None:
        readers = 0
        waiting = queue_limit(self._running.host.settings.memory_limit)
        for ref, component in self._components.items():
            self._open[ref] = {i.ref_id for i in component.model.inputs if i.ref_id in self._plan.by_input}
            if isinstance(component, Source):
                pump = Pump(component, waiting_inputs(component, self._plan, self._components))
                pump.queue = BufferQueue(self._running.check, self._wake, max_bytes=waiting)
                self._pumps.append(pump)
                self._spawn(f"SourceThread{readers}", self._read, component, pump.queue)
                readers += 1
            elif isinstance(component, Destination):
                self._writers[ref] = BufferQueue(self._running.check, max_bytes=waiting)
                if any(o.ref_id in self._plan.by_output for o in component.model.outputs):
                    pump = Pump(component, frozenset())
                    pump.spill = SpillQueue(self._running.host.settings.temp)
                    self._returns[ref] = pump
                    self._pumps.append(pump)
                self._spawn(f"{self._name}-{component.model.name}", self._write, component)
        self._spawn(self._name, self._work)

    def _spawn(self, name: str, target: Callable[..., None], *arguments: Any) -> None:
        def body() -> None:
            try:
                target(*arguments)
            except Stopped:
                return
            except BaseException as error:
                self._running.fail(next(iter(self._components.values())), error, name)

        self._threads.append(threading.Thread(target=body, name=name, daemon=True))

    # --- reader and writer threads ------------------------------------------------------

    def _read(self, source: Source, queue: BufferQueue) -> None:
        thread = threading.current_thread().name
        host = self._running.host
        try:
            prime_output(host, source.model, done=False)
            for output, frame in self._running.work(source, thread, source.produce):
                for offset in range(0, frame.height, MAX_ROWS):
                    queue.put((output, frame.slice(offset, MAX_ROWS)))
                self._running.check()
            prime_output(host, source.model, done=True)
            queue.put(END)
        except Stopped as stopped:
            if stopped.__cause__ is None:
                self._running.shut_down(thread)
            raise

    def _write(self, destination: Destination) -> None:
        thread = threading.current_thread().name
        queue = self._writers[destination.model.ref_id]
        pump = self._returns.get(destination.model.ref_id)
        path = next(p for p in self._plan.paths if p.target.ref_id == destination.model.ref_id)
        while True:
            item = queue.get()
            if isinstance(item, tuple):
                call: Callable[[], Iterable[Emit]] = partial(destination.process, *item)
            else:
                call = destination.finish
                end_of_rowset(self._running.host, destination.model, path.input, done=False)
            emits = self._running.work(destination, thread, call, path.input)
            for output, rows in emits:
                if pump is not None and pump.spill is not None and rows.height:
                    pump.spill.put(rows, output)
                    self._notify()
            if not isinstance(item, tuple):
                break
        end_of_rowset(self._running.host, destination.model, path.input, done=True)
        if pump is not None:
            pump.closed = True
            self._notify()

    def _notify(self) -> None:
        with self._wake:
            self._wake.notify_all()

    # --- the row stage ------------------------------------------------------------------

    def _work(self) -> None:
        for component in self._components.values():
            if isinstance(component, BlockingTransform):
                prime_output(self._running.host, component.model, done=False)
                prime_output(self._running.host, component.model, done=True)
        with closing(self._lanes), self._aheads:
            while self._pumps:
                if self._lanes and self._one_landed():
                    self._land()
                    continue
                pump = self._choose()
                self._running.check()
                emit = self._take(pump)
                if emit is not None:
                    self._send(*emit)
                    continue
                while self._lanes:
                    self._land()
                self._pumps.remove(pump)
                self._end_outputs(pump.component)

    def _one_landed(self) -> bool:
        """Wait until the oldest buffer in the lanes has come through (True) or a pump has another one (False)."""
        with self._wake:
            while not self._lanes.ready:
                self._running.check()
                if any(pump.ready() and not self._held_up(pump) for pump in self._pumps):
                    return False
                self._wake.wait(0.1)
        return True

    def _take(self, pump: Pump) -> Emit | None:
        """The next buffer of a pump; None when it has ended."""
        if pump.queue is not None:
            with self._wake:
                item = pump.queue.take()
            return item if isinstance(item, tuple) else None
        if pump.spill is not None:
            return pump.spill.take() if len(pump.spill) else None
        return next(pump.emits, None) if pump.emits is not None else None

    def _choose(self) -> Pump:
        """The next pump to work on: error rows first, then in turn, passing over those nobody is hungry for."""
        started = time.monotonic()
        with self._wake:
            while True:
                self._running.check()
                full = None
                could_work = False
                for pump in sorted(self._pumps, key=lambda p: p.spill is None):
                    held = self._held_up(pump)
                    if not pump.ready():
                        could_work = could_work or (not held and pump.fed)
                        continue
                    if not held:
                        self._turn(pump)
                        return pump
                    full = full or pump
                if full is not None and (not could_work or time.monotonic() - started > STALL_SECONDS):
                    self._turn(full)
                    return full
                self._wake.wait(0.1)

    def _turn(self, pump: Pump) -> None:
        self._pumps.remove(pump)
        self._pumps.append(pump)

    def _held_up(self, pump: Pump) -> bool:
        for ref, into in pump.feeds:
            target = self._components[ref]
            if isinstance(target, BlockingTransform) and not target.hungry(into):
                return True
        return False

    def _send(self, output: str, frame: pl.DataFrame) -> None:
        """Deliver a buffer of a pump, through the lanes where the component behind the output allows it."""
        path = self._plan.by_output.get(output)
        if path is None or not self._components[path.target.ref_id].concurrent or not self._lanes.worth(frame.height):
            return self._deliver(output, frame)
        while self._lanes.full:
            self._land()
        self._lanes.start(partial(self._walk, output, frame), self._notify)

    def _land(self) -> None:
        """Deliver what came out of the oldest buffer in the lanes."""
        try:
            landed = self._lanes.land()
        except StepFailed as failed:
            raise self._running.failed(failed, self._name) from failed.error
        for path, frame in landed:
            self._arrive(path, frame)

    def _walk(self, output: str, frame: pl.DataFrame, landed: Landed | None = None) -> Landed:
        """Take a buffer through concurrent components; gives the rows that reach others. Runs in a lane."""
        landed = [] if landed is None else landed
        if (sent := self._on_path(output, frame)) is None:
            return landed
        path, frame = sent
        component = self._components[path.target.ref_id]
        if component.concurrent and isinstance(component, RowTransform):
            call = partial(component.process, path.input.ref_id, frame)
            for emit in self._running.steps(component, call, path.input):
                self._walk(*emit, landed)
        else:
            landed.append(sent)
        return landed

    def _deliver(self, output: str, frame: pl.DataFrame) -> None:
        """Send a buffer over the path of an output and on."""
        if (sent := self._on_path(output, frame)) is not None:
            self._arrive(*sent)

    def _on_path(self, output: str, frame: pl.DataFrame) -> tuple[PlannedPath, pl.DataFrame] | None:
        """The path of an output and the columns that go over it, counted; None when nothing does."""
        path = self._plan.by_output.get(output)
        if path is None or frame.height == 0:
            return None
        self._running.check()
        if path.path.ref_id not in self._checked:
            try:
                path.check(frame)
            except FrameMismatch as error:
                self._running.fail(self._components[path.source.ref_id], error, self._name)
                raise Stopped from error
            self._checked.add(path.path.ref_id)
        self._running.count(path, frame.height)
        wanted = list(path.schema)
        if frame.columns != wanted:
            frame = frame.select(wanted) if wanted else _rows_only(frame)
        return path, frame

    def _arrive(self, path: PlannedPath, frame: pl.DataFrame) -> None:
        """Give a buffer to the component at the end of a path."""
        ref = path.target.ref_id
        if ref in self._writers:
            self._writers[ref].put((path.input.ref_id, frame))
            return
        component = self._components[ref]
        if isinstance(component, RowTransform | BlockingTransform):
            call = partial(component.process, path.input.ref_id, frame)
            for emit in self._running.work(component, self._name, call, path.input):
                self._deliver(*emit)

    def _end_outputs(self, component: PipelineComponent) -> None:
        for output in component.model.outputs:
            path = self._plan.by_output.get(output.ref_id)
            if path is not None:
                self._end_input(self._components[path.target.ref_id], path.input)

    def _end_input(self, component: PipelineComponent, into: Input) -> None:
        """No more rows on an input; the component finishes with its last one."""
        ref = component.model.ref_id
        if isinstance(component, Destination):
            self._writers[ref].put(END)
            return
        still = self._open[ref]
        still.discard(into.ref_id)
        end_of_rowset(self._running.host, component.model, into, done=False)
        if isinstance(component, BlockingTransform):
            ended = self._running.work(component, self._name, partial(component.end_of_input, into.ref_id), into)
            for emit in ended:
                self._deliver(*emit)
            if not still:
                pump = Pump(component, waiting_inputs(component, self._plan, self._components))
                pump.emits = self._ending(component, into)
                self._pumps.append(pump)
        elif isinstance(component, RowTransform) and not still:
            for emit in self._running.work(component, self._name, component.finish, into):
                self._deliver(*emit)
        end_of_rowset(self._running.host, component.model, into, done=True)
        if isinstance(component, RowTransform) and not still:
            self._end_outputs(component)

    def _ending(self, component: BlockingTransform, into: Input) -> Iterator[Emit] | Ahead[Emit]:
        """What a component gives at its end: made ahead where there are cores and memory for it."""
        emits = self._running.work(component, self._name, component.finish, into)
        if cores() == 1 or self._running.host.settings.memory_limit:
            return emits
        name = f"{self._name}-{component.model.name}"
        return self._aheads.enter_context(closing(Ahead(emits, name, condition=self._wake)))


def _rows_only(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame of the same height when no column is needed: the narrowest column stays, so that rows can be counted."""
    return frame.select(frame.columns[0])
