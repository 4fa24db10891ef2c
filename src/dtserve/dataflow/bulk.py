"""Loading rows into a table in the batches of SSIS (DATA_FLOW §6, OLE DB Destination).

:class:`BatchLoader` is a fast load: rows go in whole batches, a batch that breaks a
constraint fails as a whole, good rows included, and batches committed before stay. A
clean buffer is loaded in one go; only when that fails is it taken apart into the batches
that SSIS would have made. :class:`RowLoader` inserts row by row, so each refused row is
known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from dtserve.dataflow.queues import SpillQueue
from dtserve.errors import ConnectionError_

if TYPE_CHECKING:
    import polars as pl

    from dtserve.connections.base import BulkOptions, ResultColumn, SqlSession

__all__ = ["BATCH_REFUSED", "ROW_REFUSED", "BatchLoader", "RowLoader", "in_transaction"]

ROW_REFUSED = 0xC020907D
"""ErrorCode of a row that broke a constraint in row mode (…STATIC_INTEGRITYVIOLATION)."""

BATCH_REFUSED = 0xC020907B
"""ErrorCode of the rows of a refused batch in fast load (…STATIC_UNAVAILABLE, "No status is available.")."""


class BatchLoader:
    """A fast load. ``commit_rows`` 0 commits once at the end, else after each batch of so many rows.

    ``tolerant``: a refused batch is handed back (for Redirect and Ignore) instead of
    raising the database's error. Inside a transaction of the package nothing is committed here; there a refused batch is
    handed back where the database undoes it by itself, and a load with one commit, which ends with the transaction, fails. On SQLite, which lets one writer in at a time, a
    load with one commit waits on disk until the end instead of holding the lock; so it does
    where a load is a transaction apart, of another connection.
    """

    def __init__(
        self,
        session: SqlSession,
        table: str,
        columns: Sequence[ResultColumn],
        options: BulkOptions,
        *,
        commit_rows: int,
        tolerant: bool,
        folder: Path,
    ) -> None:
        self._session = session
        self._table = table
        self._columns = columns
        self._options = options
        self._commit_rows = commit_rows
        self._enlisted = in_transaction(session)
        self._tolerant = tolerant and (not self._enlisted or (commit_rows > 0 and session.undoes_loads))
        self._apart = session.loads_apart and not self._enlisted
        self._postponed = commit_rows == 0 and not self._enlisted and (session.dialect == "sqlite" or self._apart)
        self._rows = SpillQueue(folder)
        self._originals = SpillQueue(folder)
        self._open = False
        self._failed = False
        self.rows = 0

    def add(self, rows: pl.DataFrame, originals: pl.DataFrame) -> list[pl.DataFrame]:
        """Load a buffer; the originals of refused batches come back."""
        if self._enlisted and not self._tolerant:
            self._store([rows])
            return []
        if self._commit_rows == 0:
            return self._add_to_one(rows, originals)
        try:
            self._batch(rows)
            return []
        except ConnectionError_:
            if rows.height <= self._commit_rows:
                if not self._tolerant:
                    raise
                return [originals]
        refused = []
        for at in range(0, rows.height, self._commit_rows):
            try:
                self._batch(rows.slice(at, self._commit_rows))
            except ConnectionError_:
                if not self._tolerant:
                    raise
                refused.append(originals.slice(at, self._commit_rows))
        return refused

    def finish(self) -> list[pl.DataFrame]:
        """Commit what is open; a refusal at this point concerns all its rows."""
        if not self._open and not len(self._rows):
            return []
        try:
            if self._apart:
                self.rows += self._loaded(self._drained(self._rows))
            else:
                if len(self._rows):
                    self._begin()
                    self._store(self._drained(self._rows))
                self._session.commit()
                self._open = False
        except ConnectionError_:
            self._undo()
            if not self._tolerant:
                raise
            return self._give_back()
        self._originals.close()
        return []

    def close(self) -> None:
        """Undo what was not committed."""
        if self._open:
            self._undo()
        self._rows.close()
        self._originals.close()

    def _batch(self, rows: pl.DataFrame) -> None:
        """One batch in a transaction of its own, or in that of the package."""
        if self._apart or self._enlisted:
            self.rows += self._loaded([rows])
            return
        self._begin()
        try:
            self._loaded([rows])
            self._session.commit()
        except BaseException:
            self._undo()
            raise
        self._open = False
        self.rows += rows.height

    def _add_to_one(self, rows: pl.DataFrame, originals: pl.DataFrame) -> list[pl.DataFrame]:
        """Everything is one batch, committed at the end."""
        if self._failed:
            return [originals]
        if self._tolerant:
            self._originals.put(originals)
        if self._postponed:
            self._rows.put(rows)
            return []
        if not self._open:
            self._begin()
        try:
            self._store([rows])
            return []
        except ConnectionError_:
            self._undo()
            self.rows = 0
            if not self._tolerant:
                raise
            return self._give_back()

    def _store(self, frames: Iterable[pl.DataFrame]) -> None:
        for frame in frames:
            self._loaded([frame])
            self.rows += frame.height

    def _loaded(self, frames: Iterable[pl.DataFrame]) -> int:
        return self._session.bulk_load(self._table, self._columns, frames, self._options)

    def _begin(self) -> None:
        self._session.begin()
        self._open = True

    def _undo(self) -> None:
        self._open = False
        with suppress(ConnectionError_):
            self._session.rollback()

    def _give_back(self) -> list[pl.DataFrame]:
        """The originals of the one batch that failed."""
        self._failed = True
        self.rows = 0
        return list(self._drained(self._originals))

    @staticmethod
    def _drained(queue: SpillQueue) -> Iterator[pl.DataFrame]:
        while len(queue):
            yield queue.take()[1]


class RowLoader:
    """Row by row. A tolerant load goes on after a refused row, else the rows before the first refused one stay.

    ``transaction_rows`` above 0: so many rows are a transaction, and those of one that a row fails are undone. On SQLite a
    transaction ends with its buffer at the latest.
    """

    def __init__(
        self,
        session: SqlSession,
        table: str,
        columns: Sequence[ResultColumn],
        options: BulkOptions,
        *,
        tolerant: bool,
        transaction_rows: int = 0,
    ) -> None:
        self._session = session
        self._table = table
        self._columns = columns
        self._options = options
        self._tolerant = tolerant
        self._size = 0 if in_transaction(session) else transaction_rows
        self._open_rows = 0
        self._stored = 0
        self.rows = 0

    def add(self, rows: pl.DataFrame) -> list[tuple[int, str]]:
        """Insert a buffer; (row, database message) of each refused row, at most one when not tolerant."""
        if self._size:
            return self._in_transactions(rows)
        if self._tolerant or in_transaction(self._session):
            refused = self._insert(rows)
            self.rows += rows.height - len(refused)
            return refused
        self._session.begin()
        try:
            refused = self._insert(rows)
            if refused:
                self._session.rollback()
                rows = rows.head(refused[0][0])
                self._session.begin()
                if rows.height:
                    self._insert(rows)
            self._session.commit()
        except BaseException:
            self._undo()
            raise
        self.rows += rows.height
        return refused[:1]

    def finish(self) -> None:
        """Commit the last transaction."""
        if self._open_rows:
            self._session.commit()
            self._open_rows = 0

    def close(self) -> None:
        """Undo a transaction that is open."""
        if self._open_rows:
            self._undo()
            self._open_rows = 0

    def _in_transactions(self, rows: pl.DataFrame) -> list[tuple[int, str]]:
        found: list[tuple[int, str]] = []
        at = 0
        while at < rows.height:
            if not self._open_rows:
                self._session.begin()
                self._stored = self.rows
            part = rows.slice(at, self._size - self._open_rows)
            self._open_rows += part.height
            refused = [(at + row, message) for row, message in self._insert(part)]
            found += refused
            if refused and not self._tolerant:
                self.close()
                self.rows = self._stored
                return found[:1]
            self.rows += part.height - len(refused)
            at += part.height
            if self._open_rows == self._size:
                self.finish()
        if self._session.dialect == "sqlite":  # whoever waits with an open transaction holds up all other writers
            self.finish()
        return found

    def _insert(self, rows: pl.DataFrame) -> list[tuple[int, str]]:
        return self._session.insert_rows(self._table, self._columns, rows, self._options)

    def _undo(self) -> None:
        with suppress(ConnectionError_):
            self._session.rollback()


def in_transaction(session: SqlSession) -> bool:
    """Whether the session is inside a transaction that somebody else began (of a container, or by a statement)."""
    return bool(getattr(session, "transaction_depth", 0))
