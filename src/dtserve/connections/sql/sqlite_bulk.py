"""Loading frames into SQLite.

SQLite has one writer at a time. A load that keeps the write lock while it waits for its
next rows would block other destinations of the same data flow, which in turn hold up those
rows. So: when this session is the only one of the process on the file, rows go straight into
the table; otherwise they are collected in a temporary table, which needs no lock, and moved in
one short transaction at the end.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from dtserve.connections.base import BulkOptions, ResultColumn
from dtserve.connections.errors import SqlError, ValueNotStorable
from dtserve.connections.sql.catalog import CatalogColumn
from dtserve.connections.sql.frames import sliced
from dtserve.connections.sql.sqlite_catalog import quote
from dtserve.connections.sql.sqlite_values import encode_frame
from dtserve.datatypes import DT, TypeSpec

if TYPE_CHECKING:
    import polars as pl

    from dtserve.connections.sql.sqlite import SqliteSession

__all__ = ["SqliteLoader"]

_STAGE = "dtserve_stage"
ROWS_PER_STATEMENT = 20
"""Measured: a third less time than one row per statement; more rows gain little."""

MOST_VARIABLES = 30_000
"""SQLite takes 32,766 parameters in a statement."""


class SqliteLoader:
    """One load into one table; raises NoSuchTable, SqlError for a column that the table does not have."""

    def __init__(
        self, session: SqliteSession, table: str, columns: Sequence[ResultColumn], options: BulkOptions
    ) -> None:
        self.session = session
        self.options = options
        self.table = session.require_table(table)
        self.columns: list[ResultColumn] = []
        self.places: list[int] = []
        self.stored: list[CatalogColumn] = []
        for at, column in enumerate(columns):
            found = self.table.by_name.get(column.name.lower())
            if found is None:
                raise SqlError(detail=f'Column "{column.name}" was not found in table "{table}".')
            if found.computed:
                raise SqlError(detail=f'Column "{column.name}" cannot be modified because it is computed.')
            if found.identity and not options.keep_identity:
                continue
            self.columns.append(column)
            self.places.append(at)
            self.stored.append(found)

    def _insert_text(self, path: str, defaults: bool) -> str:
        if not self.stored:
            return f"INSERT INTO {path} DEFAULT VALUES"
        names = ", ".join(quote(column.name) for column in self.stored)
        return f"INSERT INTO {path} ({names}) VALUES {self._row_text(defaults)}"

    def _row_text(self, defaults: bool) -> str:
        return f"({', '.join(self._value(at, defaults) for at in range(len(self.stored)))})"

    def _value(self, at: int, defaults: bool) -> str:
        """The marker of a column; a value of another kind than the column is converted as T-SQL does."""
        column, given = self.stored[at], self.columns[at].type
        mark = "?"
        kind = column.type
        if kind is not None and _differ(given, kind):
            mark = f"tsql_cast(?, '{kind.dt.name}', {kind.length}, {kind.precision}, {kind.scale}, -1, 0)"
        return f"COALESCE({mark}, {column.default})" if defaults and self._has_default(column) else mark

    def _has_default(self, column: CatalogColumn) -> bool:
        return bool(column.default) and not self.options.keep_nulls

    def _rows(self, frame: pl.DataFrame) -> Iterator[tuple[Any, ...]]:
        if not self.columns:
            return iter([()] * frame.height)
        cells = encode_frame(frame[:, self.places], self.columns, [column.type for column in self.stored])
        return zip(*cells, strict=True)

    def load(self, batches: Iterable[pl.DataFrame]) -> int:
        """All frames; the number of rows stored."""
        with self._constraints():
            return self._load(batches)

    @contextmanager
    def _constraints(self) -> Iterator[None]:
        """Check constraints and foreign keys are passed over unless they are to be checked, as bulk copies do."""
        if self.options.check_constraints:
            yield
            return
        self._sql("PRAGMA ignore_check_constraints=ON")
        self._sql("PRAGMA foreign_keys=OFF")  # without effect inside a transaction
        try:
            yield
        finally:
            self._sql("PRAGMA foreign_keys=ON")
            self._sql("PRAGMA ignore_check_constraints=OFF")

    def _load(self, batches: Iterable[pl.DataFrame]) -> int:
        from dtserve.connections.sql.sqlite import sessions_on

        if self.options.batch_rows > 0:
            return sum(self._commit(frame) for frame in sliced(batches, self.options.batch_rows))
        if self.session.transaction_depth or self.session.target.in_memory or sessions_on(self.session.path) == 1:
            return self._load_directly(batches)
        return self._load_staged(batches)

    def _write(self, text: str, row: str, frame: pl.DataFrame) -> int:
        """Rows by statements of several rows each; ``text`` inserts one and ends with ``row``."""
        width = len(self.stored)
        several = min(ROWS_PER_STATEMENT, MOST_VARIABLES // max(width, 1))
        with self.session.lock, self.session.errors():
            rows = self._rows(frame)
            if width and several > 1:
                cells = itertools.chain.from_iterable(itertools.islice(rows, frame.height // several * several))
                whole = (tuple(itertools.islice(cells, several * width)) for _ in range(frame.height // several))
                self.session.connection.executemany(text + f",{row}" * (several - 1), whole).close()
            self.session.connection.executemany(text, rows).close()
        return frame.height

    def _sql(self, text: str) -> None:
        with self.session.lock, self.session.errors():
            self.session.connection.execute(text).close()

    def _commit(self, frame: pl.DataFrame) -> int:
        return self._load_directly([frame])

    def _load_directly(self, batches: Iterable[pl.DataFrame]) -> int:
        text, row = self._insert_text(self.table.path, True), self._row_text(True)
        inside = bool(self.session.transaction_depth)
        stored, opened = 0, False
        try:
            for frame in batches:
                if not opened:
                    self._sql("SAVEPOINT dtserve_load" if inside else "BEGIN IMMEDIATE")
                    opened = True
                stored += self._write(text, row, frame)
            if opened:
                self._sql("RELEASE dtserve_load" if inside else "COMMIT")
        except BaseException:
            if opened:
                self._undo(inside)
            raise
        return stored

    def _undo(self, inside: bool) -> None:
        if not self.session.connection.in_transaction:
            return
        if inside:
            self._sql("ROLLBACK TO dtserve_load")
            self._sql("RELEASE dtserve_load")
        else:
            self._sql("ROLLBACK")

    def _load_staged(self, batches: Iterable[pl.DataFrame]) -> int:
        stage = f"temp.{quote(f'{_STAGE}_{id(self):x}')}"
        names = ", ".join(quote(column.name) for column in self.stored)
        stored = 0
        if not self.stored:
            return self._load_directly(batches)
        self._sql(f"CREATE TABLE {stage} ({names})")
        try:
            row = self._row_text(False)
            for frame in batches:
                self._sql("BEGIN")
                try:
                    stored += self._write(f"INSERT INTO {stage} VALUES {row}", row, frame)
                finally:
                    self._sql("COMMIT")
            values = ", ".join(
                f"COALESCE({quote(c.name)}, {c.default})" if self._has_default(c) else quote(c.name)
                for c in self.stored
            )
            self._sql("BEGIN IMMEDIATE")
            try:
                self._sql(f"INSERT INTO {self.table.path} ({names}) SELECT {values} FROM {stage} ORDER BY rowid")
                self._sql("COMMIT")
            except BaseException:
                self._undo(False)
                raise
        finally:
            self._sql(f"DROP TABLE IF EXISTS {stage}")
        return stored

    def insert(self, frame: pl.DataFrame) -> list[tuple[int, str]]:
        """Row by row; index and message of each refused row."""
        refused: list[tuple[int, str]] = []
        text = self._insert_text(self.table.path, True)
        rows = self._storable(frame, refused)
        inside = bool(self.session.transaction_depth)
        if not inside:
            self._sql("BEGIN IMMEDIATE")
        try:
            with self.session.lock:
                for number, row in rows:
                    try:
                        self.session.connection.execute(text, row).close()
                    except sqlite3.Error as error:
                        refused.append((number, self.session.reason or str(error)))
            if not inside:
                self._sql("COMMIT")
        except BaseException:
            if not inside:
                self._undo(False)
            raise
        return sorted(refused)

    def _storable(self, frame: pl.DataFrame, refused: list[tuple[int, str]]) -> Iterable[tuple[int, tuple[Any, ...]]]:
        try:
            return list(enumerate(self._rows(frame)))
        except ValueNotStorable:
            found = []
            for number in range(frame.height):
                try:
                    found.append((number, next(iter(self._rows(frame.slice(number, 1))))))
                except ValueNotStorable as error:
                    refused.append((number, error.message))
            return found


def _differ(given: TypeSpec, kind: TypeSpec) -> bool:
    """Whether a value of type ``given`` lies otherwise in a column of type ``kind``."""
    if given.family == kind.family == "datetime":
        clocks = (DT.DBTIME, DT.DBTIME2)
        return given.dt is not kind.dt and (
            DT.DBDATE in (given.dt, kind.dt) or (given.dt in clocks) != (kind.dt in clocks)
        )
    if given.family == kind.family or "binary" in (given.family, kind.family) or kind.family == "text":
        return False
    return not {given.family, kind.family} <= {"int", "bool"} or kind.family == "bool"
