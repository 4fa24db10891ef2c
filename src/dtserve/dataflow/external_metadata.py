"""External metadata: what a component saw in the database when it was designed, compared with what is there.

Done at validation, for components whose ``validateExternalMetadata`` is true, with one
question per table or query that reads no rows. What is there no longer, or has a type that
does not convert, is VS_NEEDSNEWMETADATA; columns that are new or changed in length are the
warning 0x800470C8 alone (EVENTS §4.6, §4.7). Types are compared strictly in SQL Server, for
which the metadata was made; another database only has to give what converts, and values of
SQLite have types of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dtserve.connections.errors import CannotAcquireConnection, LostConnection, SqlError
from dtserve.connections.sql.tsql_tokens import tokenize
from dtserve.dataflow.component_errors import (
    ColumnInfoNotRetrieved,
    ColumnNotInSource,
    FastLoadRowsetNotOpened,
    RowsetNotOpened,
)
from dtserve.dataflow.errors import ComponentBroken
from dtserve.dataflow.file_errors import FileCannotOpenRead
from dtserve.dataflow.sql import acquire, connection_of, quoted_table
from dtserve.errors import UnsupportedError

if TYPE_CHECKING:
    from dtserve.connections.base import Connection, ResultColumn, SqlSession
    from dtserve.dataflow.base import PipelineComponent
    from dtserve.datatypes import TypeSpec
    from dtserve.package.model import ExternalColumn, Input, Output

__all__ = ["NEEDS_NEW_METADATA", "ExternalCheck", "compare", "compare_input", "compare_output", "require_file"]

NEEDS_NEW_METADATA = "VS_NEEDSNEWMETADATA"
_OUT_OF_SYNC = 0x800470C8
_RETRIEVAL_TRUNCATES = 0x802092A8
"""DTS_W_POTENTIALTRUNCATIONFROMDATARETRIEVAL; its number is UNVERIFIED, its text is that of real logs."""

_STRICT = "tsql"
_MISSING = ("invalid object name", "invalid column name", "could not find stored procedure")


class ExternalCheck:
    """The sessions of one validation: one per connection manager, opened when the first component asks."""

    def __init__(self) -> None:
        self._sessions: dict[int, tuple[Connection, SqlSession]] = {}
        self._failed: dict[int, tuple[Connection, CannotAcquireConnection]] = {}

    def session(self, component: PipelineComponent, *connections: str) -> SqlSession:
        """The session of a component's connection; raises CannotAcquireConnection, once tried at no cost."""
        manager = connection_of(component, *connections)
        key = id(manager)  # the manager is kept beside what it gave, so that its id stays its own
        if key in self._failed:
            raise self._failed[key][1]
        if key not in self._sessions:
            try:
                self._sessions[key] = manager, acquire(component, *connections)
            except CannotAcquireConnection as error:
                self._failed[key] = manager, error
                raise
        return self._sessions[key][1]

    def close(self) -> None:
        """Close the sessions."""
        while self._sessions:
            self._sessions.popitem()[1][1].close()

    def source(self, component: PipelineComponent, *connections: str, table: str = "", statement: str = "") -> None:
        """Check the output of a source that reads a table or view, or a query.

        Raises RowsetNotOpened or ColumnInfoNotRetrieved for what the database does not have, and
        ComponentBroken for metadata that is out of date.
        """
        session = self.session(component, *connections)
        found = self.query(session, statement) if statement else self._rowset(session, table)
        if found is not None:
            compare_output(component, component.output(), found, session.dialect)

    def target(self, component: PipelineComponent, table: str, *connections: str, fast: bool = False) -> None:
        """Check the input of a destination that writes to a table; raises as :meth:`source` does."""
        if not table.strip():
            return
        session = self.session(component, *connections)
        try:
            found = session.table_columns(table)
        except LostConnection:
            raise
        except SqlError as error:
            raise (FastLoadRowsetNotOpened if fast else RowsetNotOpened)(rowset=table) from error
        compare_input(component, component.model.inputs[0], found, session.dialect)

    def query(self, session: SqlSession, statement: str) -> tuple[ResultColumn, ...] | None:
        """The columns of a query; None where nobody can say before it runs (a batch, a procedure)."""
        if not statement.strip():
            return None
        try:
            found = session.outline(statement)
        except LostConnection:
            raise
        except (SqlError, UnsupportedError) as error:
            if not _decides(session, statement, str(error)):
                return None
            if isinstance(error, UnsupportedError):
                raise
            raise ColumnInfoNotRetrieved() from error
        return found or None

    def command(self, component: PipelineComponent, statement: str, into: Input) -> None:
        """Check a statement that runs for each row: its markers and the tables and columns that it names.

        Raises ComponentBroken where it has another number of markers than the input has external columns, and
        ColumnInfoNotRetrieved for what the database refuses.
        """
        session = self.session(component)
        markers = sum(token.kind == "mark" for token in tokenize(statement))
        if markers != len(into.external_columns):
            component.host.fire_warning(
                _OUT_OF_SYNC,
                component.label,
                f"The external columns for {component.model.name} are out of synchronization with the data source "
                f"columns. The statement has {markers} parameters, the input {len(into.external_columns)} external columns.",
            )
            raise ComponentBroken(component=component.model.name, status=NEEDS_NEW_METADATA)
        try:
            session.check_statement(statement)
        except LostConnection:
            raise
        except SqlError as error:
            raise ColumnInfoNotRetrieved() from error

    @staticmethod
    def _rowset(session: SqlSession, table: str) -> tuple[ResultColumn, ...] | None:
        if not table.strip():
            return None
        try:
            return session.table_columns(quoted_table(table))
        except LostConnection:
            raise
        except SqlError as error:
            try:  # a system view, a synonym: what can be read although the catalog does not list it
                return session.outline(f"select * from {quoted_table(table)}") or None
            except (SqlError, UnsupportedError):
                raise RowsetNotOpened(rowset=table) from error


