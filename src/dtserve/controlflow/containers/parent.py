"""What containers with children have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtserve.controlflow.build import add_handlers, build_executable
from dtserve.controlflow.container import Container
from dtserve.controlflow.results import ExecResult
from dtserve.controlflow.system_variables import add_container_variables

if TYPE_CHECKING:
    from dtserve.controlflow.constraints import ConstraintGraph
    from dtserve.controlflow.runtime import PackageRun
    from dtserve.package.model import Executable

__all__ = ["ParentContainer"]


class ParentContainer(Container):
    """A container that runs executables by precedence constraints; ``graph`` is made where there are any."""

    graph: ConstraintGraph

    def __init__(self, model: Executable, parent: Container | None, run: PackageRun) -> None:
        super().__init__(model, parent, run)
        self.prepare()
        self.children = [build_executable(child, self, run) for child in model.executables]
        if model.executables or model.constraints:  # an empty container starts without constraints and scheduler
            from dtserve.controlflow.constraints import ConstraintGraph

            refs = [child.ref_id for child in model.executables]
            self.graph = ConstraintGraph.build(model.name, refs, model.constraints)
        add_handlers(self)

    def prepare(self) -> None:
        """Add variables and settings before the children are built."""
        add_container_variables(self)

    def execute_child(self, child: Container) -> ExecResult:
        """Run one child; called by the scheduler from any of its threads."""
        return child.execute()

    def work(self) -> ExecResult:
        """Validate what was put off, then run the children once."""
        if not self.validated and not self.validate():
            return ExecResult.FAILURE
        return self.run_once()

    def run_once(self) -> ExecResult:
        """One pass over the children."""
        if not self.children:
            return ExecResult.SUCCESS
        from dtserve.controlflow.scheduler import run_children

        return run_children(self)

    def iteration_failed(self) -> bool:
        """Whether a loop must stop: enough errors were counted, or a child failed it (§4)."""
        return self.stopping or 0 < self.maximum_error_count <= self.error_count or self.run.package.stopping
