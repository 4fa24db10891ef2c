"""What all executables of one running package share, and what a tree of packages shares."""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from dtserve.connections.environment import Environment
from dtserve.controlflow.cancel import CancelSwitch
from dtserve.controlflow.events import Event, EventSink
from dtserve.controlflow.results import ExecResult
from dtserve.doors import lazy
from dtserve.machine import computer_name, new_guid, operator_name

if TYPE_CHECKING:
    from dtserve.controlflow.child_request import ChildRequest
    from dtserve.controlflow.connections import ConnectionSet
    from dtserve.controlflow.containers.package import PackageContainer
    from dtserve.controlflow.task_host import TaskHost
    from dtserve.dataflow.settings import FlowSettings

__all__ = ["ChildRequest", "PackageRun", "SharedRun"]

__getattr__ = lazy("dtserve.controlflow", {"ChildRequest": "child_request"})

_R = TypeVar("_R")


@dataclass(eq=False)
class SharedRun:
    """Shared by a package and all child packages it runs in process.

    ``debug`` lets unforeseen
    exceptions show their trace on standard error.
    """

    sink: EventSink
    flow: FlowSettings
    environment: Environment = field(default_factory=Environment)
    cancel: CancelSwitch = field(default_factory=CancelSwitch)
    debug: bool = False
    operator: str = field(default_factory=operator_name)
    computer: str = field(default_factory=computer_name)
    handler_lock: threading.Lock = field(default_factory=threading.Lock)
    _sequence: itertools.count[int] = field(default_factory=lambda: itertools.count(1), repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _resources: dict[type, Any] = field(default_factory=dict, repr=False)

    def resource(self, kind: Callable[[SharedRun], _R]) -> _R:
        """The one object of a class in this run, made of it when first asked for; closed with the run."""
        with self._lock:
            found: _R | None = self._resources.get(kind)  # type: ignore[call-overload]
            if found is None:
                found = self._resources[kind] = kind(self)  # type: ignore[index]
            return found

    def close(self) -> None:
        """Close what the run's tasks share."""
        while self._resources:
            self._resources.popitem()[1].close()

    def emit(self, kind: str, source: str, source_id: str, source_path: str, **facts: Any) -> Event:
        """Number an event and hand it to the sink; the order of numbers is the order of delivery."""
        with self._lock:
            event = Event(kind, source, source_id, source_path, sequence=next(self._sequence), **facts)
            self.sink(event)
        return event


@dataclass(eq=False)
class PackageRun:
    """One package in execution.

    ``parent`` is the task that runs it as a child package, ``launch_child`` runs child packages of its own (given
    by the execution room). ``validating`` is True in the
    validation phase, when Propagate is ignored and warnings are counted for ``/WARNASERROR``.
    """

    shared: SharedRun
    parent: TaskHost | None = None
    launch_child: Callable[[ChildRequest], ExecResult] | None = field(default=None, repr=False)
    execution_id: str = field(default_factory=new_guid)
    start_time: datetime = field(default_factory=lambda: datetime.now().replace(microsecond=0))
    failed_configurations: list[str] = field(default_factory=list)
    validating: bool = False
    warnings: int = 0
    slots: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(1))
    limit: int = 1
    package: PackageContainer = field(init=False, repr=False)
    connections: ConnectionSet = field(init=False, repr=False)

    @property
    def cancel(self) -> CancelSwitch:
        """The switch that stops the run."""
        return self.shared.cancel

    def limit_executables(self, maximum: int) -> int:
        """Set how many tasks may run at once; -1 (or 0) = logical processors + 2 (CONTROL_FLOW §3.1)."""
        self.limit = maximum if maximum > 0 else (os.cpu_count() or 1) + 2
        self.slots = threading.Semaphore(self.limit)
        return self.limit

    @property
    def depth(self) -> int:
        """How many packages stand above this one."""
        depth, host = 0, self.parent
        while host is not None:
            depth, host = depth + 1, host.run.parent
        return depth
