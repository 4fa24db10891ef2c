"""One execution of a container's children (CONTROL_FLOW §3.1).

The calling thread works too; further threads are started only while several children are
ready, so that a straight line of tasks needs none. All threads have ended when
:func:`run_children` returns. How many *tasks* run at once is limited by the package's slots
(``task_host.py``); containers, which only wait, take none.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

from dtserve.controlflow.constraints import GraphState
from dtserve.controlflow.errors import ConstraintError
from dtserve.controlflow.evaluation import condition_in
from dtserve.controlflow.results import ExecResult
from dtserve.errors import DtserveError
from dtserve.package.model import PrecedenceConstraint

if TYPE_CHECKING:
    from dtserve.controlflow.containers.parent import ParentContainer

__all__ = ["run_children"]


def run_children(container: ParentContainer) -> ExecResult:
    """Run the children of ``container`` by its precedence constraints.

    Canceled when the run is being stopped, Failure when a constraint could not be evaluated,
    otherwise Success: children's failures count through their errors (§4).
    """
    if not container.children:
        return ExecResult.SUCCESS
    return _Execution(container).run()


class _Execution:
    def __init__(self, container: ParentContainer) -> None:
        self.container = container
        self.state = GraphState(container.graph)
        self.changed = threading.Condition()
        self.ready: deque[int] = deque(self.state.start())
        self.running = 0
        self.helpers = 0
        self.threads: list[threading.Thread] = []
        self.broken = False
        self.raised: BaseException | None = None

    def run(self) -> ExecResult:
        self._work(waits=True)
        for thread in self.threads:
            thread.join()
        if self.raised is not None:
            raise self.raised
        if self.container.run.cancel.canceled:
            return ExecResult.CANCELED
        return ExecResult.FAILURE if self.broken else ExecResult.SUCCESS

    def _work(self, *, waits: bool) -> None:
        while True:
            with self.changed:
                while not self.ready:
                    if self.running == 0 or not waits:
                        self.helpers -= not waits
                        return
                    self.changed.wait()
                index = self.ready.popleft()
                if self._stopped():
                    continue
                self.running += 1
                self._start_helpers()
            true = self._executed(index)
            with self.changed:
                self.running -= 1
                self.ready.extend(self.state.satisfy(true))
                self.changed.notify_all()

    def _executed(self, index: int) -> list[int]:
        """Run one child; which constraints are true then. What it raises (nobody can be told events) ends the execution."""
        try:
            result = self.container.execute_child(self.container.children[index])
            return self._true_constraints(index, result)
        except BaseException as error:
            self.raised = self.raised or error
            self.broken = True
            return []

    def _stopped(self) -> bool:
        """Nothing more is started once the run is being stopped or a failure has failed container or package."""
        container = self.container
        if container.run.cancel.canceled or container.stopping or self.broken:
            return True
        return container.handler is None and container.run.package.stopping

    def _start_helpers(self) -> None:
        while self.helpers < min(len(self.ready), self.container.run.limit - 1):
            self.helpers += 1
            thread = threading.Thread(target=self._work, kwargs={"waits": False}, daemon=True)
            self.threads.append(thread)
            thread.start()

    def _true_constraints(self, index: int, result: ExecResult) -> list[int]:
        try:
            return self.state.evaluate(index, result, self._evaluate)
        except DtserveError as error:
            self.broken = True
            self.container.report(error)
            return []

    def _evaluate(self, constraint: PrecedenceConstraint) -> bool:
        try:
            return condition_in(constraint.expression, self.container.scope)
        except DtserveError as error:
            names = {child.model.ref_id: child.name for child in self.container.children}
            raise ConstraintError(
                source=names[constraint.from_ref], target=names[constraint.to_ref], detail=error.message
            ) from error
