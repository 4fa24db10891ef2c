"""Locks on variables that scripts hold (CONTROL_FLOW §5): many readers or one writer, by its own name."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from dtserve.controlflow.scope import RuntimeVariable, Scope
from dtserve.controlflow.tasks.script_errors import VariableDeadlock, VariableLockRead, VariableLockWrite
from dtserve.errors import DtserveError, hresult

__all__ = ["ATTEMPTS", "VariableLock", "VariableLocks"]

ATTEMPTS = 16
WAIT = 0.1
"""Seconds between two attempts (UNVERIFIED: SSIS names the number of attempts only)."""


class VariableLock:
    """Variables locked together: by qualified name, and which of them may be written."""

    def __init__(self, number: int, variables: dict[str, RuntimeVariable], writable: frozenset[str]) -> None:
        self.number = number
        self.variables = variables
        self.writable = writable


class VariableLocks:
    """All locks of a run: how many read each variable; -1 = one writes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[int, int] = {}
        self._last = 0

    def acquire(
        self, scope: Scope, reads: Sequence[str], writes: Sequence[str], look: Callable[[], None]
    ) -> VariableLock:
        """Lock variables by name; VariableLockRead, VariableLockWrite for one that is not there or stays locked."""
        found: dict[str, RuntimeVariable] = {}
        writable = set()
        wanted: dict[int, bool] = {}
        for names, write in ((writes, True), (reads, False)):
            for name in names:
                variable = _variable(scope, name, write)
                found.setdefault(variable.qualified_name, variable)
                wanted.setdefault(id(variable), write)
                if write:
                    writable.add(variable.qualified_name)
        for attempt in range(ATTEMPTS):
            with self._lock:
                if self._take(wanted):
                    self._last += 1
                    return VariableLock(self._last, found, frozenset(writable))
            if attempt < ATTEMPTS - 1:
                look()
                time.sleep(WAIT)
        raise VariableDeadlock

    def _take(self, wanted: dict[int, bool]) -> bool:
        if any(self._held.get(key, 0) < 0 or (write and self._held.get(key, 0)) for key, write in wanted.items()):
            return False
        for key, write in wanted.items():
            self._held[key] = -1 if write else self._held.get(key, 0) + 1
        return True

    def release(self, lock: VariableLock) -> None:
        """Give up a lock."""
        with self._lock:
            for name, variable in lock.variables.items():
                left = 0 if name in lock.writable else self._held.get(id(variable), 0) - 1
                if left > 0:
                    self._held[id(variable)] = left
                else:
                    self._held.pop(id(variable), None)


def _variable(scope: Scope, name: str, write: bool) -> RuntimeVariable:
    try:
        return scope.variable(name)
    except DtserveError as error:
        kind = VariableLockWrite if write else VariableLockRead
        raise kind(name=name, reason=hresult(error.code), detail=error.message) from error
