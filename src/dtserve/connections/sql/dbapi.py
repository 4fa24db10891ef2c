"""Sessions through any DB-API driver: what SQL Server, Oracle and ODBC have in common.

Statements go to the database in its own words. A driver gives a connection in autocommit
mode and says how its columns read; reading, loading and transactions are here.
"""

from __future__ import annotations

import threading
import uuid
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, ClassVar

from dtserve.connections.base import ResultColumn, ResultSet, SqlParameter
from dtserve.connections.errors import LostConnection, SqlError, SqlTimeout
from dtserve.connections.sql.catalog import CatalogColumn, CatalogTable, TableName
from dtserve.connections.sql.dbapi_load import DbApiLoading
from dtserve.connections.sql.rows import aware, frame_of, guess_type
from dtserve.connections.sql.session import FamilySession
from dtserve.connections.sql.statement import Statement
from dtserve.connections.sql.target import DatabaseTarget
from dtserve.datatypes import DT, TypeSpec
from dtserve.errors import Canceled

if TYPE_CHECKING:
    import polars as pl

__all__ = ["DbApiSession"]


class DbApiSession(DbApiLoading, FamilySession):
    """One connection of a DB-API driver; ``errors_base`` is the driver's own ``Error``."""

    errors_base: ClassVar[type[Exception]] = Exception

    def __init__(self, target: DatabaseTarget) -> None:
        super().__init__(target)
        self._canceled = threading.Event()
        self._expired = threading.Event()
        self._cursor: Any = None
        self._streaming = False
        self._closed = False
        self.connection = self.connect()

    # --- what a driver says ------------------------------------------------------------

    @abstractmethod
    def connect(self) -> Any:
        """An open connection in autocommit mode; raises CannotAcquireConnection, DriverMissing."""

    @abstractmethod
    def marker(self, position: int, slot: str) -> str:
        """How a parameter is written."""

    @abstractmethod
    def column_type(self, cursor: Any, at: int) -> TypeSpec | None:
        """The type of a result column as the driver describes it; None where it does not."""

    @abstractmethod
    def quote(self, name: str) -> str:
        """A quoted name."""

    def escape(self, text: str) -> str:
        """Text between markers, as the driver wants it."""
        return text

    def bind(self, value: Any) -> Any:
        """A parameter's value as the driver takes it."""
        spec = None
        if isinstance(value, SqlParameter):
            value, spec = value.value, value.type
        if isinstance(value, dict) and "utc" in value:
            return aware(value)
        if spec is not None and spec.dt is DT.GUID and isinstance(value, str):
            return uuid.UUID(value)
        return value

    def start(self) -> None:
        """Begin a transaction."""
        self.connection.autocommit = False

    def finish(self, commit: bool) -> None:
        """End it."""
        self.connection.commit() if commit else self.connection.rollback()
        self.connection.autocommit = True

    # --- statements ------------------------------------------------------------------

    def run(self, statement: Statement, values: Sequence[Any], timeout: int) -> ResultSet:
        """Run one statement; its last result, rows read into memory."""
        results = self.run_all(statement, values, timeout)
        rows = [result for result in results if result.columns]
        return rows[-1] if rows else (results[-1] if results else ResultSet())

    def run_all(self, statement: Statement, values: Sequence[Any], timeout: int) -> list[ResultSet]:
        """Run a batch; all its results."""
        results: list[ResultSet] = []
        with self.lock, self.errors(timeout), self.limited(timeout), self.open_cursor() as cursor:
            self.execute_on(cursor, statement, values)
            while True:
                if cursor.description is not None:
                    rows = [tuple(row) for row in cursor.fetchall()]
                    columns = self.columns_of(cursor, statement, rows, False)
                    results.append(ResultSet(columns, len(rows), [frame_of(rows, columns)]))
                else:
                    results.append(ResultSet(rows_affected=cursor.rowcount))
                following = getattr(cursor, "nextset", None)
                if following is None or not following():
                    break
        return results

    def run_native(self, text: str, parameters: Sequence[SqlParameter], timeout: int) -> Iterator[ResultSet]:
        """A batch in the database's own words gives all its results."""
        if self.translator.needed:
            yield from super().run_native(text, parameters, timeout)
            return
        statement = self.native(text)
        if len(statement.slots) > len(parameters):
            raise SqlError(detail="No value given for one or more required parameters.")
        yield from self.run_all(statement, parameters[: len(statement.slots)], timeout)
        self.schema_changed()

    def execute_on(self, cursor: Any, statement: Statement, values: Sequence[Any]) -> None:
        """Send a statement."""
        if not statement.slots:
            cursor.execute(statement.pieces[0])
            return
        text = statement.render(self.marker, self.escape)
        cursor.execute(text, [self.bind(value) for value in values])

    def columns_of(
        self, cursor: Any, statement: Statement | None, rows: Sequence[Sequence[Any]], streaming: bool
    ) -> tuple[ResultColumn, ...]:
        """Names and types of a result; what the driver does not type is guessed from the rows."""
        found = []
        count = len(cursor.description)
        names = statement.names if statement is not None and len(statement.names) == count else ()
        for at, item in enumerate(cursor.description):
            spec = self.column_type(cursor, at) or guess_type((row[at] for row in rows), streaming=streaming)
            nullable = bool(item[6]) if len(item) > 6 and item[6] is not None else True
            found.append(ResultColumn(names[at] if names else str(item[0] or ""), spec, nullable))
        return tuple(found)

    def fetch_one(self, statement: Statement, values: Sequence[Any]) -> tuple[Any, ...] | None:
        """The first row as the driver gives it."""
        with self.lock, self.errors(0), self.open_cursor() as cursor:
            self.execute_on(cursor, statement, values)
            row = cursor.fetchone()
            return tuple(row) if row is not None else None

    def stream(self, statement: Statement, values: Sequence[Any], batch_rows: int, timeout: int) -> ResultSet:
        """Run one query; ``batch_rows`` rows are in memory at a time, all of them where others share the session."""
        if self.keep_open or self.transaction_depth:
            return self.run(statement, values, timeout)
        with self.lock, self.errors(timeout):
            self.free()
            cursor = self.connection.cursor()
            with self.limited(timeout):
                self._cursor = cursor
                self.execute_on(cursor, statement, values)
                while cursor.description is None and getattr(cursor, "nextset", lambda: None)():
                    pass
            if cursor.description is None:
                cursor.close()
                return ResultSet(rows_affected=cursor.rowcount)
            arrow = self.arrow_batches(cursor, statement, batch_rows)
            if arrow is not None:
                self._streaming = True
                return ResultSet(arrow[0], -1, self._guarded(cursor, arrow[1]))
            first = [tuple(row) for row in cursor.fetchmany(batch_rows)]
            columns = self.columns_of(cursor, statement, first, True)
            self._streaming = True
        return ResultSet(columns, -1, self._batches(cursor, first, columns, batch_rows))

    def arrow_batches(
        self, cursor: Any, statement: Statement, batch_rows: int
    ) -> tuple[tuple[ResultColumn, ...], Iterator[pl.DataFrame]] | None:
        """Columns and frames of a driver that reads Arrow; None for others."""
        return None

    def _guarded(self, cursor: Any, frames: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
        try:
            with self.errors(0):
                yield from frames
        finally:
            self._streaming = False
            with suppress(self.errors_base):
                cursor.close()

    def _batches(
        self, cursor: Any, rows: list[tuple[Any, ...]], columns: tuple[ResultColumn, ...], size: int
    ) -> Iterator[pl.DataFrame]:
        try:
            while rows:
                with self.errors(0):
                    frame = frame_of(rows, columns)
                yield frame
                with self.errors(0):
                    rows = [tuple(row) for row in cursor.fetchmany(size)]
        finally:
            self._streaming = False
            with suppress(self.errors_base):
                cursor.close()

    def describe_statement(self, statement: Statement) -> tuple[ResultColumn, ...]:
        """The columns of the query when it gives no rows."""
        text = statement.render(lambda position, slot: "NULL").rstrip().rstrip(";")
        with self.lock, self.errors(0), self.open_cursor() as cursor:
            cursor.execute(f"SELECT * FROM ({text}) described WHERE 1 = 0")
            return self.columns_of(cursor, statement, (), True)

    # --- catalog ---------------------------------------------------------------------

    def find_table(self, name: TableName) -> CatalogTable | None:
        """The table of that name, by asking for none of its rows."""
        path = self.new_table_path(name)
        try:
            with self.lock, self.errors(0), self.open_cursor() as cursor:
                cursor.execute(f"SELECT * FROM {path} WHERE 1 = 0")
                columns = self.columns_of(cursor, None, (), True)
        except LostConnection:
            raise
        except SqlError:
            return None
        known = tuple(CatalogColumn(column.name, column.type, nullable=column.nullable) for column in columns)
        return CatalogTable.of(name.name, path, known, name.schema)

    def new_table_path(self, name: TableName) -> str:
        """All parts of the name, quoted."""
        return ".".join(self.quote(part) for part in (name.catalog, name.schema, name.name) if part)

    # --- transactions, errors ----------------------------------------------------------

    @contextmanager
    def open_cursor(self) -> Iterator[Any]:
        """A cursor that :meth:`cancel` can reach."""
        self.free()
        with self.errors(0):
            cursor = self.connection.cursor()
        self._cursor = cursor
        try:
            yield cursor
        finally:
            self._cursor = None
            with suppress(self.errors_base):
                cursor.close()

    def free(self) -> None:
        """A connection does one thing at a time; raises SqlError while a query is being read."""
        if self._closed:
            raise LostConnection(detail="The connection is closed.")
        if self._streaming:
            raise SqlError(detail="Connection is busy with results for another command.")

    @contextmanager
    def limited(self, timeout: int) -> Iterator[None]:
        """The statement's time limit."""
        self._canceled.clear()
        self._expired.clear()
        if timeout <= 0:
            yield
            return
        timer = threading.Timer(timeout, self._expire)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _expire(self) -> None:
        self._expired.set()
        self.stop()

    def stop(self) -> None:
        """Stop what runs: by the cursor where it can, by closing the connection where not."""
        cursor = self._cursor
        cancel = getattr(cursor, "cancel", None) or getattr(self.connection, "cancel", None)
        with suppress(Exception):
            cancel() if cancel is not None else self.connection.close()

    @contextmanager
    def errors(self, timeout: int) -> Iterator[None]:
        """The driver's errors as ours."""
        try:
            yield
        except self.errors_base as error:
            if self._expired.is_set():
                raise SqlTimeout(seconds=timeout) from None
            if self._canceled.is_set():
                raise Canceled from None
            text = self.message_of(error)
            if self.is_lost(error):
                raise LostConnection(detail=text) from None
            raise SqlError(detail=text) from None
        except (ValueError, OverflowError) as error:
            raise SqlError(detail=str(error)) from None

    def message_of(self, error: BaseException) -> str:
        """The database's words."""
        return str(error.args[-1] if error.args else error) or type(error).__name__

    def is_lost(self, error: BaseException) -> bool:
        """Whether the connection is gone, or trying again may help."""
        return type(error).__name__ in ("InterfaceError",)

    def begin(self) -> None:
        """Begin; inside a transaction only the depth grows, as in T-SQL."""
        with self.lock, self.errors(0):
            self.free()
            if self.transaction_depth == 0:
                self.start()
            self.transaction_depth += 1

    def commit(self) -> None:
        """Commit the outermost level."""
        self._end(True)

    def rollback(self) -> None:
        """Undo all levels."""
        self._end(False)

    def _end(self, commit: bool) -> None:
        with self.lock, self.errors(0):
            self.free()
            if self.transaction_depth == 0:
                verb = "COMMIT" if commit else "ROLLBACK"
                raise SqlError(detail=f"The {verb} TRANSACTION request has no corresponding BEGIN TRANSACTION.")
            self.transaction_depth = self.transaction_depth - 1 if commit else 0
            if self.transaction_depth == 0:
                self.finish(commit)

    def cancel(self) -> None:
        """Stop the statement that runs in another thread."""
        self._canceled.set()
        self.stop()

    def close(self) -> None:
        """Close; an open transaction is undone by the server."""
        if self.keep_open or self._closed:
            return
        self._closed = True
        with suppress(Exception):
            self.connection.close()
