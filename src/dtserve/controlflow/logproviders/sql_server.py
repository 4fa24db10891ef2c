"""SQL Server log provider (CONFIG_LOGGING §3.5, MSDB §3): table sysssislog behind an OLE DB connection manager.

The table and its procedure are made when missing. On SQL Server entries go through
``sp_ssis_addlogentry``; other databases, reached by a connection map, get plain rows.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dtserve.connections.base import SqlParameter, SqlSession
from dtserve.controlflow.logging import LogEntry, LogProviderBase
from dtserve.controlflow.logproviders.errors import LogConnectionKind
from dtserve.controlflow.registry import log_provider
from dtserve.datatypes import DT, TypeSpec
from dtserve.errors import DtserveError

__all__ = ["SqlServerLogProvider"]

MESSAGE_LENGTH = 2048
NO_GUID = "{00000000-0000-0000-0000-000000000000}"
COLUMNS = "event, computer, operator, source, sourceid, executionid, starttime, endtime, datacode, databytes, message"
CREATE = """IF NOT EXISTS (SELECT * FROM sys.tables WHERE name = 'sysssislog')
CREATE TABLE [dbo].[sysssislog] (
    id int NOT NULL IDENTITY PRIMARY KEY, event nvarchar(128) NOT NULL, computer nvarchar(128) NOT NULL,
    operator nvarchar(128) NOT NULL, source nvarchar(1024) NOT NULL, sourceid uniqueidentifier NOT NULL,
    executionid uniqueidentifier NOT NULL, starttime datetime NOT NULL, endtime datetime NOT NULL,
    datacode int NOT NULL, databytes varbinary(max) NULL, message nvarchar(2048) NOT NULL)"""
PROCEDURE_THERE = "SELECT COUNT(*) FROM sys.procedures WHERE name = 'sp_ssis_addlogentry'"
PROCEDURE = f"""CREATE PROCEDURE [dbo].[sp_ssis_addlogentry]
    @event sysname, @computer nvarchar(128), @operator nvarchar(128), @source nvarchar(1024),
    @sourceid uniqueidentifier, @executionid uniqueidentifier, @starttime datetime, @endtime datetime,
    @datacode int, @databytes image, @message nvarchar(2048)
AS
INSERT INTO sysssislog ({COLUMNS}) VALUES (@event, @computer, @operator, @source, @sourceid, @executionid,
    @starttime, @endtime, @datacode, @databytes, @message)
RETURN 0"""
INSERT = f"INSERT INTO sysssislog ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
CALL = "EXEC [dbo].[sp_ssis_addlogentry] ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?"
TYPES = (
    TypeSpec(DT.WSTR, length=128), TypeSpec(DT.WSTR, length=128), TypeSpec(DT.WSTR, length=128),
    TypeSpec(DT.WSTR, length=1024), TypeSpec(DT.GUID), TypeSpec(DT.GUID), TypeSpec(DT.DBTIMESTAMP),
    TypeSpec(DT.DBTIMESTAMP), TypeSpec(DT.I4), TypeSpec(DT.BYTES, length=8000), TypeSpec(DT.WSTR, length=MESSAGE_LENGTH),
)  # fmt: skip


@log_provider("LogProviderSQLServer")
class SqlServerLogProvider(LogProviderBase):
    """Inserts rows."""

    _session: SqlSession | None = None

    def open(self) -> None:
        """Connect, and make table and procedure when they are missing."""
        manager: Any = self.package.run.connections.get(self.config_string)
        opener = getattr(manager, "session", None)
        if opener is None:
            raise LogConnectionKind(connection=manager.name)
        session: SqlSession = opener()
        self._session = session
        self._statement = INSERT
        session.execute(CREATE)
        if session.dialect == "tsql":
            there = next(session.execute(PROCEDURE_THERE)[0].rows())[0]
            if not there:
                session.execute(PROCEDURE)
            self._statement = CALL

    def write(self, entry: LogEntry) -> None:
        """One row."""
        if self._session is None:
            return
        moment = datetime.fromtimestamp(entry.time).replace(microsecond=int(entry.time * 1000) % 1000 * 1000)
        values = (
            entry.event,
            entry.computer,
            entry.operator,
            entry.source,
            entry.source_id or NO_GUID,
            entry.execution_id or NO_GUID,
            moment,
            moment,
            entry.data_code,
            entry.data_bytes,
            entry.message[:MESSAGE_LENGTH],
        )
        parameters = [SqlParameter(value, spec) for value, spec in zip(values, TYPES, strict=True)]
        self._session.execute(self._statement, parameters)

    def close(self) -> None:
        """Close the connection."""
        session, self._session = self._session, None
        if session is not None:
            try:
                session.close()
            except DtserveError:
                return
