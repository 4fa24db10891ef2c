"""PostgreSQL: a session through psycopg 3.

Queries are read as ``COPY (…) TO STDOUT`` in CSV, loads written as ``COPY … FROM STDIN``: the
fastest ways there are (ENGINE §7). A session that several users share (RetainSameConnection,
a transaction) reads with a cursor instead, so that others get a turn between batches.
A failing statement does not undo the transaction around it, as on SQL Server: each
statement inside a transaction has a savepoint.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

from dtserve.connections.base import BulkOptions, ResultColumn, ResultSet, SqlParameter
from dtserve.connections.errors import SqlError
from dtserve.connections.sql.catalog import CatalogTable, TableName
from dtserve.connections.sql.postgres_connection import PostgresConnection, bind
from dtserve.connections.sql.postgres_types import read_csv, spec_of_oid
from dtserve.connections.sql.rows import frame_of
from dtserve.connections.sql.statement import Statement
from dtserve.connections.sql.tsql_tokens import tokenize

if TYPE_CHECKING:
    import polars as pl

__all__ = ["PostgresSession"]

CATALOG_SECONDS = 10
"""How long a look-up of a table holds; other sessions may change tables meanwhile."""

_cursors = itertools.count(1)
_DDL = {"CREATE", "ALTER", "DROP"}


class PostgresSession(PostgresConnection):
    """One connection to a PostgreSQL database."""

    dialect: ClassVar[str] = "postgres"
    explains: ClassVar[bool] = True
    triggers_query: ClassVar[str] = (
        "SELECT tgname FROM pg_catalog.pg_trigger WHERE tgrelid = '{path}'::regclass AND NOT tgisinternal "
        "AND tgenabled IN ('O', 'A') AND (tgtype & 4) <> 0 ORDER BY tgname"
    )

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
        with self.lock, self.errors(timeout), self.savepoint(), self.limited(timeout):
            cursor = self.connection.cursor()
            self._execute(cursor, statement, values)
            result = self._fetched(cursor, statement)
            while cursor.nextset():  # a native batch of several statements
                result = self._fetched(cursor, statement)
            cursor.close()
        if any(token.upper in _DDL for token in tokenize(statement.pieces[0])[:1]):
            self.schema_changed()
        return result

    def run_native(self, text: str, parameters: Sequence[SqlParameter], timeout: int) -> Iterator[ResultSet]:
        """A batch in PostgreSQL's own words gives all its results."""
        if self.translator.needed or parameters:
            yield from super().run_native(text, parameters, timeout)
            return
        results: list[ResultSet] = []
        with self.lock, self.errors(timeout), self.savepoint(), self.limited(timeout):
            cursor = self.connection.cursor()
            cursor.execute(text.encode())
            results.append(self._fetched(cursor, None))
            while cursor.nextset():
                results.append(self._fetched(cursor, None))
            cursor.close()
        self.schema_changed()
        yield from results

    def _execute(self, cursor: Any, statement: Statement, values: Sequence[Any]) -> None:
        if not statement.slots:
            cursor.execute(statement.pieces[0].encode())
            return
        text = statement.render(lambda position, slot: "%s", lambda piece: piece.replace("%", "%%"))
        cursor.execute(text.encode(), self._bound(statement, values))

    def _bound(self, statement: Statement, values: Sequence[Any]) -> list[Any]:
        kinds = statement.slot_types
        return [bind(value, kinds[at] if at < len(kinds) else None) for at, value in enumerate(values)]

    def _fetched(self, cursor: Any, statement: Statement | None) -> ResultSet:
        if cursor.description is None:
            return ResultSet(rows_affected=cursor.rowcount)
        columns = self._columns(cursor.pgresult, statement)
        rows = cursor.fetchall()
        return ResultSet(columns, len(rows), [frame_of(rows, columns)])

    def _columns(self, result: Any, statement: Statement | None) -> tuple[ResultColumn, ...]:
        count = result.nfields
        types = statement.types if statement is not None and len(statement.types) == count else (None,) * count
        names = statement.names if statement is not None and len(statement.names) == count else ()
        found = []
        for at in range(count):
            name = names[at] if names else (result.fname(at) or b"").decode()
            found.append(ResultColumn(name, spec_of_oid(result.ftype(at), result.fmod(at), types[at])))
        return tuple(found)

    def fetch_one(self, statement: Statement, values: Sequence[Any]) -> tuple[Any, ...] | None:
        """The first row as psycopg gives it."""
        with self.lock, self.errors(0), self.savepoint():
            cursor = self.connection.cursor()
            self._execute(cursor, statement, values)
            row: tuple[Any, ...] | None = cursor.fetchone()
            cursor.close()
            return row

    def stream(self, statement: Statement, values: Sequence[Any], batch_rows: int, timeout: int) -> ResultSet:
        """Run one query: as COPY when the session is nobody else's, by a cursor otherwise."""
        if not statement.rows:
            return self.run(statement, values, timeout)
        columns, oids = self._described(statement, self._literal_text(statement, values))
        if self.keep_open or self.transaction_depth:
            batches = self._by_cursor(statement, values, columns, batch_rows, timeout)
        else:
            batches = self._by_copy(statement, values, columns, oids, batch_rows, timeout)
        first = next(batches, None)  # errors of the start belong to the call
        return ResultSet(columns, -1, itertools.chain(() if first is None else (first,), batches))

    def _literal_text(self, statement: Statement, values: Sequence[Any]) -> str:
        """The statement with its values written into it: COPY and cursors take no parameters."""
        bound = self._bound(statement, values)
        sql = self.psycopg.sql

        def write(position: int, slot: str) -> str:
            return str(sql.Literal(bound[position]).as_string(self.connection))

        return statement.render(write)

    def _by_copy(
        self, statement: Statement, values: Sequence[Any], columns: tuple[ResultColumn, ...], oids: list[int], size: int, timeout: int
    ) -> Iterator[pl.DataFrame]:  # fmt: skip
        text = self._literal_text(statement, values).rstrip().rstrip(";")
        command = f"COPY ({text}) TO STDOUT (FORMAT csv)".encode()
        held: list[bytes] = []
        self.free()
        with self.errors(timeout), self.limited(timeout), self.connection.cursor() as cursor:
            self._streaming = True
            try:
                with cursor.copy(command) as copy:
                    for data in copy:  # one row each
                        held.append(bytes(data))
                        if len(held) >= size:
                            yield read_csv(b"".join(held), columns, oids)
                            held = []
                    if held:
                        yield read_csv(b"".join(held), columns, oids)
            finally:
                self._streaming = False

    def _by_cursor(
        self, statement: Statement, values: Sequence[Any], columns: tuple[ResultColumn, ...], size: int, timeout: int
    ) -> Iterator[pl.DataFrame]:
        name = f"dtserve_{next(_cursors)}"
        hold = "" if self.transaction_depth else " WITH HOLD"
        text = self._literal_text(statement, values).rstrip().rstrip(";")
        with self.lock, self.errors(timeout), self.savepoint(), self.limited(timeout):
            self.connection.execute(f"DECLARE {name} NO SCROLL CURSOR{hold} FOR {text}".encode())
        try:
            while True:
                with self.lock, self.errors(timeout):
                    rows = self.connection.execute(f"FETCH {size} FROM {name}".encode()).fetchall()
                    frame = frame_of(rows, columns)
                if not rows:
                    return
                yield frame
        finally:
            with self.lock, suppress(self.psycopg.Error):
                self.connection.execute(f"CLOSE {name}".encode())

    def _described(self, statement: Statement, text: str) -> tuple[tuple[ResultColumn, ...], list[int]]:
        with self.lock, self.errors(0), self.savepoint():
            wire = self.connection.pgconn
            for answer in (wire.prepare(b"", text.encode()), result := wire.describe_prepared(b"")):
                if answer.status not in (self.psycopg.pq.ExecStatus.COMMAND_OK,):
                    raise SqlError(detail=answer.error_message.decode("utf-8", "replace").strip().splitlines()[0])
            oids = [result.ftype(at) for at in range(result.nfields)]
            return self._columns(result, statement), oids

    def describe_statement(self, statement: Statement) -> tuple[ResultColumn, ...]:
        """What PostgreSQL says of the prepared statement; nothing runs."""
        return self._described(statement, statement.render(lambda position, slot: "NULL"))[0]

    def find_table(self, name: TableName) -> CatalogTable | None:
        """The table or view of that name."""
        with self.lock, self.errors(0), self.savepoint():
            return self.catalog.find(name)

    def new_table_path(self, name: TableName) -> str:
        """The schema's own place; ``dbo`` is the default schema."""
        return self.catalog.new_path(name)

    # --- loading ---------------------------------------------------------------------

    @property
    def undoes_loads(self) -> bool:
        """By a savepoint."""
        return True

    def bulk_load(
        self, table: str, columns: Sequence[ResultColumn], batches: Iterable[pl.DataFrame], options: BulkOptions
    ) -> int:
        """Load frames by COPY, in one transaction or in one per ``batch_rows`` rows."""
        from dtserve.connections.sql.postgres_bulk import PostgresLoader

        return PostgresLoader(self, table, columns, options).load(batches)

    def insert_rows(
        self, table: str, columns: Sequence[ResultColumn], frame: pl.DataFrame, options: BulkOptions
    ) -> list[tuple[int, str]]:
        """Store what can be stored, in order; the refused rows are found by halving."""
        from dtserve.connections.sql.postgres_bulk import PostgresLoader

        return PostgresLoader(self, table, columns, options).insert(frame)
