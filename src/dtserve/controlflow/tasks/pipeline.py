"""Data Flow Task: hands the data flow to the data flow engine and is its host (CONTROL_FLOW §10, EVENTS §1.3)."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

from dtserve.connections.base import Connection
from dtserve.controlflow.errors import PropertyNotFound
from dtserve.controlflow.registry import task
from dtserve.controlflow.results import ExecResult
from dtserve.controlflow.task import Task
from dtserve.controlflow.task_host import TaskHost
from dtserve.controlflow.tasks.errors import PipelineMissing
from dtserve.controlflow.values import display_text
from dtserve.dataflow.host import FlowSettings
from dtserve.datatypes import TypeSpec
from dtserve.package.model import DataFlow

__all__ = ["Pipeline"]


@task("Pipeline")
class Pipeline(Task):
    """Runs a data flow; implements the data flow room's ``FlowHost``."""

    @property
    def flow(self) -> DataFlow:
        """The data flow with the property expressions applied; PipelineMissing."""
        if self._flow is None:
            found = self.host.model.data_flow
            if found is None:
                raise PipelineMissing(task=self.host.name)
            self._flow = found
        return self._flow

    _flow: DataFlow | None = None

    def __init__(self, host: TaskHost) -> None:
        super().__init__(host)
        self.settings: FlowSettings = host.run.shared.flow
        self.cancel: threading.Event = host.run.cancel.event

    # --- properties -------------------------------------------------------------------------

    def set_property(self, name: str, value: Any) -> None:
        """``[Component].[Property]`` of a component, or a property of the pipeline itself."""
        text = display_text(value) if value is not None else ""
        if not name.startswith("["):
            stored = {key.lower(): key for key in self.flow.properties}
            if name.lower() not in stored and name.lower() not in PIPELINE_PROPERTIES:
                raise PropertyNotFound(property=name, object=self.host.name)
            key = stored.get(name.lower(), PIPELINE_PROPERTIES.get(name.lower(), name))
            self._flow = replace(self.flow, properties={**self.flow.properties, key: text})
            return
        from dtserve.dataflow.property_paths import with_property

        changed = with_property(self.flow, name, text)
        if changed is None:
            raise PropertyNotFound(property=name, object=self.host.name)
        self._flow = changed

    def refuse(self) -> None:
        """Refuse components that cannot be run, by name."""
        from dtserve.dataflow.registry import resolve

        for component in self.flow.components:
            resolve(component)

    # --- work -------------------------------------------------------------------------------

    def validate(self) -> None:
        """Validate the data flow."""
        from dtserve.dataflow.engine import validate_data_flow
        from dtserve.dataflow.errors import DataFlowFailed

        self.settings = replace(self.settings, locale_id=self.host.locale)
        with contextlib.suppress(DataFlowFailed):
            validate_data_flow(self.flow, self)

    def execute(self) -> ExecResult:
        """Run the data flow; its errors have been raised when it fails."""
        from dtserve.dataflow.engine import run_data_flow
        from dtserve.dataflow.errors import DataFlowFailed

        try:
            run_data_flow(self.flow, self)
        except DataFlowFailed:
            return ExecResult.FAILURE
        return ExecResult.SUCCESS

    # --- FlowHost ---------------------------------------------------------------------------

    def connection(self, reference: str) -> Connection:
        """The connection manager behind a refId, GUID or name."""
        return self.host.connection(reference)

    def variable(self, name: str) -> tuple[TypeSpec | None, Any]:
        """Type and value of a variable."""
        return self.host.scope.typed(name)

    def lookup(self, name: str) -> tuple[TypeSpec, Any]:
        """Type and value for expressions of components."""
        return self.host.scope.lookup(name)

    def map_path(self, text: str) -> Path:
        """The local path of a path written in the package or its data."""
        return self.host.run.shared.environment.map_path(text)

    def set_variable(self, name: str, value: Any) -> None:
        """Set a variable."""
        self.host.scope.assign(name, value)

    def fire_error(self, code: int, component: str, message: str) -> None:
        """OnError with the component as subcomponent."""
        self.host.fire_error(code, message, component)

    def fire_warning(self, code: int, component: str, message: str) -> None:
        """OnWarning."""
        self.host.fire_warning(code, message, component)

    def fire_information(self, code: int, component: str, message: str) -> None:
        """OnInformation."""
        self.host.fire_information(code, message, component)

    def fire_progress(self, message: str, percent: int, component: str = "") -> None:
        """OnProgress."""
        self.host.fire_progress(message, percent, component)

    def trace(self, entry: str, message: str) -> None:
        """A custom log entry."""
        self.host.custom_event(entry, message)

    def rows_sent(self, path: str, component: str, target: str, rows: int) -> None:
        """``RowsSent``: more rows went over a path."""
        data = {"path": path, "component": component, "target": target, "rows": rows}
        self.host.raise_event("RowsSent", message=rows_text(self.flow, path, rows), data=data)

    def phase(self, component: str, phase: str, seconds: float) -> None:
        """``ComponentPhase``: how long a component spent in a phase."""
        message = phase_text(self.flow, component, phase, seconds)
        data = {"component": component, "phase": phase, "seconds": seconds}
        self.host.raise_event("ComponentPhase", message=message, data=data)


def rows_text(flow: DataFlow, path: str, rows: int) -> str:
    """The text of OnPipelineRowsSent: nine fields between `` : ``, then the names by which formats from 6 on refer."""
    found = next((each for each in flow.paths if each.ref_id == path), None)
    fields: tuple[object, ...] = ("", path, 0, "", 0, "")
    names = ""
    for component in flow.components if found is not None else ():
        for each in component.inputs:
            if found is not None and each.ref_id == found.end:
                fields = (found.number, found.name, component.number, component.name, each.number, each.name)
                at = found.ref_id.rfind("Paths[")
                names = (
                    f" : {component.name} : {found.ref_id[at:]} : {component.name}.Inputs[{each.name}]"
                    if at >= 0
                    else ""
                )
    text = " : ".join(str(field) for field in fields)
    return f"Rows were provided to a data flow component as input. :  : {text} : {rows}{names}"


def phase_text(flow: DataFlow, name: str, phase: str, seconds: float) -> str:
    """The text of PipelineComponentTime (EVENTS §1.3)."""
    component = next((each for each in flow.components if each.name == name), None)
    number = component.number if component is not None else 0
    text = f'The component "{name}" ({number}) spent {round(seconds * 1000)} milliseconds in {phase}'
    output = next((o for o in component.outputs if not o.is_error_out), None) if component is not None else None
    if phase == "PrimeOutput" and output is not None:
        text += f' filling buffers on output "{output.name}" ({output.number})'
    return f"{text}."


PIPELINE_PROPERTIES = {
    name.lower(): name
    for name in (
        "BLOBTempStoragePath", "BufferTempStoragePath", "defaultBufferMaxRows", "defaultBufferSize", "engineThreads",
        "runInOptimizedMode", "autoAdjustBufferSize",
    )
}  # fmt: skip
"""Properties of the Data Flow Task that may be set although the XML omits them."""
