"""A test double of SQL Server with its msdb: the wire of :mod:`support.tds_server`, behind it the thirteen procedures.

The procedures are those of :mod:`support.fake_sql_server`, with SQL Server's columns and error numbers; who calls them is
the login. It runs in a process of its own, because Microsoft's driver holds Python's lock while it waits.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dtserve.connections.base import ResultSet
from dtserve.datatypes import DT, TypeSpec
from dtserve.stores import Caller, Database
from dtserve.stores.msdb.engine import sqlite_url
from support.fake_sql_server import FakeConnection
from support.tds_process import TdsProcess
from support.tds_server import Answer, TdsServer, plain_name
from support.tds_tokens import table

__all__ = ["DRIVERS", "MsdbServer", "msdb_process", "msdb_url"]

DRIVERS = ("pytds", "mssql-python")
LOGINS = {
    "sa": Caller("sa", sysadmin=True),
    "lisa": Caller("lisa", frozenset({"db_ssisltduser"})),
    "otto": Caller("otto", frozenset({"db_ssisoperator"})),
}
GUID, NAME, TEXT = TypeSpec(DT.GUID), TypeSpec(DT.WSTR, length=128), TypeSpec(DT.WSTR, length=1024)
NUMBER, MOMENT, BYTES = TypeSpec(DT.I4), TypeSpec(DT.DBTIMESTAMP), TypeSpec(DT.IMAGE)
COLUMNS: Mapping[str, tuple[tuple[str, TypeSpec], ...]] = {
    "getfolder": (("folderid", GUID), ("foldername", NAME), ("parentfolderid", GUID), ("foldername", NAME)),
    "listfolders": (("folderid", GUID), ("parentfolderid", GUID), ("foldername", NAME)),
    "listpackages": (
        ("name", NAME), ("id", GUID), ("description", TEXT), ("createdate", MOMENT), ("folderid", GUID), ("", NUMBER),
        ("vermajor", NUMBER), ("verminor", NUMBER), ("verbuild", NUMBER), ("vercomments", TEXT), ("verid", GUID),
    ),
    "checkexists": (("", NUMBER),),
    "getpackage": (("packagedata", BYTES),),
    "getpackageroles": (("readrole", NAME), ("writerole", NAME)),
}  # fmt: skip
"""What the procedures give (MSDB §4); the others give nothing."""


class MsdbServer(TdsServer):
    """Answers what the store asks of a server."""

    def fresh(self, folder: Path) -> None:
        super().fresh(folder)
        self.msdb = Database(sqlite_url(folder / "msdb.sqlite"))

    def stop(self) -> None:
        super().stop()
        self.msdb.dispose()

    def answered(self, text: str, user: str) -> list[ResultSet] | None:
        if "SERVERPROPERTY('ProductVersion')" in text:
            return [self._asked(text, user, (("", NAME), ("", NUMBER)))]
        if "sys.database_principals" in text:
            return [self._asked(text, user, (("name", NAME),))]
        return None

    def procedure(self, name: str, arguments: dict[str, Any], user: str) -> Answer:
        name = plain_name(name)
        given = {key.lstrip("@"): value for key, value in arguments.items()}
        given.update(
            {key: uuid.UUID(value) for key, value in given.items() if key.endswith("id") and value is not None}
        )
        words = ", ".join(f"@{key} = %s" for key in given)
        columns = COLUMNS.get(name.removeprefix("sp_ssis_"), ())
        found = self._asked(f"EXEC dbo.{name} {words}", user, columns, tuple(given.values()))
        return Answer([found] if columns else [])

    def _asked(
        self, text: str, user: str, columns: tuple[tuple[str, TypeSpec], ...], values: tuple[Any, ...] = ()
    ) -> ResultSet:
        cursor = FakeConnection(self.msdb, LOGINS[user]).cursor()
        cursor.execute(text, values)
        rows = [tuple(_sent(value) for value in row) for row in cursor.fetchall()]
        return table([name for name, _ in columns], [spec for _, spec in columns], rows if columns else [])


def _sent(value: Any) -> Any:
    return f"{{{str(value).upper()}}}" if isinstance(value, uuid.UUID) else value


def msdb_process(folder: Path, **options: Any) -> TdsProcess:
    """A server in a process of its own."""
    return TdsProcess(folder, double=MsdbServer, **options)


def msdb_url(server: TdsProcess, driver: str, user: str = "sa") -> str:
    """As ``DTSERVE_TEST_MSSQL`` names a server; with Microsoft's driver all of it goes through TLS."""
    more = "&TrustServerCertificate=yes" if driver == "mssql-python" else ""
    return f"mssql://{user}:p%3Bw%7D@127.0.0.1:{server.port}/msdb?driver={driver}{more}"
