"""What a restore is about to change, on the disk before it is changed: a restore that ends in any way can be undone.

One SQLite file. First what the backup holds is put by (:meth:`RestoreJournal.stage`), then each step is written
down with what stood there (:meth:`RestoreJournal.record`), in one transaction for all that is done next. The steps are
undone backwards; undoing what was not done, or was undone already, is nothing. When the file is gone, the
restore is done, or undone.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dtserve.stores.durable import sync_folder
from dtserve.stores.errors import WriteFailed

__all__ = ["RestoreJournal", "Step"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS staged (number INTEGER PRIMARY KEY, name TEXT NOT NULL, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS steps (number INTEGER PRIMARY KEY, kind TEXT NOT NULL, facts TEXT NOT NULL, before BLOB);
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One change: its kind, what tells where it is made (as JSON can hold it), the content that stands there."""

    kind: str
    facts: Mapping[str, Any]
    before: bytes | None = None


class RestoreJournal:
    """The journal at ``path``; without one it is of this process alone, and ends with it. WriteFailed."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        with self._coded():
            if path is not None:
                os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._connection = sqlite3.connect(path or "", isolation_level=None)
            self._connection.execute("PRAGMA journal_mode=DELETE")
            self._connection.execute("PRAGMA synchronous=EXTRA")
            self._connection.executescript(_SCHEMA)

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is staged and recorded inside is on the disk at the end, or not there at all."""
        with self._coded():
            self._connection.execute("BEGIN")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def stage(self, name: str, data: bytes) -> None:
        """Put a file of the backup by."""
        self._connection.execute("INSERT INTO staged (name, data) VALUES (?, ?)", (name, data))

    def staged(self, prefix: str) -> Iterator[tuple[str, bytes]]:
        """The files whose name begins so, in the order in which they came."""
        query = "SELECT number, name FROM staged WHERE substr(name, 1, ?) = ? ORDER BY number"
        with self._coded():
            for number, name in self._connection.execute(query, (len(prefix), prefix)).fetchall():
                (data,) = self._connection.execute("SELECT data FROM staged WHERE number = ?", (number,)).fetchone()
                yield name, data

    def record(self, step: Step) -> None:
        """Write down a step that comes next."""
        values = (step.kind, json.dumps(dict(step.facts)), step.before)
        self._connection.execute("INSERT INTO steps (kind, facts, before) VALUES (?, ?, ?)", values)

    def backwards(self) -> Iterator[Step]:
        """The steps, the last one first."""
        with self._coded():
            numbers = self._connection.execute("SELECT number FROM steps ORDER BY number DESC").fetchall()
        for (number,) in numbers:
            with self._coded():
                row = self._connection.execute("SELECT kind, facts, before FROM steps WHERE number = ?", (number,))
                kind, facts, before = row.fetchone()
            yield Step(kind, json.loads(facts), before)

    def close(self) -> None:
        """Leave it where it is."""
        self._connection.close()

    def discard(self) -> None:
        """The restore is done, or undone: from here on it stays so."""
        self._connection.close()
        if self.path is None:
            return
        try:
            self.path.unlink(missing_ok=True)
            sync_folder(self.path.parent)
        except OSError as error:
            raise WriteFailed(path=str(self.path), reason=error.strerror) from None
        with suppress(OSError):
            os.unlink(f"{self.path}-journal")

    @contextmanager
    def _coded(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise WriteFailed(path=str(self.path or "journal"), reason=str(error)) from None
        except OSError as error:
            raise WriteFailed(path=str(self.path or "journal"), reason=error.strerror) from None
