"""The container of one task: it validates just before execution and takes a slot while the task works."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from dtserve.controlflow.container import Container
from dtserve.controlflow.errors import TaskValidationFailed, UnsupportedPart
from dtserve.controlflow.registry import task_class, unsupported_reason
from dtserve.controlflow.results import ExecResult
from dtserve.controlflow.system_variables import add_task_variables
from dtserve.controlflow.transactions import joined
from dtserve.errors import Canceled
from dtserve.package.model import Executable

if TYPE_CHECKING:
    from dtserve.connections.base import Connection
    from dtserve.controlflow.runtime import PackageRun
    from dtserve.controlflow.task import Task

__all__ = ["TaskHost"]

SLOT_WAIT = 0.2
"""Seconds between two looks at the cancel switch while waiting for a slot."""


class TaskHost(Container):
    """Executes one task."""

    kind: ClassVar[str] = "Task"
    fires_task_failed: ClassVar[bool] = True

    def __init__(self, model: Executable, parent: Container | None, run: PackageRun) -> None:
        self._works = False
        super().__init__(model, parent, run)
        add_task_variables(self)
        self._broken_offer = ""
        cls = task_class(model.part) or self._offered()
        self.task: Task | None = cls(self) if cls is not None else None
        for name, value in model.overrides.items():
            self.set_property(name, value)

    def _offered(self) -> type[Task] | None:
        """The class of another distribution."""
        from dtserve.controlflow.offers import BrokenOffer, offered_task

        try:
            return offered_task(self.model)
        except BrokenOffer as error:
            self._broken_offer = str(error)
            return None

    # --- what a task sees -----------------------------------------------------------------

    def connection(self, reference: str) -> Connection:
        """The connection manager behind a refId, GUID or name; ConnectionNotFound.

        While the task is validated, a manager that could never be opened is refused by name; in a transaction
        validation sees, and does not wait for, what was done in it.
        """
        found = self.run.connections.get(reference)
        if not self._works and found.checked_early and not found.model.delay_validation:
            found.validate()
        transaction = joined(self)
        return found if transaction is None else transaction.enlist(found)

    def custom_event(self, kind: str, message: str, **data: Any) -> None:
        """A custom log entry of the task (EVENTS §1.2)."""
        self.raise_event(kind, message=message, data=data)

    def check_cancel(self) -> None:
        """Raise Canceled when the run is being stopped or a handler asked this task to stop."""
        if self.cancel_requested:
            raise Canceled
        self.run.cancel.check()

    # --- properties: those of the task after those of the host ------------------------------

    def get_property(self, name: str) -> Any:
        """A property of the host or of the task."""
        if name.lower() in self.property_table or self.task is None:
            return super().get_property(name)
        return self.task.get_property(name)

    def set_property(self, name: str, value: Any) -> None:
        """Set a property of the task or, where it has none of that name, of the host."""
        if self.task is not None and (name.lower() in self.task.property_table or name.startswith("[")):
            self.task.set_property(name, value)
        else:
            super().set_property(name, value)

    # --- validation and execution -----------------------------------------------------------

    def refuse(self) -> None:
        """Raise UnsupportedPart when no class runs this task, and what the task itself refuses."""
        part = self.model.part
        if self.task is None:
            from dtserve.controlflow.recognised import findings

            set_later = frozenset(each.name.lower() for each in self.model.property_expressions)
            more = findings(part, self.model.object_data, self.run.connections, set_later)
            raise UnsupportedPart(
                kind="Task",
                name=self.model.name,
                part=part or self.model.type_id,
                reason=self._broken_offer or " ".join([unsupported_reason("task", part), *more]),
            )
        self.task.refuse()

    def check(self) -> None:
        """Validate the task."""
        self.refuse()
        if self.task is not None:
            before = self.error_count
            good = self.guard(self.task.validate)
            if not good or self.error_count > before:
                raise TaskValidationFailed

    def work(self) -> ExecResult:
        """Validate again, then execute the task in a slot of the package."""
        self.raise_event("OnPreValidate")
        good = self.guard(self.check)
        self.raise_event("OnPostValidate")
        if not good or self.task is None:
            return ExecResult.FAILURE
        if self.handler is not None:
            return self._run_task(self.task)
        slots = self.run.slots
        while not slots.acquire(timeout=SLOT_WAIT):
            self.run.cancel.check()
        try:
            return self._run_task(self.task)
        finally:
            slots.release()

    def _run_task(self, task: Task) -> ExecResult:
        self.execution_value = None
        if self.run.package.has_handler("OnQueryCancel"):
            self.raise_event("OnQueryCancel")
            self.check_cancel()
        self._works = True
        try:
            result = task.execute()
        finally:
            self._works = False
        return ExecResult.SUCCESS if result is None else result
