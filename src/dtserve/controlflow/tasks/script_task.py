"""Script Task (CONTROL_FLOW §18): runs a script in C# or Visual Basic.

C# is compiled from the sources in the package; of Visual Basic, and of C# the compiler does not know, the compiled
part that the package holds is run, as SSIS does. Scripts run on Mono in one process per run, with dtserve's own
object model (``scripts/``). What a script prints and its message boxes are information events.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from dtserve.controlflow.properties import Property
from dtserve.controlflow.registry import task
from dtserve.controlflow.results import ExecResult
from dtserve.controlflow.task import Task
from dtserve.controlflow.tasks.script_calls import ScriptCalls
from dtserve.controlflow.tasks.script_errors import ScriptReturnedFailure, ScriptThrew
from dtserve.controlflow.tasks.script_run import ScriptRun
from dtserve.package.script_project import CSHARP, ScriptProject, read_script_project
from dtserve.scripts.errors import ScriptHostEnded
from dtserve.scripts.preparation import PreparedScript

__all__ = ["ScriptTask"]


@task("ScriptTask")
class ScriptTask(Task):
    """Runs a script."""

    read_only = Property("ReadOnlyVariables", str, "", text="Variables the script reads, by comma.")
    read_write = Property("ReadWriteVariables", str, "", text="Variables the script reads and writes, by comma.")
    entry_point = Property("EntryPoint", str, "", text="The method the script begins in; Main when empty.")
    language = Property("ScriptLanguage", str, CSHARP, xml="Language", text="CSharp or VisualBasic.")
    project_name = Property("ScriptProjectName", str, "", xml="Name", text="The name of the script's project.")

    def __init__(self, host: Any) -> None:
        super().__init__(host)
        self._prepared: PreparedScript | None = None

    @cached_property
    def project(self) -> ScriptProject:
        """The script as the package holds it."""
        return read_script_project(self.host.model.object_data)

    def refuse(self) -> None:
        """Compile the script, or find its compiled part fit; an UnsupportedError says what is missing."""
        if not self.project.empty:
            self._prepare()

    def validate(self) -> None:
        """There must be a script."""
        self._prepare()

    def _prepare(self) -> PreparedScript:
        if self._prepared is None:
            self._prepared = ScriptRun.of(self.host.run.shared).prepare(self.project)
        return self._prepared

    def execute(self) -> ExecResult:
        """Run the script with its variables locked."""
        prepared = self._prepare()
        scripts = ScriptRun.of(self.host.run.shared)
        calls = ScriptCalls(self.host, scripts)
        with calls.locked(_names(self.read_only), _names(self.read_write)) as lock:
            request = {
                "assembly": str(prepared.assembly),
                "folders": list(prepared.folders),
                "class": prepared.class_name,
                "method": self.entry_point if self.entry_point and not self.project.vsa else prepared.method_name,
                "lock": lock.number,
                "variables": calls.describe(lock),
                "culture": self.host.locale,
                "paths": scripts.paths(),
            }
            try:
                with self.host.run.cancel.calling(scripts.kill):
                    done = scripts.host().run("run", request, calls.serve, self.host.check_cancel)
            except ScriptHostEnded:
                self.host.check_cancel()
                raise
        return self._ended(done, calls)

    def _ended(self, done: Mapping[str, Any], calls: ScriptCalls) -> ExecResult:
        self.host.check_cancel()
        if "exception" in done:
            place = f" ({done['trace']})" if done["trace"] else ""
            raise ScriptThrew(type=done["exception"], text=done["text"], place=place)
        self.host.execution_value = calls.value(done["value"])
        if done["result"] == ExecResult.FAILURE:
            raise ScriptReturnedFailure
        return ExecResult(done["result"]) if done["result"] in (2, 3) else ExecResult.SUCCESS


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
