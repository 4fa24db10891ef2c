"""Loading frames into MySQL and MariaDB by INSERTs of many rows each.

LOAD DATA LOCAL would be a little faster, but it turns errors of rows into warnings, many
servers forbid it, and it lets the server ask for any file of this machine. The texts of the
statements are made column by column instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from dtserve.connections.base import BulkOptions, ResultColumn
from dtserve.connections.errors import SqlError
from dtserve.connections.sql.catalog import CatalogColumn
from dtserve.connections.sql.frames import sliced
from dtserve.connections.sql.mysql_catalog import quote
from dtserve.connections.sql.mysql_literals import row_texts

if TYPE_CHECKING:
    import polars as pl

    from dtserve.connections.sql.mysql import MySqlSession

__all__ = ["MySqlLoader"]

BYTES_PER_INSERT = 4 * 1024 * 1024


class MySqlLoader:
    """One load into one table; raises NoSuchTable, SqlError for a column that the table does not have."""

    def __init__(
        self, session: MySqlSession, table: str, columns: Sequence[ResultColumn], options: BulkOptions
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
        names = ", ".join(quote(column.name) for column in self.stored)
        self.head = f"INSERT INTO {self.table.path} ({names}) VALUES ".encode()
        self.kinds = [column.type for column in self.columns]
        self.missing = [
            f"DEFAULT({quote(column.name)})" if column.default and not options.keep_nulls else "NULL"
            for column in self.stored
        ]

    def load(self, batches: Iterable[pl.DataFrame]) -> int:
        """All frames; the number of rows stored."""
        if self.options.batch_rows > 0:
            return sum(self._whole([frame]) for frame in sliced(batches, self.options.batch_rows))
        return self._whole(batches)

    def _whole(self, batches: Iterable[pl.DataFrame]) -> int:
        """All or nothing: a transaction, or a savepoint in the one that is open."""
        session = self.session
        inside = bool(session.transaction_depth)
        stored, opened = 0, False
        try:
            for frame in batches:
                if not opened:
                    self._sql("SAVEPOINT dtserve_load" if inside else "BEGIN")
                    opened = True
                self._insert(frame)
                stored += frame.height
            if opened:
                self._sql("RELEASE SAVEPOINT dtserve_load" if inside else "COMMIT")
        except BaseException:
            if opened:
                self._sql("ROLLBACK TO SAVEPOINT dtserve_load" if inside else "ROLLBACK")
            raise
        return stored

    def _sql(self, text: str) -> None:
        with self.session.lock, self.session.errors(0), self.session.connection.cursor() as cursor:
            self.session.free()
            cursor.execute(text)

    def _insert(self, frame: pl.DataFrame) -> None:
        session = self.session
        if not frame.height:
            return
        rows = row_texts(frame[:, self.places], self.kinds, self.missing, backslashes=session.backslashes)
        with session.lock, session.errors(0):
            session.free()
            for part in _parts(rows, min(BYTES_PER_INSERT, session.packet_bytes) - len(self.head)):
                session.connection.query(self.head + ",".join(part).encode())

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
        return refused

    def _halve(self, frame: pl.DataFrame, first: int, refused: list[tuple[int, str]]) -> None:
        if frame.height == 0:
            return
        try:
            self._whole([frame])
        except SqlError as error:
            if frame.height == 1:
                refused.append((first, str(error.facts.get("detail", error.message))))
                return
            middle = frame.height // 2
            self._halve(frame.slice(0, middle), first, refused)
            self._halve(frame.slice(middle), first + middle, refused)


def _parts(rows: pl.Series, size: int) -> Iterator[list[str]]:
    """The texts in pieces that are no longer than ``size`` bytes, unless one text alone is."""
    import numpy as np

    ends = (rows.str.len_bytes().cast(int) + 1).cum_sum().to_numpy()
    begin = 0
    while begin < len(rows):
        before = int(ends[begin - 1]) if begin else 0
        end = max(int(np.searchsorted(ends, before + size, side="right")), begin + 1)
        yield rows[begin:end].to_list()
        begin = end
