"""What a data flow needs from whoever runs it (the Data Flow Task, a test)."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, Protocol

from dtserve.connections.base import Connection
from dtserve.dataflow.settings import FlowSettings
from dtserve.datatypes import TypeSpec

__all__ = ["FlowHost", "FlowSettings"]


class FlowHost(Protocol):
    """Variables, connections and events of the run that a data flow is part of.

    Every method may be called from any thread of the data flow.
    """

    settings: FlowSettings
    cancel: threading.Event

    def connection(self, reference: str) -> Connection:
        """The connection manager behind a refId, GUID or name; coded error when there is none."""

    def variable(self, name: str) -> tuple[TypeSpec | None, Any]:
        """Type (None for Object) and value of a variable or parameter; name or ``{DTSID}``."""

    def lookup(self, name: str) -> tuple[TypeSpec, Any]:
        """Type and value of a variable as expressions see it; raises an error of ``expressions`` otherwise."""

    def map_path(self, text: str) -> Path:
        """The local path of a path as the package or its data write it."""

    def set_variable(self, name: str, value: Any) -> None:
        """Set a variable (Row Count, Recordset Destination), with the type rules of the control flow."""

    def fire_error(self, code: int, component: str, message: str) -> None:
        """OnError of the Data Flow Task; ``component`` is the subcomponent."""

    def fire_warning(self, code: int, component: str, message: str) -> None:
        """OnWarning."""

    def fire_information(self, code: int, component: str, message: str) -> None:
        """OnInformation."""

    def fire_progress(self, message: str, percent: int, component: str = "") -> None:
        """OnProgress."""

    def trace(self, entry: str, message: str) -> None:
        """A custom log entry of the Data Flow Task (PipelineExecutionTrees, OnPipelinePrePrimeOutput …)."""

    def rows_sent(self, path: str, component: str, target: str, rows: int) -> None:
        """``rows`` more rows went over a path since the last call (about once a second per path)."""

    def phase(self, component: str, phase: str, seconds: float) -> None:
        """A component spent so long in Validate, PreExecute, PrimeOutput, ProcessInput, PostExecute."""
