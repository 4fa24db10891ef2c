"""What a running script asks of its package: variables, connection managers, events (CONTROL_FLOW §18).

Each call of the host is one method named after it; errors go back to the script as exceptions.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from dtserve.connections.base import Connection
from dtserve.controlflow.scope import RuntimeVariable
from dtserve.controlflow.task_host import TaskHost
from dtserve.controlflow.tasks.script_databases import ScriptDatabases
from dtserve.controlflow.tasks.script_errors import ScriptConnectionNotGiven, ScriptVariableUnlisted
from dtserve.controlflow.tasks.script_locks import VariableLock
from dtserve.controlflow.tasks.script_run import ScriptRun
from dtserve.package.model import ConnectionManager
from dtserve.package.names import connection_kind
from dtserve.scripts.values import TYPE_CODES, Keeper, decode, encode

__all__ = ["ScriptCalls"]

I_SCRIPTPRINT = 0x40D51A01
I_SCRIPTMESSAGE = 0x40D51A02
W_SCRIPTFILE = 0x80D51A03
FILES = ("FILE", "FLATFILE", "MULTIFILE", "MULTIFLATFILE")
TEXTS = ("SMTP", "EXCEL", "CACHE")
"""Kinds whose AcquireConnection gives the connection string, as in SSIS."""


class ScriptCalls:
    """Serves the calls of one execution of a script."""

    def __init__(self, host: TaskHost, scripts: ScriptRun) -> None:
        self.host = host
        self.scripts = scripts
        self.keeper = Keeper(scripts.release)
        self.databases = ScriptDatabases(host, self.keeper)
        self._locks: dict[int, VariableLock] = {}
        self._calls: dict[str, Callable[[Mapping[str, Any]], Mapping[str, Any] | None]] = {
            "connection": self._connection,
            "connection.acquire": self._acquire,
            "connection.get": self._get_property,
            "connection.properties": self._properties,
            "connection.set": self._set_property,
            "connections": self._all_connections,
            "event": self._event,
            "log": self._log,
            "message": self._message,
            "print": self._print,
            "query_cancel": self._query_cancel,
            "stray": self._stray,
            "variable.exists": self._exists,
            "variable.get": self._get_variable,
            "variable.set": self._set_variable,
            "variables.lock": self._lock,
            "variables.unlock": self._unlock,
        }

    def serve(self, operation: str, facts: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The answer to a call."""
        if operation.startswith("sql."):
            return self.databases.serve(operation, facts)
        return self._calls[operation](facts)

    def value(self, coded: Any) -> Any:
        """A value that the script gives."""
        return decode(coded, self.keeper)[0]

    # --- variables --------------------------------------------------------------------------------

    @contextlib.contextmanager
    def locked(self, reads: Sequence[str], writes: Sequence[str]) -> Iterator[VariableLock]:
        """The variables of the task's lists, locked; what the script still holds afterwards is given up too."""
        try:
            yield self._take(reads, writes)
        finally:
            self.databases.close()
            for lock in self._locks.values():
                self.scripts.locks.release(lock)
            self._locks.clear()

    def _take(self, reads: Sequence[str], writes: Sequence[str]) -> VariableLock:
        lock = self.scripts.locks.acquire(self.host.scope, reads, writes, self.host.check_cancel)
        self._locks[lock.number] = lock
        return lock

    def describe(self, lock: VariableLock) -> list[dict[str, Any]]:
        """The variables of a lock for the host."""
        return [
            {
                "name": each.name,
                "namespace": each.namespace,
                "id": each.dtsid,
                "description": each.description,
                "expression": each.expression,
                "evaluate": each.evaluate,
                "raises": each.raise_changed,
                "read_only": each.read_only,
                "sensitive": each.sensitive,
                "type_code": TYPE_CODES.get(each.vt, 1),
            }
            for each in lock.variables.values()
        ]

    def _held(self, facts: Mapping[str, Any]) -> tuple[VariableLock, RuntimeVariable]:
        lock = self._locks[facts["lock"]]
        return lock, lock.variables[facts["name"]]

    def _get_variable(self, facts: Mapping[str, Any]) -> Mapping[str, Any]:
        _, variable = self._held(facts)
        coded = encode(variable.read(), variable.vt, self.keeper)
        return {"value": coded, "volatile": variable.evaluate or variable.compute is not None}

    def _set_variable(self, facts: Mapping[str, Any]) -> None:
        lock, variable = self._held(facts)
        if variable.qualified_name not in lock.writable:
            raise ScriptVariableUnlisted(name=variable.qualified_name)
        value, spec = decode(facts["value"], self.keeper)
        self.host.scope.store(variable, value, spec, strict=True)

    def _exists(self, facts: Mapping[str, Any]) -> Mapping[str, Any]:
        found = self.host.scope.find(facts["name"])
        return {"value": found is not None, "name": found.qualified_name if found is not None else facts["name"]}

    def _lock(self, facts: Mapping[str, Any]) -> Mapping[str, Any]:
        lock = self._take(facts["reads"], facts["writes"])
        return {"lock": lock.number, "variables": self.describe(lock)}

    def _unlock(self, facts: Mapping[str, Any]) -> None:
        lock = self._locks.pop(facts["lock"], None)
        if lock is not None:
            self.scripts.locks.release(lock)

    # --- connection managers ----------------------------------------------------------------------

    def _all_connections(self, facts: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"value": [self._facts(model) for model in self.host.run.connections]}

    def _connection(self, facts: Mapping[str, Any]) -> Mapping[str, Any]:
        return self._facts(self.host.run.connections.model(facts["reference"]))

    def _facts(self, model: ConnectionManager) -> dict[str, Any]:
        kind = connection_kind(model.creation_name)
        return {
            "reference": model.ref_id,
            "name": self.host.run.connections.raw(model.ref_id).name,
            "id": model.dtsid,
            "creation_name": model.creation_name,
            "description": model.description,
            "expressions": bool(model.property_expressions),
            "delay_validation": model.delay_validation,
            "database": kind in ("OLEDB", "ADO.NET", "ODBC"),
        }

    def _manager(self, facts: Mapping[str, Any]) -> Connection:
        return self.host.run.connections.get(facts["reference"])

    def _properties(self, facts: Mapping[str, Any]) -> Mapping[str, Any]:
        names = {"ConnectionString": None, "Name": None, **dict.fromkeys(self._manager(facts).properties)}
        return {"value": list(names)}

    def _get_property(self, facts: Mapping[str, Any]) -> Mapping[str, Any]:
        manager, name = self._manager(facts), facts["property"]
        plain = {"connectionstring": manager.connection_string, "name": manager.name}
        return {"value": plain.get(name.lower(), manager.get_property(name))}

    def _set_property(self, facts: Mapping[str, Any]) -> None:
        from dtserve.controlflow.values import display_text

        manager, value = self.host.run.connections.raw(facts["reference"]), self.value(facts["value"])
        if facts["property"].lower() == "name":
            manager.name = display_text(value)
        else:
            manager.set_property(facts["property"], "" if value is None else display_text(value))

    def _acquire(self, facts: Mapping[str, Any]) -> Mapping[str, Any]:
        manager = self.host.connection(facts["reference"])
        kind = connection_kind(manager.model.creation_name)
        if kind in FILES:
            text = manager.connection_string
            several = kind.startswith("MULTI") and "|" in text
            return {"value": text if several else str(manager.environment.map_path(text)) if text.strip() else text}
        if kind in TEXTS:
            return {"value": manager.connection_string}
        if kind == "ADO.NET":
            return self.databases.acquired(manager)
        raise ScriptConnectionNotGiven(name=manager.name, kind=manager.model.creation_name)

    # --- events -----------------------------------------------------------------------------------

    def _event(self, facts: Mapping[str, Any]) -> Mapping[str, Any]:
        kind, text, part, code = facts["kind"], facts["text"], facts["subcomponent"], facts["code"]
        if kind == "OnProgress":
            return {"value": self.host.fire_progress(text, code, part)}
        if kind == "custom":
            self.host.custom_event("OnCustomEvent", text, name=facts["name"])
            return {"value": False}
        stopped = self.host.raise_event(kind, code=code & 0xFFFFFFFF, message=text, subcomponent=part)
        return {"value": stopped}

    def _log(self, facts: Mapping[str, Any]) -> None:
        self.host.custom_event("ScriptTaskLogEntry", facts["text"] or "", code=facts["code"], bytes=facts["data"] or "")

    def _print(self, facts: Mapping[str, Any]) -> None:
        self.host.fire_information(I_SCRIPTPRINT, facts["text"])

    def _message(self, facts: Mapping[str, Any]) -> None:
        title = f"{facts['caption']}: " if facts["caption"] else ""
        self.host.fire_information(I_SCRIPTMESSAGE, f"{title}{facts['text']}")

    def _stray(self, facts: Mapping[str, Any]) -> None:
        self.host.fire_warning(
            W_SCRIPTFILE,
            f'The script made a file whose name is a path of Windows, "{facts["file"]}", in {facts["folder"]}: the class '
            "it used does not know the path map.",
        )

    def _query_cancel(self, facts: Mapping[str, Any]) -> Mapping[str, Any]:
        asked = self.host.raise_event("OnQueryCancel") if self.host.run.package.has_handler("OnQueryCancel") else False
        return {"value": asked or self.host.cancel_requested or self.host.run.cancel.canceled}
