"""SQLite: a session on one database file (or in memory), through Python's own ``sqlite3``.

Durable by default (WAL, ``synchronous=FULL``), foreign keys checked, the functions of T-SQL added.
Types come from declared column types (``declared_types``); values lie as in ``sqlite_values``.
A second SQLite library in the same process (an Arrow driver that brings its own) is never
used on the file: locks of the two do not see each other, and a commit can be lost
(sqlite.org, "How to corrupt", 2.2.1; measured: one of two commits vanished).
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

from dtserve.connections.base import BulkOptions, ResultColumn, ResultSet, SqlParameter
from dtserve.connections.errors import CannotAcquireConnection, LostConnection, SqlError, SqlTimeout
from dtserve.connections.sql.catalog import CatalogTable, TableName
from dtserve.connections.sql.rows import guess_type
from dtserve.connections.sql.session import FamilySession
from dtserve.connections.sql.sqlite_catalog import SqliteCatalog
from dtserve.connections.sql.sqlite_values import decode_frame, encode_beside, encode_value
from dtserve.connections.sql.statement import Statement
from dtserve.connections.sql.target import DatabaseTarget
from dtserve.datatypes import DT, TypeSpec
from dtserve.errors import Canceled

if TYPE_CHECKING:
    import polars as pl

__all__ = ["SqliteSession", "sessions_on"]

BUSY_SECONDS = 60.0
SAMPLE_ROWS = 100
_UNKNOWN = TypeSpec(DT.WSTR, length=4000)
_open: Counter[str] = Counter()
_open_lock = threading.Lock()


def sessions_on(path: str) -> int:
    """How many sessions of this process are open on a database file."""
    with _open_lock:
        return _open[path]


class SqliteSession(FamilySession):
    """One connection to a SQLite database."""

    dialect: ClassVar[str] = "sqlite"
    explains: ClassVar[bool] = True
    triggers_query: ClassVar[str] = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND lower(tbl_name) = lower('{name}') ORDER BY name"
    )

    def __init__(self, target: DatabaseTarget) -> None:
        super().__init__(target)
        self.path = target.database or ":memory:"
        self._canceled = threading.Event()
        self.reason = ""
        try:
            self.connection = sqlite3.connect(
                self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=256
            )
            if not target.in_memory:
                self.connection.execute("PRAGMA journal_mode=WAL").close()
            self.connection.execute("PRAGMA synchronous=FULL").close()
            self.connection.execute("PRAGMA foreign_keys=ON").close()
        except sqlite3.Error as error:
            raise CannotAcquireConnection(name=target.manager or "SQLite", detail=f"{error} ({self.path}).") from None
        self._register()
        self.catalog = SqliteCatalog(self.connection)
        self._closed = False
        with _open_lock:
            _open[self.path] += 1

    def _register(self) -> None:
        from dtserve.connections.sql.sqlite_functions import register

        register(self.connection, self.target.catalog or "main", self._remember)

    def _remember(self, reason: str) -> None:
        self.reason = reason

    # --- statements ------------------------------------------------------------------

    def schema_generation(self) -> Any:
        """SQLite counts schema changes itself, for the file and for temporary tables."""
        with self.lock, self.errors():
            return self.catalog.generation()

    def run(self, statement: Statement, values: Sequence[Any], timeout: int) -> ResultSet:
        """Run one statement, its rows read into memory."""
        cursor = self._execute(statement, values, timeout)
        with self.errors():
            if cursor.description is None:
                return ResultSet(rows_affected=cursor.rowcount)
            rows = self._guarded(cursor.fetchall, timeout)
            columns = self._columns(statement, cursor.description, rows, False)
            cursor.close()
            return ResultSet(columns, len(rows), [decode_frame(rows, columns)])

    def stream(self, statement: Statement, values: Sequence[Any], batch_rows: int, timeout: int) -> ResultSet:
        """Run one query; ``batch_rows`` rows are in memory at a time."""
        declared = self._declared(statement) if len(statement.types) == 0 else ()
        cursor = self._execute(statement, values, timeout)
        with self.errors():
            if cursor.description is None:
                return ResultSet(rows_affected=cursor.rowcount)
            first = self._guarded(lambda: cursor.fetchmany(batch_rows), timeout)
            columns = self._columns(statement, cursor.description, first, True, declared)
        return ResultSet(columns, -1, self._batches(statement, cursor, first, columns, batch_rows))

    def _batches(
        self,
        statement: Statement,
        cursor: sqlite3.Cursor,
        rows: list[Any],
        columns: tuple[ResultColumn, ...],
        size: int,
    ) -> Iterator[pl.DataFrame]:
        try:
            while rows:
                with self.errors():
                    frame = decode_frame(rows, columns)
                yield frame
                with self.lock, self.errors():
                    rows = cursor.fetchmany(size)
        finally:
            with suppress(sqlite3.Error):
                cursor.close()

    def fetch_one(self, statement: Statement, values: Sequence[Any]) -> tuple[Any, ...] | None:
        """The first row, raw."""
        cursor = self._execute(statement, values, 0)
        with self.errors():
            row: tuple[Any, ...] | None = cursor.fetchone()
            cursor.close()
            return row

    def _execute(self, statement: Statement, values: Sequence[Any], timeout: int) -> sqlite3.Cursor:
        self._canceled.clear()
        kinds = statement.slot_types
        with self.lock, self.errors():
            bound = [self._value(value, kinds[at] if at < len(kinds) else None) for at, value in enumerate(values)]
            cursor: sqlite3.Cursor = self._guarded(lambda: self.connection.execute(statement.text, bound), timeout)
            return cursor

    def _value(self, value: Any, wanted: TypeSpec | None) -> Any:
        spec = None
        if isinstance(value, SqlParameter):
            value, spec = value.value, value.type
        if wanted is not None and value is not None:
            return encode_beside(value, spec, wanted)
        return encode_value(value, spec, "parameter")

    def _guarded(self, work: Callable[[], Any], timeout: int) -> Any:
        if timeout <= 0:
            return work()
        deadline = time.monotonic() + timeout
        self.connection.set_progress_handler(lambda: int(time.monotonic() > deadline), 10_000)
        try:
            return work()
        except sqlite3.OperationalError:
            if time.monotonic() > deadline and not self._canceled.is_set():
                raise SqlTimeout(seconds=timeout) from None
            raise
        finally:
            self.connection.set_progress_handler(None, 0)

    def errors(self) -> _Errors:
        """A context in which errors of sqlite3 become ours."""
        return _Errors(self)

    # --- columns ---------------------------------------------------------------------

    def _columns(
        self,
        statement: Statement,
        description: Sequence[Sequence[Any]],
        rows: Sequence[Sequence[Any]],
        streaming: bool,
        declared: Sequence[TypeSpec | None] = (),
    ) -> tuple[ResultColumn, ...]:
        if not declared and len(statement.types) == 0:
            declared = self._declared(statement)
        known = statement.types if len(statement.types) == len(description) else declared
        found = []
        for at, item in enumerate(description):
            spec = known[at] if at < len(known) else None
            if spec is None:
                spec = guess_type((row[at] for row in rows), streaming=streaming)
            named = statement.names[at] if len(statement.names) == len(description) else str(item[0])
            found.append(ResultColumn(named, spec))
        return tuple(found)

    def _declared(self, statement: Statement) -> tuple[TypeSpec | None, ...]:
        """The declared types behind the columns of a query: those of a temporary view of it."""
        text = statement.render(lambda position, slot: "NULL")
        with self.lock:
            return tuple(spec for _, spec in self.catalog.view_columns(text) or ())

    def describe_statement(self, statement: Statement) -> tuple[ResultColumn, ...]:
        """Names and types by a temporary view; a column without declared type is sampled."""
        return self._outlined(statement, SAMPLE_ROWS)

    def outline_statement(self, statement: Statement) -> tuple[ResultColumn, ...]:
        """The same, without a sample: what has no declared type is text of any length."""
        return self._outlined(statement, 0)

    def _outlined(self, statement: Statement, rows: int) -> tuple[ResultColumn, ...]:
        text = statement.render(lambda position, slot: "NULL").rstrip().rstrip(";")
        with self.lock, self.errors():
            cursor = self.connection.execute(f"SELECT * FROM ({text}) LIMIT {rows}" if statement.rows else text)
            names = [str(item[0]) for item in cursor.description or ()]
            known: Sequence[TypeSpec | None] = statement.types
            if len(known) != len(names) or None in known:
                view = [spec for _, spec in self.catalog.view_columns(text) or ()]
                known = [
                    (known[at] if at < len(known) else None) or (view[at] if at < len(view) else None)
                    for at in range(len(names))
                ]
            sample = cursor.fetchall() if None in known else []
            cursor.close()
        columns = []
        for at, name in enumerate(names):
            spec = known[at] or guess_type((row[at] for row in sample), streaming=True)
            named = statement.names[at] if len(statement.names) == len(names) else _plain_name(name)
            columns.append(ResultColumn(named, spec))
        return tuple(columns)

    def find_table(self, name: TableName) -> CatalogTable | None:
        """The table or view of that name."""
        with self.lock, self.errors():
            return self.catalog.find(name)

    def new_table_path(self, name: TableName) -> str:
        """``dbo`` has no prefix, other schemas are part of the name, ``#t`` is temporary."""
        return self.catalog.new_path(name)

    # --- loading ---------------------------------------------------------------------

    @property
    def undoes_loads(self) -> bool:
        """By a savepoint."""
        return True

    def bulk_load(
        self, table: str, columns: Sequence[ResultColumn], batches: Iterable[pl.DataFrame], options: BulkOptions
    ) -> int:
        """Load frames in one transaction, or in one per ``batch_rows`` rows."""
        from dtserve.connections.sql.sqlite_bulk import SqliteLoader

        return SqliteLoader(self, table, columns, options).load(batches)

    def insert_rows(
        self, table: str, columns: Sequence[ResultColumn], frame: pl.DataFrame, options: BulkOptions
    ) -> list[tuple[int, str]]:
        """Insert row by row."""
        from dtserve.connections.sql.sqlite_bulk import SqliteLoader

        return SqliteLoader(self, table, columns, options).insert(frame)

    # --- transactions ----------------------------------------------------------------

    def begin(self) -> None:
        """BEGIN; inside a transaction only the depth grows, as in T-SQL."""
        with self.lock, self.errors():
            if self.transaction_depth == 0:
                self.connection.execute("BEGIN IMMEDIATE").close()
            self.transaction_depth += 1

    def commit(self) -> None:
        """COMMIT of the outermost level."""
        with self.lock, self.errors():
            if self.transaction_depth == 0:
                raise SqlError(detail="The COMMIT TRANSACTION request has no corresponding BEGIN TRANSACTION.")
            if self.transaction_depth == 1:  # a COMMIT that fails leaves the level open, to be rolled back
                self.connection.execute("COMMIT").close()
            self.transaction_depth -= 1

    def rollback(self) -> None:
        """ROLLBACK of all levels."""
        with self.lock, self.errors():
            if self.transaction_depth == 0:
                raise SqlError(detail="The ROLLBACK TRANSACTION request has no corresponding BEGIN TRANSACTION.")
            self.transaction_depth = 0
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK").close()

    def cancel(self) -> None:
        """Interrupt the statement that runs."""
        self._canceled.set()
        with suppress(sqlite3.Error):
            self.connection.interrupt()

    def close(self) -> None:
        """Close; an open transaction is undone."""
        if self.keep_open or self._closed:
            return
        self._closed = True
        with _open_lock:
            _open[self.path] -= 1
        with self.lock, suppress(sqlite3.Error):
            self.connection.close()


class _Errors:
    """Turns errors of sqlite3 into ours."""

    def __init__(self, session: SqliteSession) -> None:
        self.session = session

    def __enter__(self) -> None:
        self.session.reason = ""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> None:
        if error is None or not isinstance(error, sqlite3.Error | sqlite3.Warning | ValueError | OverflowError):
            return
        text = str(error)
        if self.session._canceled.is_set() and ("interrupt" in text):
            raise Canceled from None
        if "user-defined" in text and self.session.reason:
            raise SqlError(detail=self.session.reason) from None
        if isinstance(error, sqlite3.OperationalError) and ("locked" in text or "busy" in text):
            raise LostConnection(detail=text) from None
        if isinstance(error, sqlite3.ProgrammingError) and "closed" in text:
            raise LostConnection(detail=text) from None
        raise SqlError(detail=text) from None


def _plain_name(name: str) -> str:
    """A name without the ``:1`` that a sub-query gives to the second of two equal names."""
    head, colon, tail = name.rpartition(":")
    return head if colon and tail.isdigit() and head else name
