"""Execute SQL Task (CONTROL_FLOW §12).

Sources DirectInput, FileConnection, Variable; batches at ``GO``; result sets None, SingleRow, Rowset,
XML; parameters by number or name as the provider wants, in, out and return value. Differing from SSIS
over OLE DB, an error after the first result set fails the task instead of being lost.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable
from typing import cast

from dtserve.connections.base import Connection, ResultSet, SqlParameter, SqlSession
from dtserve.controlflow.properties import Property
from dtserve.controlflow.registry import task
from dtserve.controlflow.task import Task
from dtserve.controlflow.task_host import TaskHost
from dtserve.controlflow.tasks import sql_errors as errors
from dtserve.controlflow.tasks.sql_batches import count_markers, split_batches
from dtserve.controlflow.tasks.sql_parameters import family_of, make_parameters, read_bindings
from dtserve.controlflow.tasks.sql_results import (
    ResultSetType,
    TypeConversion,
    check_bindings,
    store_outputs,
    store_result,
)
from dtserve.controlflow.values import OBJECT
from dtserve.errors import Canceled, ConnectionError_, ControlFlowError, DtserveError, UnsupportedError

__all__ = ["ExecuteSqlTask", "StatementSource"]

PROGRESS_LENGTH = 50
_NAME = re.compile(r"(?:\[[^\]]+\]|\"[^\"]+\"|[\w#@$]+)(?:\.(?:\[[^\]]+\]|\"[^\"]+\"|[\w#@$]*))*;?\Z")


class StatementSource(enum.IntEnum):
    """Where the statement is."""

    DIRECT_INPUT = 1
    FILE_CONNECTION = 2
    VARIABLE = 3


@task("ExecuteSQLTask")
class ExecuteSqlTask(Task):
    """Runs statements on a connection and hands results to variables."""

    connection = Property("Connection", str, "", text="The connection manager.")
    statement = Property("SqlStatementSource", str, "", text="The statement, or where it is.")
    source_type = Property(
        "SqlStatementSourceType",
        StatementSource,
        StatementSource.DIRECT_INPUT,
        xml="SqlStmtSourceType",
        text="DirectInput, FileConnection, Variable.",
    )
    time_out = Property("TimeOut", int, 0, text="Seconds; 0 = none.")
    code_page = Property("CodePage", int, 1252, text="Code page of a statement file without byte order mark.")
    is_stored_procedure = Property(
        "IsStoredProcedure", bool, False, xml="IsStoredProc", text="The statement is a procedure's name."
    )
    bypass_prepare = Property("BypassPrepare", bool, True, text="Kept, without effect.")
    result_type = Property(
        "ResultSetType",
        ResultSetType,
        ResultSetType.NONE,
        xml="ResultType",
        prefixes=("ResultSetType_",),
        text="None, SingleRow, Rowset, XML.",
    )
    type_conversion = Property(
        "TypeConversionMode", TypeConversion, TypeConversion.ALLOWED, text="None: types must be equal; Allowed."
    )

    def __init__(self, host: TaskHost) -> None:
        super().__init__(host)
        self.parameters, self.results = read_bindings(host.model.object_data)

    # --- validation ---------------------------------------------------------------------------

    def validate(self) -> None:
        """Statement, connection, bindings and variables."""
        if not self.connection.strip():
            raise errors.SqlConnectionMissing(connection="")
        family = family_of(self._manager().model.creation_name)
        if not self.statement.strip():
            raise errors.SqlNoStatement(task=self.host.name)
        if self.source_type is StatementSource.VARIABLE:
            self._statement_variable()
        elif self.source_type is StatementSource.FILE_CONNECTION:
            self._statement_file()
        check_bindings(self.result_type, self.results, self.host.scope)
        if family == "EXCEL" and self.result_type is ResultSetType.XML:
            raise errors.SqlXmlUnsupported(connection=self._manager().name)
        make_parameters(self.parameters, family, self.host.scope, values=False)

    def _manager(self) -> Connection:
        from dtserve.controlflow.errors import ConnectionNotFound

        try:
            return self.host.connection(self.connection)
        except ConnectionNotFound:
            raise errors.SqlConnectionMissing(connection=self.connection) from None

    # --- the statement ------------------------------------------------------------------------

    def _statement_variable(self) -> str:
        found = self.host.scope.find(self.statement)
        if found is None:
            raise errors.SqlVariableMissing(variable=self.statement)
        if found.vt not in (8, OBJECT):
            raise errors.SqlVariableKind(variable=self.statement, wanted="String")
        return str(found.read() or "")

    def _statement_file(self) -> bytes:
        manager = self.host.connection(self.statement)
        if family_of(manager.model.creation_name) not in ("FILE", "FLATFILE"):
            raise errors.SqlFileKind(connection=manager.name)
        path = self.host.run.shared.environment.map_path(manager.connection_string)
        try:
            return path.read_bytes()
        except OSError:
            raise errors.SqlFileMissing(connection=manager.name, path=manager.connection_string) from None

    def _text(self) -> str:
        if self.source_type is StatementSource.VARIABLE:
            return self._statement_variable()
        if self.source_type is StatementSource.FILE_CONNECTION:
            return _decode(self._statement_file(), self.code_page)
        return self.statement

    # --- execution ----------------------------------------------------------------------------

    def execute(self) -> None:
        """Run the batches, then store outputs and result."""
        batches = split_batches(self._text())
        if not batches:
            raise errors.SqlNoStatement(task=self.host.name)
        manager = self._manager()
        family = family_of(manager.model.creation_name)
        parameters = make_parameters(self.parameters, family, self.host.scope)
        session = self._acquire(manager)
        try:
            with self.host.run.cancel.calling(session.cancel):
                results = self._run(session, batches, parameters, family)
            self._store(results, batches[0], family)
        finally:
            session.close()

    def _acquire(self, manager: Connection) -> SqlSession:
        opener = getattr(manager, "session", None)
        if _may_be_workbook(manager):
            from dtserve.controlflow.tasks.excel_session import excel_session

            found = excel_session(manager)
            if found is not None:
                return cast(SqlSession, found)
        if opener is None:
            raise errors.SqlCannotAcquire(connection=manager.name, detail="It is no database connection.")
        try:
            session: SqlSession = opener()
        except UnsupportedError:
            raise
        except DtserveError as error:
            raise errors.SqlCannotAcquire(connection=manager.name, detail=error.message) from error
        return session

    def _run(
        self, session: SqlSession, batches: list[str], parameters: list[SqlParameter], family: str
    ) -> list[ResultSet]:
        found: list[ResultSet] = []
        for batch in batches:
            self.host.check_cancel()
            self.host.custom_event("ExecuteSQLExecutingQuery", f'Executing query "{batch}".')
            used = parameters if family == "ADO.NET" or count_markers(batch) or self._is_call(batch) else []
            text = self._call(batch, parameters, family) if self._is_call(batch) else batch
            try:
                found.extend(session.execute(text, used, timeout=self.time_out))
            except ConnectionError_ as error:
                if self.host.run.cancel.canceled:
                    raise Canceled from error
                raise errors.SqlExecutionFailed(query=batch, detail=_database_text(error)) from error
            self.host.fire_progress(f'Executing query "{_shortened(batch)}".', 100)
        return found

    def _is_call(self, batch: str) -> bool:
        return self.is_stored_procedure and _NAME.match(batch) is not None

    @staticmethod
    def _call(name: str, parameters: Iterable[SqlParameter], family: str) -> str:
        """``EXEC name …`` for a bare procedure name."""
        given = []
        returned = ""
        for each in parameters:
            if each.direction == "ReturnValue":
                returned = f"{each.name if family == 'ADO.NET' else '?'} = "
                continue
            marker = f"{each.name} = {each.name}" if family == "ADO.NET" else "?"
            given.append(f"{marker} OUTPUT" if each.direction == "Output" else marker)
        return f"EXEC {returned}{name.rstrip(';')} {', '.join(given)}".rstrip()

    def _store(self, results: list[ResultSet], query: str, family: str) -> None:
        strict = self.type_conversion is TypeConversion.NONE
        scope = self.host.scope
        try:
            store_outputs(self.parameters, results, scope, strict=strict)
            store_result(self.result_type, self.results, results, scope, query=query, family=family, strict=strict)
        except ControlFlowError:
            raise
        except DtserveError as error:
            raise errors.SqlExecutionFailed(query=query, detail=error.message) from error
        self.host.execution_value = sum(max(result.rows_affected, 0) for result in results)


def _may_be_workbook(manager: Connection) -> bool:
    """Whether a manager could open a workbook: told by its string, without importing what reads one."""
    string = manager.connection_string.lower()
    return family_of(manager.model.creation_name) == "EXCEL" or ("extended properties" in string and "excel" in string)


def _decode(data: bytes, code_page: int) -> str:
    """The text of a statement file: by its byte order mark, else UTF-8 where it is that, else the code page."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        from dtserve.datatypes.code_pages import decode

        return decode(data, max(code_page, 0))[0]


def _shortened(query: str) -> str:
    line = re.sub(r"[\r\n\t]", " ", query)
    return line if len(line) <= PROGRESS_LENGTH else line[:PROGRESS_LENGTH] + "..."


def _database_text(error: DtserveError) -> str:
    """The database's own words."""
    detail = error.facts.get("detail")
    return str(detail) if detail else error.message
