"""MySQL and MariaDB: a session through PyMySQL (an extra).

Queries are streamed from the server unless others share the session; then they are read
first. Loads are INSERTs of many rows each. As on these servers a DDL statement commits,
a package that changes tables inside a transaction does not get them back by ROLLBACK.
"""

from __future__ import annotations

import functools
import itertools
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, ClassVar

from dtserve.connections.base import BulkOptions, ResultColumn, ResultSet
from dtserve.connections.errors import CannotAcquireConnection, DriverMissing, LostConnection, SqlError, SqlTimeout
from dtserve.connections.sql.catalog import CatalogTable, TableName
from dtserve.connections.sql.mysql_catalog import MySqlCatalog
from dtserve.connections.sql.mysql_login import log_in, message_of
from dtserve.connections.sql.mysql_types import bind, spec_of_field
from dtserve.connections.sql.rows import frame_of
from dtserve.connections.sql.session import FamilySession
from dtserve.connections.sql.statement import Statement
from dtserve.connections.sql.target import DatabaseTarget
from dtserve.connections.sql.tsql_tokens import tokenize
from dtserve.errors import Canceled

if TYPE_CHECKING:
    import polars as pl

__all__ = ["MySqlSession"]

CATALOG_SECONDS = 10
DIVISION_DIGITS = 20
"""Digits that a division adds; the server's own 4 are fewer than SQL Server's."""
_MODE = (
    "STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_VALUE_ON_ZERO,"
    "ONLY_FULL_GROUP_BY,NO_ENGINE_SUBSTITUTION"
)
_LOST = (2006, 2013, 2055, 1205, 1213, 1927)
_NO_TABLE = (1146, 1051)
_INTERRUPTED = (1317, 1969)