def _decides(session: SqlSession, statement: str, message: str) -> bool:
    """Whether a refused description means that the statement itself would be refused.

    A batch may make what a later statement reads, and SQL Server cannot describe everything it runs.
    """
    if session.dialect == _STRICT:
        return "#" not in message and any(words in message.lower() for words in _MISSING)
    from dtserve.connections.sql.tsql_batch import Run, parse_batch

    nodes = list(parse_batch(statement))
    return len(nodes) == 1 and isinstance(nodes[0], Run)


def compare_output(component: PipelineComponent, output: Output, found: Sequence[ResultColumn], dialect: str) -> None:
    """Compare the external columns of a source's output with what the data source gives."""
    used = {c.external_ref for c in output.columns}
    if output.external_columns:
        compare(component, output.external_columns, used, found, dialect)
    known = {e.ref_id: e.name for e in output.external_columns}
    there = {column.name.lower(): column for column in found}
    for column in output.columns:
        name = known.get(column.external_ref, column.name)
        if name.lower() not in there:
            raise ColumnNotInSource(column=name, component=component.model.name)
        spec = there[name.lower()].type
        if spec.family == column.type.family == "text" and 0 < column.type.length < spec.length and dialect == _STRICT:
            component.host.fire_warning(
                _RETRIEVAL_TRUNCATES,
                component.label,
                f'Truncation may occur due to retrieving data from database column "{name}" with a length of '
                f'{spec.length} to data flow column "{column.name}" with a length of {column.type.length}.',
            )


def compare_input(component: PipelineComponent, into: Input, found: Sequence[ResultColumn], dialect: str) -> None:
    """Compare the external columns of a destination's input with the columns of the table."""
    used = {c.external_ref for c in into.columns if c.usage != "ignored"}
    compare(component, into.external_columns, used, found, dialect)


def compare(
    component: PipelineComponent,
    external: Iterable[ExternalColumn],
    used: set[str],
    found: Sequence[ResultColumn],
    dialect: str,
) -> None:
    """Warn of differences; raises ComponentBroken (VS_NEEDSNEWMETADATA) when a column in ``used`` cannot be served."""
    stored = {column.name.lower(): column for column in external}
    there = {column.name.lower(): column for column in found}
    notes = [
        f'The column "{column.name}" needs to be added to the external columns.'
        for name, column in there.items()
        if name not in stored
    ]
    broken = False
    for name, column in stored.items():
        if name not in there:
            notes.append(f'The external column "{column.name}" needs to be removed from the external columns.')
            broken |= column.ref_id in used
        elif dialect == _STRICT and changed(column.type, there[name].type):
            notes.append(f'The external column "{column.name}" needs to be updated.')
            broken |= column.ref_id in used and not kindred(column.type, there[name].type)
        elif dialect not in (_STRICT, "sqlite") and not converts(column.type, there[name].type):
            notes.append(f'The external column "{column.name}" needs to be updated.')
            broken |= column.ref_id in used
    if notes:
        component.host.fire_warning(
            _OUT_OF_SYNC,
            component.label,
            f"The external columns for {component.model.name} are out of synchronization with the data source "
            f"columns. {' '.join(notes)}",
        )
    if broken:
        raise ComponentBroken(component=component.model.name, status=NEEDS_NEW_METADATA)


def require_file(path: Path) -> None:
    """Raise FileCannotOpenRead for a workbook or raw file that is not there."""
    if not path.is_file():
        raise FileCannotOpenRead(path=path, detail="The system cannot find the file specified.")


def changed(stored: TypeSpec, there: TypeSpec) -> bool:
    """Whether a column is another one now; the code page of texts is the component's own business."""
    if stored.dt is not there.dt:
        return True
    if stored.family in ("text", "binary") and stored.length and there.length:
        return stored.length != there.length
    return stored.family == "decimal" and (stored.precision, stored.scale) != (there.precision, there.scale)


def kindred(stored: TypeSpec, there: TypeSpec) -> bool:
    """Whether two types are of one family; old providers give newer dates and times as text."""
    numbers = {"int", "float", "decimal"}
    pair = {stored.family, there.family}
    return len(pair) == 1 or pair <= numbers or pair == {"datetime", "text"}


def converts(stored: TypeSpec, there: TypeSpec) -> bool:
    """Whether values of another database's column become those of the stored type."""
    from dtserve.datatypes.matrix import is_legal

    return is_legal(there.dt, stored.dt) or is_legal(stored.dt, there.dt)
