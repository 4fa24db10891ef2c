"""Loading frames through a DB-API driver: INSERTs of many rows at a time, or of one."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from dtserve.connections.base import BulkOptions, ResultColumn
from dtserve.connections.errors import LostConnection, SqlError
from dtserve.connections.sql.catalog import CatalogTable
from dtserve.connections.sql.frames import sliced
from dtserve.connections.sql.rows import plain_rows
from dtserve.datatypes import DT

if TYPE_CHECKING:
    import polars as pl

__all__ = ["DbApiLoading"]

ROWS_PER_CALL = 1000


class DbApiLoading:
    """The part of a DB-API session that loads; the session gives cursors, errors, transactions and the catalog."""

    transaction_depth: int
    lock: Any
    errors: Any
    open_cursor: Any
    require_table: Any
    begin: Any
    commit: Any
    rollback: Any
    quote: Any
    marker: Any
    escape: Any

    def loaded(
        self, table: str, columns: Sequence[ResultColumn], options: BulkOptions
    ) -> tuple[CatalogTable, list[int], list[ResultColumn]]:
        """The table, and the places and columns of a load that go into it; raises SqlError for an unknown column."""
        found = self.require_table(table)
        places, kept = [], []
        for at, column in enumerate(columns):
            known = found.by_name.get(column.name.lower())
            if known is None:
                raise SqlError(detail=f'Column "{column.name}" was not found in table "{table}".')
            if known.computed:
                raise SqlError(detail=f'Column "{column.name}" cannot be modified because it is computed.')
            if known.identity and not options.keep_identity:
                continue
            places.append(at)
            kept.append(ResultColumn(known.name, column.type, known.nullable))
        return found, places, kept

    def insert_text(self, table: CatalogTable, columns: Sequence[ResultColumn], absent: Sequence[int] = ()) -> str:
        """INSERT of one row; columns at the places in ``absent`` get their default."""
        names = ", ".join(self.quote(column.name) for column in columns)
        given = iter(range(len(columns)))
        marks = ", ".join(
            "DEFAULT" if at in absent else self.marker(number := next(given), f"?{number}")
            for at in range(len(columns))
        )
        return f"INSERT INTO {self.escape(table.path)} ({self.escape(names)}) VALUES ({marks})"

    def rows_for(self, frame: pl.DataFrame, columns: Sequence[ResultColumn]) -> Iterator[tuple[Any, ...]]:
        """The rows of a frame as the driver takes them."""
        guids = [at for at, column in enumerate(columns) if column.type.dt is DT.GUID]
        for row in plain_rows(frame, columns):
            if not guids:
                yield row
                continue
            cells = list(row)
            for at in guids:
                cells[at] = None if cells[at] is None else uuid.UUID(cells[at])
            yield tuple(cells)

    def bound_rows(self, frame: pl.DataFrame, columns: Sequence[ResultColumn]) -> Iterator[tuple[Any, ...]]:
        """The rows as parameters of a statement."""
        return self.rows_for(frame, columns)

    def bulk_load(
        self, table: str, columns: Sequence[ResultColumn], batches: Iterable[pl.DataFrame], options: BulkOptions
    ) -> int:
        """Load frames in one transaction, or in one per ``batch_rows`` rows."""
        found, places, kept = self.loaded(table, columns, options)
        if options.batch_rows > 0:
            return sum(self._load(found, places, kept, [f], options) for f in sliced(batches, options.batch_rows))
        return self._load(found, places, kept, batches, options)

    def _load(
        self, table: CatalogTable, places: list[int], columns: list[ResultColumn], frames: Iterable[pl.DataFrame], options: BulkOptions
    ) -> int:  # fmt: skip
        own = self.transaction_depth == 0
        stored, opened = 0, False
        try:
            for frame in frames:
                if own and not opened:
                    self.begin()
                    opened = True
                with self.lock, self.errors(options.timeout), self.open_cursor() as cursor:
                    self.write(cursor, table, columns, frame[:, places], options)
                stored += frame.height
        except BaseException:
            if opened:
                self.rollback()
            raise
        if opened:
            self.commit()
        return stored

    def write(
        self, cursor: Any, table: CatalogTable, columns: list[ResultColumn], frame: pl.DataFrame, options: BulkOptions
    ) -> None:
        """Write one frame; without ``keep_nulls`` a NULL becomes the column's default, where it is known."""
        rows = self.bound_rows(frame, columns)
        known = [table.by_name[column.name.lower()] for column in columns]
        places = [at for at, column in enumerate(known) if column.default and not options.keep_nulls]
        if not any(frame.to_series(at).null_count() for at in places):
            places = []
        for absent, run in itertools.groupby(rows, lambda row: tuple(at for at in places if row[at] is None)):
            text = self.insert_text(table, columns, absent)
            given = _without(run, absent)
            while part := list(itertools.islice(given, ROWS_PER_CALL)):
                if len(absent) < len(columns):
                    cursor.executemany(text, part)
                else:
                    for _ in part:
                        cursor.execute(text)

    def insert_rows(
        self, table: str, columns: Sequence[ResultColumn], frame: pl.DataFrame, options: BulkOptions
    ) -> list[tuple[int, str]]:
        """Insert row by row; index and message of each refused row."""
        found, places, kept = self.loaded(table, columns, options)
        text = self.insert_text(found, kept)
        refused: list[tuple[int, str]] = []
        with self.lock, self.open_cursor() as cursor:
            for number, row in enumerate(self.bound_rows(frame[:, places], kept)):
                try:
                    with self.errors(0):
                        cursor.execute(text, row)
                except LostConnection:
                    raise
                except SqlError as error:
                    refused.append((number, str(error.facts.get("detail", error.message))))
        return refused


def _without(rows: Iterable[tuple[Any, ...]], absent: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    """The rows without the values at some places."""
    if not absent:
        return iter(rows)
    return (tuple(value for at, value in enumerate(row) if at not in absent) for row in rows)
