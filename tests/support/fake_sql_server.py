"""A test double of SQL Server's msdb: a DB-API connection that knows the thirteen procedures and nothing else.

It runs them on an embedded msdb and answers with SQL Server's columns and error numbers. What a
real server's driver does on the wire is not tested with it.
"""

from __future__ import annotations

import re
from typing import Any

from dtserve.stores import Caller, Database
from dtserve.stores.facts import content_hash
from dtserve.stores.msdb.messages import ProcedureError
from dtserve.stores.msdb.procedures import Procedures

CALL = re.compile(r"EXEC dbo\.(?P<prefix>sp_ssis_|sp_dts_)(?P<name>\w+) (?P<parameters>.*)\Z")


class ServerError(Exception):
    def __init__(self, number: int, text: str) -> None:
        super().__init__(text)
        self.msg_no = number
        self.text = text


class FakeConnection:
    def __init__(self, database: Database, login: Caller, version: str = "16.0.1000.6") -> None:
        self.version = version
        self.database = database
        self.login = login
        self.calls: list[str] = []

    def cursor(self) -> FakeCursor:
        return FakeCursor(self)

    def close(self) -> None:
        self.calls.append("close")


class FakeCursor:
    def __init__(self, connection: FakeConnection) -> None:
        self.connection = connection
        self.description: Any = None
        self.rows: list[Any] = []

    def execute(self, sql: str, parameters: tuple[Any, ...]) -> None:
        old = self.connection.version.startswith("9.")
        if sql.startswith("SELECT CAST(SERVERPROPERTY('ProductVersion')"):
            self.description, self.rows = [()], [(self.connection.version, None if old else 42)]
            return
        if "sys.database_principals" in sql:
            self.description, self.rows = [()], [(name,) for name in self.connection.database.role_names()]
            return
        call = CALL.match(sql)
        assert call is not None, sql
        assert call["prefix"] == ("sp_dts_" if old else "sp_ssis_"), sql
        values = iter(parameters)
        named = re.findall(r"@(\w+) = (%s|NULL)", call["parameters"])
        given = {name: None if marker == "NULL" else next(values) for name, marker in named}
        assert next(values, None) is None
        name = f"sp_ssis_{call['name']}"
        self.connection.calls.append(f"{call['prefix']}{call['name']}")
        try:
            with self.connection.database.begin() as transaction:
                answer = self.run(Procedures(transaction, self.connection.login), name, given)
        except ProcedureError as error:
            raise ServerError(error.number, str(error)) from None
        if answer is not None:
            self.description, self.rows = [()], answer

    def run(self, procedures: Procedures, name: str, given: dict[str, Any]) -> list[Any] | None:
        if name == "sp_ssis_putpackage":
            place = (given.pop("name"), given.pop("folderid"))
            data = given["packagedata"]
            own = {"modifieddate": given["createdate"], "contenthash": content_hash(data), "datasize": len(data)}
            procedures.sp_ssis_putpackage(*place, {**given, **own})
            return None
        result = getattr(procedures, name)(**given)
        if name in ("sp_ssis_addfolder", "sp_ssis_renamefolder", "sp_ssis_deletefolder"):
            return None
        if name == "sp_ssis_checkexists":
            return [(1,)] if result else []
        if name == "sp_ssis_getpackage":
            return [] if result is None else [(result,)]
        if name == "sp_ssis_listpackages":
            return [tuple(row)[:11] for row in result]
        if name in ("sp_ssis_getfolder", "sp_ssis_getpackageroles"):
            return [] if result is None else [tuple(result)]
        return None if result is None else [tuple(row) for row in result]

    def fetchall(self) -> list[Any]:
        return self.rows

    def close(self) -> None:
        self.rows = []
