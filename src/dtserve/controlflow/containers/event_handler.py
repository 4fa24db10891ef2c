"""Event handler: a container that runs when its event reaches its owner (CONTROL_FLOW §6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from dtserve.controlflow.containers.parent import ParentContainer
from dtserve.controlflow.handler_variables import WRITABLE, add_handler_variables, event_values
from dtserve.controlflow.registry import container
from dtserve.controlflow.results import ExecResult
from dtserve.package.model import EventHandler

if TYPE_CHECKING:
    from dtserve.controlflow.container import Container
    from dtserve.controlflow.events import Event
    from dtserve.controlflow.runtime import PackageRun

__all__ = ["HandlerContainer"]


@container("EventHandler")
class HandlerContainer(ParentContainer):
    """The handler of one event of its owner.

    ``active`` are the handlers in whose work this one runs, itself included; events raised by that
    work do not enter them again.
    """

    kind: ClassVar[str] = "Event Handler"

    def __init__(self, model: EventHandler, owner: Container, run: PackageRun) -> None:
        self.event_name = model.event_name
        self.active: frozenset[HandlerContainer] = frozenset()
        super().__init__(model, owner, run)

    def prepare(self) -> None:
        """Everything below belongs to this handler."""
        self.handler = self
        add_handler_variables(self, self.event_name)
        stored = self.scope.variable("System::Propagate")
        self._propagate_default = bool(stored.value)

    @property
    def propagates(self) -> bool:
        """System::Propagate after the last run."""
        return bool(self.scope.value("System::Propagate"))

    def handle(self, event: Event, source: Container, active: frozenset[HandlerContainer]) -> bool:
        """Run for ``event``; True when the handler set ``System::Cancel``."""
        self.active = active | {self}
        values = {**event_values(event, source), "Propagate": self._propagate_default}
        for variable in self.scope:
            if variable.namespace == "System" and variable.name in values and variable.compute is None:
                variable.value = values[variable.name]
        if self.children:
            self.execute()
        cancel = self.scope.find("System::Cancel")
        return cancel is not None and cancel.name in WRITABLE and bool(cancel.value)

    def raise_event(self, kind: str, **facts: object) -> bool:
        """A handler raises errors and warnings; its own start and end are not events of its owner."""
        if kind in ("OnPreExecute", "OnPostExecute", "OnPreValidate", "OnPostValidate"):
            return False
        return super().raise_event(kind, **facts)

    def work(self) -> ExecResult:
        """Run the executables of the handler."""
        return self.run_once()
