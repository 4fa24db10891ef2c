"""The state that all threads of one running data flow share: stop signal, first error, row counts, times."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from dtserve.dataflow.errors import (
    ComponentFailed,
    PrimeOutputFailed,
    ProcessInputFailed,
    ThreadCancelled,
    ThreadFailed,
    chain,
)
from dtserve.errors import DtserveError, InternalError, hresult

if TYPE_CHECKING:
    from dtserve.dataflow.base import Emit, PipelineComponent
    from dtserve.dataflow.host import FlowHost
    from dtserve.dataflow.plan import PlannedPath
    from dtserve.package.model import Input

__all__ = ["PIPELINE", "Running", "StepFailed", "Stopped", "Turns", "coded", "post"]

PIPELINE = "SSIS.Pipeline"
"""The subcomponent under which the engine itself posts events."""

COUNT_SECONDS = 1.0
"""How often a path's rows are reported."""


class Stopped(Exception):
    """Raised in a thread of a data flow that must end: cancelled, or another thread failed."""


class StepFailed(Exception):
    """A component raised ``error`` while it worked on the input ``at`` (None for a source); not posted yet."""

    def __init__(self, component: PipelineComponent, error: BaseException, at: Input | None) -> None:
        super().__init__(component, error, at)
        self.component = component
        self.error = error
        self.at = at


def coded(error: BaseException, where: str) -> DtserveError:
    """The error itself when it has a code; else a coded one around it, without a trace."""
    if isinstance(error, DtserveError):
        return error
    if isinstance(error, OSError):
        wrapped: DtserveError = ComponentFailed(component=where, detail=str(error))
    else:
        wrapped = InternalError(where=where, detail=f"{type(error).__name__}: {error}")
    wrapped.__context__ = error
    return wrapped


def post(host: FlowHost, error: DtserveError, component: str) -> None:
    """Post an error and those that led to it as OnError events, oldest first."""
    for one in chain(error):
        host.fire_error(one.code, component, one.message)


class Turns:
    """EngineThreads as a bound: of ``threads`` threads at most ``most`` work at the same time (DATA_FLOW §1.1).

    A turn is one step of a component, not the life of a thread, so that none waits for one
    that waits for it. Where there are no more threads than turns, entering costs nothing.
    """

    def __init__(self, threads: int, most: int, check: Callable[[], None]) -> None:
        self._free = threading.BoundedSemaphore(most) if threads > most else None
        self._check = check

    def __enter__(self) -> None:
        while self._free is not None and not self._free.acquire(timeout=0.1):
            self._check()

    def __exit__(self, *error: object) -> None:
        if self._free is not None:
            self._free.release()


