"""What the Script Tasks of one run share: the host process, the locks on variables, compiled scripts."""

from __future__ import annotations

import threading
from typing import Any

from dtserve.controlflow.processes import end_tree, finished, start
from dtserve.controlflow.runtime import SharedRun
from dtserve.controlflow.tasks.script_locks import VariableLocks
from dtserve.package.script_project import ScriptProject
from dtserve.scripts.preparation import PreparedScript, ScriptSurroundings, prepare_script
from dtserve.scripts.process import ScriptHost

__all__ = ["ScriptRun"]


class ScriptRun:
    """Made when a run's first Script Task asks for it; closed with the run."""

    def __init__(self, shared: SharedRun) -> None:
        self.shared = shared
        self.locks = VariableLocks()
        self._lock = threading.Lock()
        self._surroundings: ScriptSurroundings | None = None
        self._host: ScriptHost | None = None

    @classmethod
    def of(cls, shared: SharedRun) -> ScriptRun:
        """That of the run."""
        return shared.resource(cls)

    def _found(self) -> ScriptSurroundings:
        if self._surroundings is None:
            self._surroundings = ScriptSurroundings.of(self.shared.environment)
        return self._surroundings

    def prepare(self, project: ScriptProject) -> PreparedScript:
        """The assembly of a script; an UnsupportedError says why there is none."""
        with self._lock:
            surroundings = self._found()
        return prepare_script(
            project, surroundings, self.shared.environment, lambda path, folders: self.host().check(path, folders)
        )

    def host(self) -> ScriptHost:
        """The host process, started when there is none."""
        with self._lock:
            if self._host is None or self._host.ended:
                found = self._found()
                adopts = self.shared.cancel.dedicated
                self._host = ScriptHost(
                    found.tools,
                    found.host,
                    self.shared.environment.variables,
                    lambda command, **how: start(command, adopts=adopts, **how),
                    end_tree,
                )
            return self._host

    def release(self, number: int) -> None:
        """An object of the host that the package does not hold any more."""
        host = self._host
        if host is not None:
            host.release(number)

    def paths(self) -> dict[str, Any]:
        """The path map for the scripts' own files."""
        environment = self.shared.environment
        return {
            "map": [[prefix, place] for prefix, place in environment.path_map.items()],
            "folder": str(environment.folder.resolve()),
        }

    def kill(self) -> None:
        """End the host and what its scripts started."""
        host = self._host
        if host is not None:
            host.kill()

    def close(self) -> None:
        """End the host at the end of the run."""
        host, self._host = self._host, None
        if host is not None:
            host.close()
            finished(host.process)
