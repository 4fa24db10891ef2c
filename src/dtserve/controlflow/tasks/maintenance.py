"""What the maintenance plan tasks share (CONTROL_FLOW §27): databases and objects chosen, statements run one by one.

Each task makes the T-SQL that SQL Server Management Studio shows for it ("View T-SQL"), database by database.
A statement that fails is reported, the others still run, and the task fails at its end. Pointed at another
database than SQL Server by a connection map, a task does what ``maintenance_elsewhere`` lists for that database, else it
is refused by name.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, cast

from dtserve.controlflow.properties import Property
from dtserve.controlflow.results import ExecResult
from dtserve.controlflow.task import Task, local_name
from dtserve.controlflow.tasks import maintenance_errors as errors
from dtserve.controlflow.tasks.database import connected, manager_of, quoted_name, rows_of, run, target_of
from dtserve.controlflow.tasks.sql_errors import SqlExecutionFailed
from dtserve.errors import ControlFlowError

if TYPE_CHECKING:
    from dtserve.connections.base import SqlSession
    from dtserve.controlflow.task_host import TaskHost

__all__ = ["DatabaseObject", "DatabaseSelection", "MaintenanceTask", "ObjectKind", "TableSelection", "TimeUnit"]

SYSTEM_DATABASES = ("master", "model", "msdb", "tempdb")


class DatabaseSelection(enum.IntEnum):
    """DatabaseSelectionType."""

    NONE = 0
    ALL = 1
    SYSTEM = 2
    USER = 3
    SPECIFIC = 4


class TableSelection(enum.IntEnum):
    """TableSelectionType."""

    NONE = 0
    ALL = 1
    SPECIFIC = 2


class ObjectKind(enum.IntEnum):
    """ObjectType: whose indexes or statistics."""

    INVALID = -1
    TABLE = 0
    VIEW = 1
    TABLE_VIEW = 2


class TimeUnit(enum.IntEnum):
    """TimeUnitsType of the cleanup tasks."""

    DAY = 0
    WEEK = 1
    MONTH = 2
    YEAR = 3
    HOUR = 5


@dataclass(frozen=True, slots=True)
class DatabaseObject:
    """A table or view of a database."""

    schema: str
    name: str

    @property
    def path(self) -> str:
        """The quoted name.

        >>> DatabaseObject("dbo", "T").path
        '[dbo].[T]'
        """
        return f"{quoted_name(self.schema)}.{quoted_name(self.name)}"


class MaintenanceTask(Task):
    """A maintenance task; subclasses give :meth:`statements` for one database, or :meth:`server_statements`."""

    title: ClassVar[str] = ""
    per_database: ClassVar[bool] = True
    skips: ClassVar[tuple[str, ...]] = ("tempdb",)
    """Databases that "all databases" leaves out."""

    connection = Property("Connection", str, "", text="The connection manager.", aliases=("TaskConnectionName",))
    selection = Property("DatabaseSelectionType", DatabaseSelection, DatabaseSelection.NONE, text="Which databases.")
    ignore_not_online = Property(
        "IgnoreDatabasesInNotOnlineState", bool, False, text="Leave out databases that are not online."
    )
    table_selection = Property("TableSelectionType", TableSelection, TableSelection.NONE, text="Which tables or views.")
    object_kind = Property(
        "ObjectType", ObjectKind, ObjectKind.TABLE_VIEW, text="Tables, views or both.", aliases=("ObjectTypeSelection",)
    )
    time_out = Property("TimeOut", int, 0, text="Seconds for a statement; 0 = none.")
    extended_logging = Property("ExtendedLogging", bool, True, text="Kept, without effect.")
    logging_connection = Property("LocalConnectionForLogging", str, "", text="Kept, without effect.")
    server_version = Property("ServerVersion", str, "", text="Kept, without effect.")
    plan_name = Property("TaskName", str, "", text="Kept, without effect.")

    def __init__(self, host: TaskHost) -> None:
        super().__init__(host)
        self.selected = self.children("SelectedDatabases")
        self.selected_tables = self.children("SelectedTables")

    def children(self, tag: str) -> list[str]:
        """The first attribute of each child element of that name, as lists are stored."""
        data = self.host.model.object_data
        found = []
        for child in data if data is not None else ():
            if local_name(child.tag) == tag:
                found.append(next(iter(child.attrib.values()), child.text or ""))
        return found

    # --- for subclasses -------------------------------------------------------------------------

    def statements(self, session: SqlSession, database: str) -> Iterator[str]:
        """The statements for one database; they run in it."""
        return iter(())

    def server_statements(self) -> Iterator[str]:
        """The statements of a task that is not about databases."""
        return iter(())

    def check(self) -> None:
        """Check the properties of the subclass."""

    def elsewhere(self, family: str) -> str:
        """Why the task cannot run on another database than SQL Server though it is listed; empty when it can."""
        return ""

    def require(self, **properties: str) -> None:
        """Raise MaintenanceNotSet for the first that is empty."""
        for name, value in properties.items():
            if not value.strip():
                raise errors.MaintenanceNotSet(property=name, task=self.host.name)

    # --- validation -------------------------------------------------------------------------------

    def validate(self) -> None:
        """Connection, databases, and whether the database can do it."""
        family = target_of(manager_of(self.host, self.connection)).family
        if family != "sqlserver":
            from dtserve.connections.sql.translate import TARGETS
            from dtserve.controlflow.tasks.maintenance_elsewhere import reason_against

            reason = reason_against(self.part, family) or self.elsewhere(family)
            if reason:
                raise errors.MaintenanceNotHere(
                    title=self.title, task=self.host.name, database=TARGETS.get(family, family), detail=reason
                )
        if self.per_database:
            if self.selection is DatabaseSelection.NONE:
                raise errors.MaintenanceNotSet(property="DatabaseSelectionType", task=self.host.name)
            if self.selection is DatabaseSelection.SPECIFIC and not self.selected:
                raise errors.MaintenanceNotSet(property="SelectedDatabases", task=self.host.name)
            if self.table_selection is TableSelection.SPECIFIC and not self.selected_tables:
                raise errors.MaintenanceNotSet(property="SelectedTables", task=self.host.name)
        self.check()

    # --- execution --------------------------------------------------------------------------------

    def execute(self) -> ExecResult:
        """Run every statement; Failure when one failed."""
        self._failed = False
        with connected(self.host, self.connection) as session:
            if session.dialect != "tsql":
                from dtserve.controlflow.tasks.maintenance_elsewhere import run_elsewhere

                run_elsewhere(self, session)
            elif self.per_database:
                self._every_database(session)
            else:
                for statement in self.server_statements():
                    self.attempt(session, statement)
        return ExecResult.FAILURE if self._failed else ExecResult.SUCCESS

    def _every_database(self, session: SqlSession) -> None:
        names = self.databases(session)
        before = rows_of(self.host, session, "SELECT DB_NAME()")
        try:
            for name in names:
                if self.attempt(session, f"USE {quoted_name(name)}"):
                    for statement in self._made(session, name):
                        self.attempt(session, statement)
        finally:
            if before and before[0][0]:
                run(self.host, session, f"USE {quoted_name(str(before[0][0]))}")

    def _made(self, session: SqlSession, database: str) -> Iterator[str]:
        try:
            yield from self.statements(session, database)
        except SqlExecutionFailed as error:
            self.failed(error)

    def attempt(self, session: SqlSession, statement: str) -> bool:
        """Run a statement; a failure is reported and remembered."""
        self.host.check_cancel()
        self.host.custom_event("ExecuteSQLExecutingQuery", f'Executing query "{statement}".')
        try:
            run(self.host, session, statement, timeout=self.time_out)
        except SqlExecutionFailed as error:
            self.failed(error)
            return False
        self.host.fire_progress(f'Executing query "{statement[:50]}".', 100)
        return True

    def failed(self, error: ControlFlowError) -> None:
        """Report an error that does not end the task at once."""
        self.host.report(error)
        self._failed = True

    # --- what it works on -------------------------------------------------------------------------

    def databases(self, session: SqlSession) -> list[str]:
        """The chosen databases in order."""
        rows = rows_of(self.host, session, "SELECT name, state FROM sys.databases ORDER BY name")
        online = {str(name): int(state) == 0 for name, state in rows}
        system = {name for name in online if name.lower() in SYSTEM_DATABASES}
        chosen = {
            DatabaseSelection.ALL: [name for name in online if name.lower() not in self.skips],
            DatabaseSelection.SYSTEM: [name for name in online if name in system and name.lower() not in self.skips],
            DatabaseSelection.USER: [name for name in online if name not in system],
        }.get(self.selection, self.selected)
        if not self.ignore_not_online:
            return chosen
        return [name for name in chosen if online.get(name, True)]

    def objects(self, session: SqlSession) -> list[DatabaseObject]:
        """The chosen tables and views of the current database."""
        kinds = {ObjectKind.TABLE: "'U'", ObjectKind.VIEW: "'V'"}.get(self.object_kind, "'U', 'V'")
        rows = rows_of(
            self.host,
            session,
            "SELECT s.name, o.name FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id "
            f"WHERE o.type IN ({kinds}) AND o.is_ms_shipped = 0 AND (o.type = 'U' OR EXISTS (SELECT 1 FROM sys.indexes "
            "i WHERE i.object_id = o.object_id)) ORDER BY s.name, o.name",
        )
        return [each for each in (DatabaseObject(str(r[0]), str(r[1])) for r in rows) if self.chooses(each)]

    def chooses(self, found: DatabaseObject) -> bool:
        """Whether the selection of tables takes this one."""
        listed = self.table_selection is TableSelection.NONE and self.selected_tables  # as SQL Server 2012 stores it
        if self.table_selection is not TableSelection.SPECIFIC and not listed:
            return True
        from dtserve.connections.sql.catalog import split_name

        for text in self.selected_tables:
            name = split_name(text)
            if name.name == found.name and name.schema in ("", found.schema):
                return True
        return False


def native(session: SqlSession, text: str) -> list[tuple[Any, ...]]:
    """Run a statement in the words of the database behind a session; its rows."""
    family = cast(Any, session)
    return list(family.run(family.native(text), (), 0).rows())