class MySqlSession(FamilySession):
    """One connection to a MySQL or MariaDB database."""

    dialect: ClassVar[str] = "mysql"
    explains: ClassVar[bool] = True
    triggers_query: ClassVar[str] = (
        "SELECT trigger_name FROM information_schema.triggers WHERE event_manipulation = 'INSERT' "
        "AND event_object_schema = DATABASE() AND lower(event_object_table) = lower('{name}') ORDER BY action_order"
    )

    def __init__(self, target: DatabaseTarget) -> None:
        super().__init__(target)
        try:
            import pymysql
        except ImportError:
            raise DriverMissing(database="MySQL", package="PyMySQL") from None
        self.pymysql = pymysql
        self.connection = log_in(pymysql, target)
        self.number = int(self.connection.thread_id())
        self.catalog = MySqlCatalog(self._ask)
        self._canceled = threading.Event()
        self._expired = threading.Event()
        self._streaming = False
        self._closed = False
        self.simultaneous = "mariadb" in str(self.connection.get_server_info()).lower()
        if self.translator.needed:
            mode = f"{_MODE},SIMULTANEOUS_ASSIGNMENT" if self.simultaneous else _MODE
            self._ask(f"SET SESSION sql_mode = '{mode}', div_precision_increment = {DIVISION_DIGITS}", ())

    @property
    def backslashes(self) -> bool:
        """Whether a backslash escapes in literals."""
        return (
            not self.connection.server_status & self.pymysql.constants.SERVER_STATUS.SERVER_STATUS_NO_BACKSLASH_ESCAPES
        )

    @functools.cached_property
    def packet_bytes(self) -> int:
        """How long a statement may be for the server, its frame taken off."""
        return int(self._ask("SELECT @@max_allowed_packet", ())[0][0]) - 1024

    def _ask(self, sql: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        """Rows of a catalog query; raises LookupError for a table that is not there."""
        self.free()
        with self.connection.cursor() as cursor:
            try:
                cursor.execute(sql, parameters or None)
            except self.pymysql.err.ProgrammingError as error:
                if error.args[:1] and error.args[0] in _NO_TABLE:
                    raise LookupError(sql) from None
                raise
            return list(cursor.fetchall())

    # --- statements ------------------------------------------------------------------

    def schema_generation(self) -> Any:
        """Our own changes, and a clock for those of others."""
        return self._generation, int(time.monotonic()) // CATALOG_SECONDS

    def schema_changed(self) -> None:
        """Forget what was known of tables."""
        super().schema_changed()
        self.catalog.forget()

    def run(self, statement: Statement, values: Sequence[Any], timeout: int) -> ResultSet:
        """Run one statement, its rows read into memory."""
        with self.lock, self.errors(timeout), self.limited(timeout):
            self.free()
            with self.connection.cursor() as cursor:
                self._execute(cursor, statement, values)
                result = self._fetched(cursor, statement)
        if any(token.upper in ("CREATE", "ALTER", "DROP") for token in tokenize(statement.pieces[0])[:1]):
            self.schema_changed()
        return result

    def _execute(self, cursor: Any, statement: Statement, values: Sequence[Any]) -> None:
        if not statement.slots:
            cursor.execute(statement.pieces[0])
            return
        text = statement.render(lambda position, slot: "%s", lambda piece: piece.replace("%", "%%"))
        kinds = statement.slot_types
        cursor.execute(text, [bind(v, kinds[at] if at < len(kinds) else None) for at, v in enumerate(values)])

    def _fetched(self, cursor: Any, statement: Statement) -> ResultSet:
        if cursor.description is None:
            return ResultSet(rows_affected=cursor.rowcount)
        columns = self._columns(cursor, statement)
        rows = cursor.fetchall()
        return ResultSet(columns, len(rows), [frame_of(rows, columns)])

    def _columns(self, cursor: Any, statement: Statement) -> tuple[ResultColumn, ...]:
        fields = cursor._result.fields  # the description lacks signs, lengths and character sets
        types = statement.types if len(statement.types) == len(fields) else (None,) * len(fields)
        names = statement.names if len(statement.names) == len(fields) else [field.name for field in fields]
        return tuple(
            ResultColumn(name, spec_of_field(field, inferred))
            for name, field, inferred in zip(names, fields, types, strict=True)
        )

    def fetch_one(self, statement: Statement, values: Sequence[Any]) -> tuple[Any, ...] | None:
        """The first row as PyMySQL gives it."""
        with self.lock, self.errors(0):
            self.free()
            with self.connection.cursor() as cursor:
                self._execute(cursor, statement, values)
                row: tuple[Any, ...] | None = cursor.fetchone()
                return row

    def stream(self, statement: Statement, values: Sequence[Any], batch_rows: int, timeout: int) -> ResultSet:
        """Run one query; the server keeps what was not read yet, unless others share the session."""
        if not statement.rows or self.keep_open or self.transaction_depth:
            return self.run(statement, values, timeout)
        with self.lock, self.errors(timeout):
            self.free()
            cursor = self.connection.cursor(self.pymysql.cursors.SSCursor)
            with self.limited(timeout):
                self._execute(cursor, statement, values)
            columns = self._columns(cursor, statement)
            self._streaming = True
        batches = self._batches(cursor, columns, batch_rows)
        first = next(batches, None)
        return ResultSet(columns, -1, itertools.chain(() if first is None else (first,), batches))

    def _batches(self, cursor: Any, columns: tuple[ResultColumn, ...], size: int) -> Iterator[pl.DataFrame]:
        try:
            while True:
                with self.errors(0):
                    rows = cursor.fetchmany(size)
                    frame = frame_of(rows, columns)
                if not rows:
                    return
                yield frame
        finally:
            with suppress(self.pymysql.Error):
                cursor.close()
            self._streaming = False

    def describe_statement(self, statement: Statement) -> tuple[ResultColumn, ...]:
        """The columns of the query with LIMIT 0."""
        text = statement.render(lambda position, slot: "NULL").rstrip().rstrip(";")
        with self.lock, self.errors(0):
            self.free()
            with self.connection.cursor() as cursor:
                try:
                    cursor.execute(f"SELECT * FROM ({text}) AS described LIMIT 0")
                except (self.pymysql.err.OperationalError, self.pymysql.err.ProgrammingError):
                    cursor.execute(f"{text} LIMIT 0")  # two columns of one name
                return self._columns(cursor, statement)

    def find_table(self, name: TableName) -> CatalogTable | None:
        """The table or view of that name."""
        with self.lock, self.errors(0):
            return self.catalog.find(name)

    def new_table_path(self, name: TableName) -> str:
        """The connected database's own place."""
        return self.catalog.new_path(name)

    # --- loading ---------------------------------------------------------------------

    @property
    def undoes_loads(self) -> bool:
        """By a savepoint."""
        return True

    def bulk_load(
        self, table: str, columns: Sequence[ResultColumn], batches: Iterable[pl.DataFrame], options: BulkOptions
    ) -> int:
        """Load frames by INSERTs of many rows, in one transaction or in one per ``batch_rows`` rows."""
        from dtserve.connections.sql.mysql_bulk import MySqlLoader

        return MySqlLoader(self, table, columns, options).load(batches)

    def insert_rows(
        self, table: str, columns: Sequence[ResultColumn], frame: pl.DataFrame, options: BulkOptions
    ) -> list[tuple[int, str]]:
        """Store what can be stored, in order; the refused rows are found by halving."""
        from dtserve.connections.sql.mysql_bulk import MySqlLoader

        return MySqlLoader(self, table, columns, options).insert(frame)

    # --- transactions, errors ----------------------------------------------------------

    def free(self) -> None:
        """A connection does one thing at a time; raises SqlError while a query is being read."""
        if self._streaming:
            raise SqlError(detail="Connection is busy with results for another command.")

    @contextmanager
    def limited(self, timeout: int) -> Iterator[None]:
        """The statement's time limit: another connection kills it."""
        self._canceled.clear()
        self._expired.clear()
        if timeout <= 0:
            yield
            if self._canceled.is_set():
                raise Canceled
            return
        timer = threading.Timer(timeout, self._expire)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
        if self._expired.is_set():  # SLEEP and its like return early without an error
            raise SqlTimeout(seconds=timeout)

    def _expire(self) -> None:
        self._expired.set()
        self._kill()

    def _kill(self) -> None:
        with suppress(self.pymysql.Error, CannotAcquireConnection, OSError):
            other = log_in(self.pymysql, self.target)
            try:
                with other.cursor() as cursor:
                    cursor.execute(f"KILL QUERY {self.number}")
            finally:
                other.close()

    @contextmanager
    def errors(self, timeout: int) -> Iterator[None]:
        """PyMySQL's errors as ours."""
        try:
            yield
        except self.pymysql.Error as error:
            number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
            if number in _INTERRUPTED and self._expired.is_set():
                raise SqlTimeout(seconds=timeout) from None
            if number in _INTERRUPTED and self._canceled.is_set():
                raise Canceled from None
            if number in _LOST or isinstance(error, self.pymysql.err.InterfaceError):
                raise LostConnection(detail=message_of(error)) from None
            raise SqlError(detail=message_of(error)) from None
        except (ValueError, OverflowError) as error:
            raise SqlError(detail=message_of(error)) from None

    def begin(self) -> None:
        """BEGIN; inside a transaction only the depth grows, as in T-SQL."""
        with self.lock, self.errors(0):
            self.free()
            if self.transaction_depth == 0:
                self.connection.begin()
            self.transaction_depth += 1

    def begin_isolated(self, level: str) -> None:
        """BEGIN, the level set for it beforehand; inside a transaction its level stays."""
        if level and self.transaction_depth == 0:
            with self.lock, self.errors(0), self.connection.cursor() as cursor:
                cursor.execute(f"SET TRANSACTION ISOLATION LEVEL {level}")
        self.begin()

    def check_commit(self) -> None:
        """Whether the server is still there."""
        with self.lock, self.errors(0):
            self.connection.ping(reconnect=False)

    def commit(self) -> None:
        """COMMIT of the outermost level."""
        self._end("COMMIT", self.transaction_depth - 1)

    def rollback(self) -> None:
        """ROLLBACK of all levels."""
        self._end("ROLLBACK", 0)

    def _end(self, verb: str, depth: int) -> None:
        with self.lock, self.errors(0):
            self.free()
            if self.transaction_depth == 0:
                raise SqlError(detail=f"The {verb} TRANSACTION request has no corresponding BEGIN TRANSACTION.")
            self.transaction_depth = depth
            if depth == 0:
                self.connection.commit() if verb == "COMMIT" else self.connection.rollback()

    def cancel(self) -> None:
        """Kill the statement that runs, by another connection."""
        self._canceled.set()
        self._kill()

    def close(self) -> None:
        """Close; an open transaction is undone by the server."""
        if self.keep_open or self._closed:
            return
        self._closed = True
        with suppress(self.pymysql.Error, OSError):
            self.connection.close()
