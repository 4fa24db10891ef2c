"""Execute Package Task (CONTROL_FLOW §11).

The child is a package of the same project, a file behind a FILE connection manager, or a
package of the server behind an OLE DB connection manager (``PackageName`` is its path in msdb). Its
events go on to this task and its ancestors, its failure is the task's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dtserve.controlflow.errors import PackageRecursion
from dtserve.controlflow.properties import Property
from dtserve.controlflow.registry import task
from dtserve.controlflow.results import ExecResult
from dtserve.controlflow.runtime import ChildRequest
from dtserve.controlflow.task import Task, local_name
from dtserve.controlflow.task_host import TaskHost
from dtserve.controlflow.tasks import package_errors as errors
from dtserve.errors import Canceled, DtserveError, PackageError, PackageNotFound

__all__ = ["ExecutePackageTask"]

MAX_DEPTH = 32
FILE_KINDS = ("FILE",)
SERVER_KINDS = ("OLEDB", "ADO.NET")


@dataclass(frozen=True)
class Assignment:
    """A parameter of the child and the variable or parameter of this package that gives its value."""

    parameter: str
    variable: str


@task("ExecutePackageTask")
class ExecutePackageTask(Task):
    """Runs another package."""

    use_project_reference = Property(
        "UseProjectReference", bool, False, text="The child is a package of the same project."
    )
    package_name = Property("PackageName", str, "", text="File name in the project, or path on the server.")
    package_id = Property("PackageID", str, "", text="Kept, without effect.")
    version_id = Property("VersionID", str, "", text="Kept, without effect.")
    connection = Property("Connection", str, "", text="FILE or OLE DB connection manager of the child.")
    password = Property("PackagePassword", str, "", text="Password of the child.")
    out_of_process = Property("ExecuteOutOfProcess", bool, False, text="Run the child in a process of its own.")

    def __init__(self, host: TaskHost) -> None:
        super().__init__(host)
        self.assignments = tuple(_assignments(host.model.object_data))

    def validate(self) -> None:
        """The reference to the child is complete, the variables of the assignments are there."""
        if self.use_project_reference:
            if not self.package_name.strip():
                raise errors.ChildNotSpecified(task=self.host.name)
        else:
            self._manager()
        for each in self.assignments:
            self.host.scope.variable(each.variable)

    def _manager(self) -> Any:
        if not self.connection.strip():
            raise errors.ChildConnectionMissing(task=self.host.name)
        manager = self.host.connection(self.connection)
        kind = manager.model.creation_name.partition(":")[0].upper()
        if kind not in FILE_KINDS + SERVER_KINDS:
            raise errors.ChildConnectionKind(connection=manager.name)
        if kind in SERVER_KINDS and not self.package_name.strip():
            raise errors.ChildNotSpecified(task=self.host.name)
        return manager

    def _request(self) -> ChildRequest:
        common: dict[str, Any] = {
            "host": self.host,
            "password": self.password or None,
            "out_of_process": self.out_of_process,
            "parameters": {each.parameter: self.host.scope.value(each.variable) for each in self.assignments},
        }
        if self.use_project_reference:
            return ChildRequest(package_name=self.package_name, **common)
        manager = self._manager()
        if manager.model.creation_name.upper() in FILE_KINDS:
            return ChildRequest(path=manager.connection_string, **common)
        return ChildRequest(server_path=self.package_name, server_connection=manager.name, **common)

    def execute(self) -> ExecResult:
        """Run the child to its end."""
        request = self._request()
        run = self.host.run
        name = request.package_name or request.path or request.server_path
        if run.depth >= MAX_DEPTH:
            raise PackageRecursion(name=name, depth=run.depth)
        launch = run.launch_child
        if launch is None:
            raise errors.ChildLoadFailed(code="80070032", package=name, detail="No child packages can be run here.")
        try:
            result = launch(request)
        except (Canceled, errors.ChildLoadFailed):
            raise
        except (PackageError, PackageNotFound) as error:
            raise _load_failed(error, name) from error
        return result


def _load_failed(error: DtserveError, name: str) -> DtserveError:
    return errors.ChildLoadFailed(code=f"{error.code:08X}", package=name, detail=error.message)


def _assignments(data: Any) -> Any:
    for child in data if data is not None else ():
        if local_name(child.tag) == "ParameterAssignment":
            parts = {local_name(part.tag): (part.text or "").strip() for part in child}
            yield Assignment(parts.get("ParameterName", ""), parts.get("BindedVariableOrParameterName", ""))
