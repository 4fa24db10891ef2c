"""Log positions of a source of captured changes: the newest one, the first after a time, that of a snapshot.

On SQL Server the functions of change data capture answer. Another database answers from a table of the
name and columns of SQL Server's ``cdc.lsn_time_mapping`` (start_lsn binary(10), tran_begin_time, tran_end_time)
where it has one.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from dtserve.connections.base import SqlParameter, SqlSession
from dtserve.controlflow.tasks import cdc_errors as errors
from dtserve.controlflow.tasks.database import quoted_text, rows_of
from dtserve.controlflow.tasks.sql_errors import SqlExecutionFailed
from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.cdc_state import LSN_LENGTH

if TYPE_CHECKING:
    from dtserve.controlflow.task_host import TaskHost

__all__ = ["SNAPSHOT_LSN", "LogPositions", "lsn_of_number"]

MAX_LSN = {
    "tsql": "SELECT sys.fn_cdc_get_max_lsn()",
    "": "SELECT TOP 1 start_lsn FROM cdc.lsn_time_mapping WHERE start_lsn IS NOT NULL ORDER BY start_lsn DESC",
}
"""The newest position; ``fn_cdc_get_max_lsn`` is defined as just that maximum."""

FIRST_AFTER = "SELECT TOP 1 start_lsn FROM cdc.lsn_time_mapping WHERE tran_end_time > ? ORDER BY start_lsn"

SNAPSHOT_LSN = (
    "SELECT MIN(f.create_lsn) FROM sys.databases d JOIN sys.master_files f ON f.database_id = d.database_id "
    "WHERE d.source_database_id IS NOT NULL AND d.name = {name} AND f.type = 0"
)
"""The position of a database snapshot is that at which its files were made: UNVERIFIED."""


class LogPositions:
    """The positions of the database behind a session."""

    def __init__(self, host: TaskHost, session: SqlSession, connection: str, timeout: int) -> None:
        self.host = host
        self.session = session
        self.connection = connection
        self.timeout = timeout

    def _one(self, sql: str, parameters: list[SqlParameter] | None = None) -> Any:
        try:
            rows = rows_of(self.host, self.session, sql, parameters or [], timeout=self.timeout)
        except SqlExecutionFailed as error:
            raise errors.CdcNotEnabled(connection=self.connection, detail=str(error.facts["detail"])) from error
        return rows[0][0] if rows else None

    def newest(self) -> bytes:
        """The newest captured position; CdcNotEnabled where there is none."""
        found = self._one(MAX_LSN.get(self.session.dialect, MAX_LSN[""]))
        if found is None:
            raise errors.CdcNotEnabled(connection=self.connection, detail="no position has been captured yet")
        return _bytes(found)

    def now(self) -> datetime:
        """The time of the database server."""
        found = self._one("SELECT GETDATE()")
        return found if isinstance(found, datetime) else datetime.fromisoformat(str(found))

    def first_after(self, moment: datetime) -> bytes | None:
        """The position of the first change after a time; None while there is none."""
        found = self._one(FIRST_AFTER, [SqlParameter(moment, TypeSpec(DT.DBTIMESTAMP))])
        return None if found is None else _bytes(found)

    def of_snapshot(self, name: str) -> bytes | None:
        """The position of a database snapshot; None when there is no snapshot of that name."""
        if self.session.dialect != "tsql":
            return None
        found = self._one(SNAPSHOT_LSN.format(name=quoted_text(name)))
        return None if found is None else lsn_of_number(int(found))


def _bytes(value: Any) -> bytes:
    return bytes(value)[-LSN_LENGTH:].rjust(LSN_LENGTH, b"\0")


def lsn_of_number(number: int) -> bytes:
    """The ten bytes of a position that a catalog view gives as a number: file, block (10 digits), slot (5 digits).

    >>> lsn_of_number(603_0000000444_00003).hex()
    '0000025b000001bc0003'
    """
    rest, slot = divmod(number, 100_000)
    file, block = divmod(rest, 10_000_000_000)
    return file.to_bytes(4, "big") + block.to_bytes(4, "big") + slot.to_bytes(2, "big")