class Running:
    """One run of a data flow; every method may be called from any of its threads."""

    def __init__(self, host: FlowHost, components: dict[str, PipelineComponent], engine_threads: int = 10) -> None:
        self.host = host
        self.components = components
        self.engine_threads = engine_threads
        self.error: DtserveError | None = None
        self.failed_component = ""
        self._stop = threading.Event()
        sources = sum(1 for component in components.values() if not component.model.inputs)
        self._sources = Turns(sources, engine_threads, self.check)
        self._workers = Turns(len(components) - sources, engine_threads, self.check)
        self._lock = threading.Lock()
        self._pending: dict[str, tuple[PlannedPath, int]] = {}
        self._reported: dict[str, float] = {}
        self.rows: dict[str, int] = {}
        self.times: dict[tuple[str, str], float] = {}

    @property
    def stopping(self) -> bool:
        """Whether threads must end."""
        return self._stop.is_set() or self.host.cancel.is_set()

    def check(self) -> None:
        """Raise :class:`Stopped` when threads must end."""
        if self.stopping:
            raise Stopped

    def stop(self) -> None:
        """Make all threads end, also those that wait for a database."""
        if not self._stop.is_set():
            self._stop.set()
            for component in self.components.values():
                component.interrupt()

    def fail(self, component: PipelineComponent, error: BaseException, thread: str, at: Input | None = None) -> None:
        """A component failed: the first failure is posted as SSIS does and stops the flow, later ones are dropped.

        ``at`` is the input it was working on; None for a source.
        """
        with self._lock:
            if self.error is not None or self.stopping:
                return
            found = coded(error, component.model.name)
            self.error = found
            self.failed_component = component.model.name
        post(self.host, found, component.label)
        model = component.model
        code = hresult(found.code)
        after: DtserveError
        if at is None:
            after = PrimeOutputFailed(component=model.name, error_code=code)
        else:
            after = ProcessInputFailed(
                component=model.name, number=model.number, error_code=code, input=at.name, input_number=at.number
            )
        post(self.host, after, PIPELINE)
        post(self.host, ThreadFailed(thread=thread, error_code=code), PIPELINE)
        self.stop()

    def shut_down(self, thread: str) -> None:
        """Post that a source thread had to stop because of an error elsewhere."""
        if self.error is not None:
            post(self.host, ThreadCancelled(thread=thread), PIPELINE)

    def count(self, path: PlannedPath, rows: int) -> None:
        """``rows`` more rows went over a path."""
        key = path.path.ref_id
        now = time.monotonic()
        with self._lock:
            self.rows[key] = self.rows.get(key, 0) + rows
            waiting = self._pending.get(key, (path, 0))[1] + rows
            self._pending[key] = (path, waiting)
            if now - self._reported.get(key, 0.0) < COUNT_SECONDS:
                return
        self.report(key)

    def report(self, key: str | None = None, *, due: bool = False) -> None:
        """Report the rows not yet reported: of one path, of all, or of those ``due``."""
        now = time.monotonic()
        with self._lock:
            keys = [key] if key is not None else list(self._pending)
            if due:
                keys = [k for k in keys if now - self._reported.get(k, 0.0) >= COUNT_SECONDS]
            ready = [self._pending.pop(k) for k in keys if k in self._pending]
            for path, _ in ready:
                self._reported[path.path.ref_id] = now
        for path, rows in ready:
            if rows:
                self.host.rows_sent(path.path.ref_id, path.source.name, path.target.name, rows)

    def spent(self, component: PipelineComponent, phase: str, seconds: float) -> None:
        """Add to the time a component spent in a phase."""
        key = (component.model.ref_id, phase)
        with self._lock:
            self.times[key] = self.times.get(key, 0.0) + seconds

    def work(
        self,
        component: PipelineComponent,
        thread: str,
        call: Callable[[], Iterable[Emit]],
        at: Input | None = None,
    ) -> Iterator[Emit]:
        """Go through what a component gives, counting its own time.

        Its failure is posted and becomes :class:`Stopped`, so that nobody upstream takes
        it for one of its own. ``at`` is the input it works on, None for a source.
        """
        try:
            yield from self.steps(component, call, at)
        except StepFailed as failed:
            raise self.failed(failed, thread) from failed.error

    def failed(self, step: StepFailed, thread: str) -> Stopped:
        """Post the failure of a step; gives what is to be raised."""
        self.fail(step.component, step.error, thread, step.at)
        return Stopped()

    def steps(
        self, component: PipelineComponent, call: Callable[[], Iterable[Emit]], at: Input | None = None
    ) -> Iterator[Emit]:
        """Go through what a component gives, counting its own time; its failure becomes :class:`StepFailed`."""
        phase = "PrimeOutput" if at is None else "ProcessInput"
        turns = self._sources if at is None else self._workers
        iterator: Iterator[Emit] | None = None
        while True:
            start = time.perf_counter()
            try:
                with turns:
                    if iterator is None:
                        iterator = iter(call())
                    item = next(iterator)
            except StopIteration:
                return
            except Stopped:
                raise
            except BaseException as error:
                if isinstance(error, GeneratorExit):
                    raise
                raise StepFailed(component, error, at) from error
            finally:
                self.spent(component, phase, time.perf_counter() - start)
            yield item
