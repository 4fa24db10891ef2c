"""Databases that a script works with: sessions of dtserve behind the script's own connections (CONTROL_FLOW §18).

A script's ``SqlConnection`` and ``OleDbConnection`` and what AcquireConnection gives for ADO.NET managers are here:
statements go through the connection map like those of the package.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dtserve.connections.base import Connection, ResultSet, SqlParameter, SqlSession
from dtserve.connections.sql_connection import SqlConnection
from dtserve.controlflow.task_host import TaskHost
from dtserve.controlflow.tasks.script_errors import ScriptConnectionNotGiven
from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.recordset import Recordset, RecordsetColumn
from dtserve.package.model import ConnectionManager
from dtserve.scripts.values import Keeper, decode, encode, encode_table

__all__ = ["ScriptDatabases"]

_TEXT = TypeSpec(DT.WSTR, length=4000)
_ASSEMBLY = "System.Data, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089"
_LEVELS = {
    "ReadUncommitted": "READ UNCOMMITTED", "RepeatableRead": "REPEATABLE READ", "Serializable": "SERIALIZABLE",
    "Snapshot": "SNAPSHOT", "ReadCommitted": "READ COMMITTED",
}  # fmt: skip


class ScriptDatabases:
    """The sessions of one execution of a script, by number."""

    def __init__(self, host: TaskHost, keeper: Keeper) -> None:
        self._host = host
        self._keeper = keeper
        self._numbers = itertools.count(1)
        self._open: dict[int, tuple[SqlConnection, SqlSession]] = {}
        self._calls: dict[str, Callable[[Mapping[str, Any]], Mapping[str, Any] | None]] = {
            "sql.begin": self._begin,
            "sql.close": self._close,
            "sql.commit": self._commit,
            "sql.execute": self._execute,
            "sql.facts": self._facts,
            "sql.open": self._opened,
            "sql.rollback": self._rollback,
        }

    def serve(self, operation: str, facts: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The answer to a call."""
        return self._calls[operation](facts)

    def close(self) -> None:
        """Close what the script left open."""
        while self._open:
            self._open.popitem()[1][1].close()

    # --- opening ----------------------------------------------------------------------------------

    def acquired(self, manager: Connection) -> Mapping[str, Any]:
        """An open connection of a manager of the package."""
        if not isinstance(manager, SqlConnection):
            raise ScriptConnectionNotGiven(name=manager.name, kind=manager.model.creation_name)
        provider = manager.model.creation_name.partition(":")[2].partition(",")[0].strip()
        short = {"SQL": "System.Data.SqlClient.SqlConnection", "OLEDB": "System.Data.OleDb.OleDbConnection"}
        return {"database": self._add(manager), "provider": short.get(provider.upper(), provider)}

    def _opened(self, facts: Mapping[str, Any]) -> Mapping[str, Any]:
        """A connection of the script's own; the connection map knows it by server and database."""
        from dtserve.connections.registry import create_connection

        creation_name = f"ADO.NET:{facts['provider']}, {_ASSEMBLY}"
        properties = {"ConnectionString": facts["connection_string"]}
        model = ConnectionManager("(script)", "", creation_name, "", properties)
        made = create_connection(model, self._host.run.shared.environment)
        if not isinstance(made, SqlConnection):
            raise ScriptConnectionNotGiven(name=model.name, kind=creation_name)
        return {"value": self._add(made)}

    def _add(self, manager: SqlConnection) -> int:
        number = next(self._numbers)
        self._open[number] = (manager, manager.session())
        return number

    def _close(self, facts: Mapping[str, Any]) -> None:
        _, session = self._open.pop(facts["database"])
        session.close()

    def _facts(self, facts: Mapping[str, Any]) -> Mapping[str, Any]:
        manager, session = self._open[facts["database"]]
        return {"server": manager.server(), "database_name": manager.catalog(), "version": session.dialect}

    # --- statements -------------------------------------------------------------------------------

    def _execute(self, facts: Mapping[str, Any]) -> Mapping[str, Any]:
        _, session = self._open[facts["database"]]
        parameters = [self._parameter(each) for each in facts["parameters"]]
        text = facts["text"]
        if facts["kind"] == "StoredProcedure":
            text = _call(text, parameters)
        elif facts["kind"] == "TableDirect":
            text = f"SELECT * FROM {text}"
        with self._host.run.cancel.calling(session.cancel):
            results = session.execute(text, parameters, timeout=facts["timeout"])
        outputs = {name: value for each in results for name, value in each.output_values.items()}
        return {
            "results": [_coded(each) for each in results],
            "outputs": {name: encode(value, 13, self._keeper) for name, value in outputs.items()},
        }

    def _parameter(self, facts: Mapping[str, Any]) -> SqlParameter:
        value, spec = decode(facts["value"], self._keeper)
        name = facts["name"]
        name = f"@{name}" if name and name[0] != "@" else name
        return SqlParameter(value, spec or _TEXT, name, facts["direction"], facts["size"] or -1)

    def _begin(self, facts: Mapping[str, Any]) -> None:
        self._open[facts["database"]][1].begin_isolated(_LEVELS.get(facts["level"], ""))

    def _commit(self, facts: Mapping[str, Any]) -> None:
        self._open[facts["database"]][1].commit()

    def _rollback(self, facts: Mapping[str, Any]) -> None:
        self._open[facts["database"]][1].rollback()


def _call(name: str, parameters: Sequence[SqlParameter]) -> str:
    """The call of a stored procedure; a ReturnValue parameter gets what it returns."""
    given = [
        f"{each.name} = {each.name}{' OUTPUT' if 'Output' in each.direction else ''}"
        for each in parameters
        if each.direction != "ReturnValue"
    ]
    returned = next((f"{each.name} = " for each in parameters if each.direction == "ReturnValue"), "")
    return f"EXEC {returned}{name} {', '.join(given)}".rstrip()


def _coded(result: ResultSet) -> dict[str, Any]:
    columns = tuple(RecordsetColumn(each.name, each.type) for each in result.columns)
    rows = encode_table(Recordset(columns, tuple(result.batches))) if columns else {"columns": [], "rows": []}
    return {**rows, "affected": result.rows_affected}
