"""Loading rows into a table in the batches of SSIS (DATA_FLOW §6, OLE DB Destination).

:class:`BatchLoader` is a fast load: rows go in whole batches, a batch that breaks a
constraint fails as a whole, good rows included, and batches committed before stay. A
clean buffer is loaded in one go; only when that fails is it taken apart into the batches
that SSIS would have made. :class:`RowLoader` inserts row by row, so each refused row is
known.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dtserve.dataflow.queues import SpillQueue
from dtserve.errors import ConnectionError_

if TYPE_CHECKING:
    import polars as pl

    from dtserve.connections.base import BulkOptions, ResultColumn, SqlSession

__all__ = ["BATCH_REFUSED", "ROW_REFUSED", "BatchLoader", "RowLoader"]

ROW_REFUSED = 0xC020907D
"""ErrorCode of a row that broke a constraint in row mode (…STATIC_INTEGRITYVIOLATION)."""

BATCH_REFUSED = 0xC020907B
"""ErrorCode of the rows of a refused batch in fast load (…STATIC_UNAVAILABLE, "No status is available.")."""


class BatchLoader:
    """A fast load. ``commit_rows`` 0 commits once at the end, else after each batch of so many rows.

    ``tolerant``: a refused batch is handed back (for Redirect and Ignore) instead of
    raising the database's error.
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
        self._tolerant = tolerant
        self._held = SpillQueue(folder)
        self._open = False
        self._failed = False
        self.rows = 0

    def add(self, rows: pl.DataFrame, originals: pl.DataFrame) -> list[pl.DataFrame]:
        """Load a buffer; the originals of refused batches come back."""
        if self._commit_rows == 0:
            return self._add_open(rows, originals)
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
        if not self._open:
            return []
        try:
            self._session.commit()
            self._open = False
        except ConnectionError_:
            self._undo()
            if not self._tolerant:
                raise
            return self._give_back()
        self._held.close()
        return []

    def close(self) -> None:
        """Undo what was not committed."""
        if self._open:
            self._undo()
        self._held.close()

    def _batch(self, rows: pl.DataFrame) -> None:
        """One batch in a transaction of its own."""
        self._session.begin()
        try:
            self._session.bulk_load(self._table, self._columns, [rows], self._options)
            self._session.commit()
        except BaseException:
            self._session.rollback()
            raise
        self.rows += rows.height

    def _add_open(self, rows: pl.DataFrame, originals: pl.DataFrame) -> list[pl.DataFrame]:
        """Everything is one batch, committed at the end."""
        if self._failed:
            return [originals]
        if not self._open:
            self._session.begin()
            self._open = True
        if self._tolerant:
            self._held.put(originals)
        try:
            self._session.bulk_load(self._table, self._columns, [rows], self._options)
            self.rows += rows.height
            return []
        except ConnectionError_:
            self._undo()
            if not self._tolerant:
                raise
            return self._give_back()

    def _undo(self) -> None:
        self._open = False
        self.rows = 0
        self._session.rollback()

    def _give_back(self) -> list[pl.DataFrame]:
        """The originals of the one batch that failed."""
        self._failed = True
        found = []
        while len(self._held):
            found.append(self._held.take()[1])
        return found


class RowLoader:
    """Row by row. A tolerant load goes on after a refused row, else the rows before the first refused one stay."""

    def __init__(
        self, session: SqlSession, table: str, columns: Sequence[ResultColumn], options: BulkOptions, *, tolerant: bool
    ) -> None:
        self._session = session
        self._table = table
        self._columns = columns
        self._options = options
        self._tolerant = tolerant
        self.rows = 0

    def add(self, rows: pl.DataFrame) -> list[tuple[int, str]]:
        """Insert a buffer; (row, database message) of each refused row, at most one when not tolerant."""
        if self._tolerant:
            refused = self._session.insert_rows(self._table, self._columns, rows, self._options)
            self.rows += rows.height - len(refused)
            return refused
        self._session.begin()
        try:
            refused = self._session.insert_rows(self._table, self._columns, rows, self._options)
            if refused:
                self._session.rollback()
                good = rows.head(refused[0][0])
                self._session.begin()
                if good.height:
                    self._session.insert_rows(self._table, self._columns, good, self._options)
                self.rows += good.height
            else:
                self.rows += rows.height
            self._session.commit()
        except BaseException:
            self._session.rollback()
            raise
        return refused[:1]
