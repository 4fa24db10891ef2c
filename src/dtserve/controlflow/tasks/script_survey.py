"""Which scripts of packages run here, found out without running them (for surveys of whole collections)."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from dtserve.connections.environment import Environment
from dtserve.controlflow.runtime import SharedRun
from dtserve.controlflow.tasks.script_run import ScriptRun
from dtserve.dataflow.settings import FlowSettings
from dtserve.errors import ControlFlowError, UnsupportedError
from dtserve.machine import temporary_folder
from dtserve.package.script_project import read_script_project
from dtserve.scripts import errors

__all__ = ["ScriptSurvey"]


class ScriptSurvey:
    """Prepares script after script in one host; a context manager."""

    def __init__(self) -> None:
        self._folder = temporary_folder()
        self._shared: SharedRun | None = None

    def __enter__(self) -> Self:
        temp = self._folder.__enter__()
        environment = Environment(temp=temp, variables=dict(os.environ))
        self._shared = SharedRun(lambda event: None, FlowSettings(temp), environment)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shared is not None:
            self._shared.close()
        self._folder.__exit__(kind, error, trace)

    def obstacle(self, element: Any, folder: Path) -> str:
        """What a task's script waits for, in a few words; empty when it runs, or fails as it would in SSIS."""
        if self._shared is None:
            raise RuntimeError("a survey is asked inside its with block")
        self._shared.environment = replace(self._shared.environment, folder=folder)
        try:
            ScriptRun.of(self._shared).prepare(read_script_project(element))
        except UnsupportedError as error:
            return _words(error)
        except ControlFlowError:
            return ""
        return ""


def _words(error: UnsupportedError) -> str:
    if isinstance(error, errors.ScriptAssembliesMissing):
        return f"assemblies {error.facts['names']}"
    words: dict[type[UnsupportedError], str] = {
        errors.ScriptLanguageNotRun: "compiled part of a script in Visual Basic",
        errors.ScriptMembersMissing: "members that the object model here does not have",
        errors.ScriptNotCompiled: "types that the compiler does not find, or newer syntax",
        errors.ScriptRuntimeMissing: "Mono",
    }
    return words.get(type(error), error.symbol)
