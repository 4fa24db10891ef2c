"""Loading frames into PostgreSQL by COPY, in its binary form where columns and table agree, else as CSV.

Rows with NULL in a column that has a default go through a temporary table when KeepNulls is off:
COPY itself never puts a default in the place of a NULL. A session that others use too is
never held between two frames: rows are collected in a temporary table, and moved at the end.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from dtserve.connections.base import BulkOptions, ResultColumn
from dtserve.connections.errors import SqlError
from dtserve.connections.sql.catalog import CatalogColumn
from dtserve.connections.sql.frames import sliced
from dtserve.connections.sql.postgres_binary import HEADER, TRAILER, frame_to_binary
from dtserve.connections.sql.postgres_catalog import quote
from dtserve.connections.sql.postgres_types import frame_to_csv

if TYPE_CHECKING:
    import polars as pl

    from dtserve.connections.sql.postgres import PostgresSession

__all__ = ["PostgresLoader"]

_STAGE = "dtserve_stage"

Rows = tuple[bool, "bytes | memoryview", int]
"""Whether rows are in the binary form, the rows, how many they are."""


class PostgresLoader:
    """One load into one table; raises NoSuchTable, SqlError for a column that the table does not have."""

    def __init__(
        self, session: PostgresSession, table: str, columns: Sequence[ResultColumn], options: BulkOptions
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
        self.names = ", ".join(quote(column.name) for column in self.stored)
        self.with_default = [
            at
            for at, column in enumerate(self.stored)
            if column.default and not column.identity and not options.keep_nulls
        ]

    def load(self, batches: Iterable[pl.DataFrame]) -> int:
        """All frames; the number of rows stored."""
        if not self.columns:
            return self._defaults_only(batches)
        if self.options.batch_rows > 0:
            stored = sum(self._whole([frame]) for frame in sliced(batches, self.options.batch_rows))
        elif self.session.transaction_depth:
            stored = sum(self._whole([frame]) for frame in batches)
        elif self.session.keep_open or self.with_default:
            stored = self._staged(batches)
        else:
            stored = self._at_once(batches)
        self._advance_identity()
        return stored

    def _at_once(self, batches: Iterable[pl.DataFrame]) -> int:
        """All frames or none."""
        self.session.begin()
        try:
            stored = self._copied(self.table.path, batches)
        except BaseException:
            self.session.rollback()
            raise
        self.session.commit()
        return stored

    def _whole(self, frames: list[pl.DataFrame]) -> int:
        if any(frame[:, self.places][:, at].null_count() for frame in frames for at in self.with_default):
            return self._staged(frames)
        return self._copied(self.table.path, frames)

    def _copied(self, path: str, batches: Iterable[pl.DataFrame]) -> int:
        """Rows into a table, by one COPY as long as the form stays the same."""
        stored = 0
        for binary, run in itertools.groupby(map(self._rows, batches), itemgetter(0)):
            form = "binary" if binary else "csv, ENCODING 'UTF8'"
            with (
                self._statement() as cursor,
                cursor.copy(f"COPY {path} ({self.names}) FROM STDIN (FORMAT {form})") as copy,
            ):
                copy.write(HEADER if binary else b"")
                for _, data, count in run:
                    copy.write(data)
                    stored += count
                copy.write(TRAILER if binary else b"")
        return stored

    def _rows(self, frame: pl.DataFrame) -> Rows:
        """The rows of a frame in the form that suits them."""
        wanted = frame[:, self.places]
        texts_as_they_are = self.session.connection.info.encoding == "utf-8"
        data = frame_to_binary(wanted, self.stored) if texts_as_they_are else None
        if data is not None:
            return True, data, frame.height
        return False, frame_to_csv(wanted, self.columns), frame.height

    @contextmanager
    def _statement(self) -> Iterator[Any]:
        session = self.session
        with session.lock, session.errors(0), session.savepoint(), session.connection.cursor() as cursor:
            yield cursor

    def _sql(self, text: str) -> None:
        with self._statement() as cursor:
            cursor.execute(text.encode())

    def _staged(self, batches: Iterable[pl.DataFrame]) -> int:
        stage = quote(f"{_STAGE}_{id(self):x}")
        self._sql(f"CREATE TEMPORARY TABLE {stage} AS SELECT {self.names} FROM {self.table.path} WITH NO DATA")
        try:
            self._sql(f"ALTER TABLE {stage} ADD COLUMN dtserve_row BIGINT GENERATED ALWAYS AS IDENTITY")
            stored = sum(self._copied(stage, [frame]) for frame in batches)
            values = ", ".join(
                f"COALESCE({quote(column.name)}, {column.default})" if at in self.with_default else quote(column.name)
                for at, column in enumerate(self.stored)
            )
            override = " OVERRIDING SYSTEM VALUE" if any(column.identity for column in self.stored) else ""
            self._sql(
                f"INSERT INTO {self.table.path} ({self.names}){override} SELECT {values} FROM {stage} ORDER BY dtserve_row"
            )
        finally:
            self._sql(f"DROP TABLE IF EXISTS {stage}")
        return stored

    def _defaults_only(self, batches: Iterable[pl.DataFrame]) -> int:
        stored = 0
        for frame in batches:
            for _ in range(frame.height):
                self._sql(f"INSERT INTO {self.table.path} DEFAULT VALUES")
            stored += frame.height
        return stored

    def _advance_identity(self) -> None:
        """After explicit values the next generated one must be higher, as on SQL Server."""
        for column in self.stored:
            if column.identity:
                name = self.table.path.replace("'", "''")
                plain = column.name.replace("'", "''")
                self._sql(
                    f"SELECT pg_catalog.setval(s, m) FROM (SELECT pg_catalog.pg_get_serial_sequence('{name}', '{plain}') AS s, "
                    f"max({quote(column.name)}) AS m FROM {self.table.path}) AS x "
                    "WHERE s IS NOT NULL AND m IS NOT NULL AND m > 0 AND m >= COALESCE(pg_catalog.pg_sequence_last_value(CAST(s AS regclass)), 0)"
                )

    def insert(self, frame: pl.DataFrame) -> list[tuple[int, str]]:
        """What can be stored is stored, in order; index and message of each refused row."""
        refused: list[tuple[int, str]] = []
        self.session.begin()
        try:
            self._halve(frame, 0, refused)
        except BaseException:
            self.session.rollback()
            raise
        self.session.commit()
        self._advance_identity()
        return refused

    def _halve(self, frame: pl.DataFrame, first: int, refused: list[tuple[int, str]]) -> None:
        """Store a run of rows at once; when the database refuses it, its halves one after the other."""
        if frame.height == 0:
            return
        try:
            if self.columns:
                self._whole([frame])
            else:
                self._defaults_only([frame])
        except SqlError as error:
            if frame.height == 1:
                refused.append((first, str(error.facts.get("detail", error.message))))
                return
            middle = frame.height // 2
            self._halve(frame.slice(0, middle), first, refused)
            self._halve(frame.slice(middle), first + middle, refused)
