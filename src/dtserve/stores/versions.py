"""Kept versions of packages: every content a package had, with who, when and why.

An archive is one SQLite file. A version is numbered per package from 1 on; equal contents are
stored once, compressed. A deletion is a version without content, so that the history shows it and
the one before can be restored. Source: none in SSIS, whose msdb keeps the last content only.
"""

from __future__ import annotations

import builtins
import difflib
import os
import sqlite3
import threading
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from dtserve.stores.base import StorePath
from dtserve.stores.errors import PackageDamaged, StoreUnavailable, VersionNotFound
from dtserve.stores.facts import content_hash
from dtserve.stores.names import format_path, name_key

__all__ = ["Version", "VersionArchive", "because", "reason"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS contents (hash TEXT PRIMARY KEY, size INTEGER NOT NULL, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS versions (
  store TEXT NOT NULL, pathkey TEXT NOT NULL, version INTEGER NOT NULL, path TEXT NOT NULL,
  hash TEXT REFERENCES contents (hash), time REAL NOT NULL, who TEXT NOT NULL, why TEXT NOT NULL,
  PRIMARY KEY (store, pathkey, version));
CREATE INDEX IF NOT EXISTS versions_hash ON versions (hash);
"""
_COLUMNS = "v.version, v.path, v.time, v.who, v.why, v.hash, c.size"
_FROM = "versions v LEFT JOIN contents c ON c.hash = v.hash"
_FORGET_CONTENTS = "DELETE FROM contents WHERE NOT EXISTS (SELECT 1 FROM versions v WHERE v.hash = contents.hash)"
_SEPARATOR = "\\"
_EFFORT = 1
"""How hard contents are compressed: packages shrink to a fifth at the least effort already."""
_reason: ContextVar[str] = ContextVar("reason", default="")


@contextmanager
def because(why: str) -> Iterator[None]:
    """What is written or deleted inside is kept with ``why`` as its reason."""
    token = _reason.set(why)
    try:
        yield
    finally:
        _reason.reset(token)


def reason(default: str) -> str:
    """The reason in force, or ``default``."""
    return _reason.get() or default


@dataclass(frozen=True, slots=True)
class Version:
    """One content of one package; ``deleted`` has none. ``time`` in seconds since the epoch."""

    version: int
    path: str
    time: float
    who: str
    why: str
    hash: str = ""
    size: int = 0

    @property
    def deleted(self) -> bool:
        """Whether this version is the deletion of the package."""
        return not self.hash


class VersionArchive:
    """The kept versions of the packages of several stores, each under a key of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def close(self) -> None:
        """Close the file; it is opened again when needed."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """One transaction at a time; StoreUnavailable when the file cannot be used."""
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = self._connect()
                self._connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
                self._connection.execute("COMMIT")
            except (sqlite3.Error, OSError, ValueError) as error:  # damage also shows as text that is none
                self._close()
                raise StoreUnavailable(store=str(self.path), reason=str(error)) from None
            except BaseException:
                self._close()  # which undoes the transaction
                raise

    def _connect(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        connection = sqlite3.connect(self.path, timeout=30, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.executescript(_SCHEMA)
        except BaseException:
            connection.close()
            raise
        return connection

    def keep(
        self,
        store: str,
        path: StorePath,
        data: bytes | None,
        *,
        who: str,
        why: str,
        limit: int = 0,
        before: float | None = None,
        durable: bool = True,
    ) -> Version | None:
        """Add a version, None for a deletion; nothing is added when the latest one has the same content.

        With ``limit`` only so many versions of the package stay, with ``before`` (seconds since the epoch) none that was
        replaced before that time. What is not ``durable`` may be lost when the
        machine stops: the content at hand, which stands in the store as well.
        """
        return self.keep_many(store, [(path, data)], who=who, why=why, limit=limit, before=before, durable=durable)[0]

    def keep_many(
        self,
        store: str,
        items: Sequence[tuple[StorePath, bytes | None]],
        *,
        who: str,
        why: str,
        limit: int = 0,
        before: float | None = None,
        durable: bool = True,
    ) -> builtins.list[Version | None]:
        """Add a version to each of many histories, in one transaction; see :meth:`keep`."""
        prepared = [
            (path, None if data is None else (content_hash(data), len(data), zlib.compress(data, _EFFORT)))
            for path, data in items
        ]
        added: builtins.list[Version | None] = []
        with self.transaction(durable=durable) as connection:
            for path, content in prepared:
                added.append(self._add(connection, store, path, content, who, why))
            if self._shorten(connection, store, [each for each in added if each], limit, before):
                connection.execute(_FORGET_CONTENTS)
        if durable and not any(added):
            self._flush()
        return added

    def _flush(self) -> None:
        """What was added before and is kept for certain now: the log goes to the disk."""
        try:
            descriptor = os.open(f"{self.path}-wal", os.O_RDWR)
        except FileNotFoundError:
            return  # all of it is in the file itself, which SQLite forced to the disk
        except OSError as error:
            raise StoreUnavailable(store=str(self.path), reason=error.strerror) from None
        try:
            os.fsync(descriptor)
        except OSError as error:
            raise StoreUnavailable(store=str(self.path), reason=error.strerror) from None
        finally:
            os.close(descriptor)

    def _add(
        self,
        connection: sqlite3.Connection,
        store: str,
        path: StorePath,
        content: tuple[str, int, bytes] | None,
        who: str,
        why: str,
    ) -> Version | None:
        latest = self._latest(connection, store, _key(path))
        digest, size = (content[0], content[1]) if content else (None, 0)
        if (latest.hash or None if latest else None) == digest:
            return None
        if content is not None:
            connection.execute("INSERT OR IGNORE INTO contents VALUES (?, ?, ?)", content)
        number = 1 if latest is None else latest.version + 1
        moment, shown = time.time(), format_path(path)
        values = (store, _key(path), number, shown, digest, moment, who, why)
        connection.execute("INSERT INTO versions VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
        return Version(number, shown, moment, who, why, digest or "", size)

    def _shorten(
        self, connection: sqlite3.Connection, store: str, added: Sequence[Version], limit: int, before: float | None
    ) -> int:
        removed = 0
        history = "DELETE FROM versions WHERE store = ? AND pathkey = ? AND version "
        for version in added:
            key = (store, name_key(version.path))
            if limit and version.version > limit:
                removed += connection.execute(history + "<= ?", (*key, version.version - limit)).rowcount
            if before is not None:
                # a version was replaced when the next one came
                last = "< (SELECT max(version) FROM versions WHERE store = ? AND pathkey = ? AND time < ?)"
                removed += connection.execute(history + last, (*key, *key, before)).rowcount
        return removed

    def latest(self, store: str, path: StorePath) -> Version | None:
        """The latest version of a package; None when none is kept."""
        with self.transaction() as connection:
            return self._latest(connection, store, _key(path))

    def _latest(self, connection: sqlite3.Connection, store: str, key: str) -> Version | None:
        query = f"SELECT {_COLUMNS} FROM {_FROM} WHERE v.store = ? AND v.pathkey = ? ORDER BY v.version DESC LIMIT 1"
        row = connection.execute(query, (store, key)).fetchone()
        return None if row is None else _version(row)

    def list(self, store: str, path: StorePath) -> Sequence[Version]:
        """The versions of a package, oldest first."""
        query = f"SELECT {_COLUMNS} FROM {_FROM} WHERE v.store = ? AND v.pathkey = ? ORDER BY v.version"
        with self.transaction() as connection:
            return [_version(row) for row in connection.execute(query, (store, _key(path)))]

    def read(self, store: str, path: StorePath, version: int) -> bytes:
        """The content of a version; VersionNotFound, also for a deletion; PackageDamaged."""
        query = (
            "SELECT c.data, c.hash FROM versions v JOIN contents c ON c.hash = v.hash "
            "WHERE v.store = ? AND v.pathkey = ? AND v.version = ?"
        )
        with self.transaction() as connection:
            row = connection.execute(query, (store, _key(path), version)).fetchone()
        if row is None:
            raise VersionNotFound(path=format_path(path), version=version)
        try:
            data = zlib.decompress(row[0])
        except zlib.error:
            data = b""
        if content_hash(data) != row[1]:
            raise PackageDamaged(path=f"{format_path(path)}, version {version}")
        return data

    def diff(self, store: str, path: StorePath, old: int, new: int) -> str:
        """Both contents compared line by line, in the unified form."""
        before, after = (
            self.read(store, path, number).decode("utf-8", "replace").splitlines() for number in (old, new)
        )
        shown = format_path(path)
        lines = difflib.unified_diff(before, after, f"{shown} version {old}", f"{shown} version {new}", lineterm="")
        return "\n".join(lines)

    def rename(self, store: str, old: StorePath, new: StorePath) -> None:
        """A folder has another name: the histories of what is in it go along."""
        before, after = _key(old) + _SEPARATOR, _key(new) + _SEPARATOR
        shown = format_path(new) + _SEPARATOR
        with self.transaction() as connection:
            keys = connection.execute(
                "SELECT DISTINCT pathkey FROM versions WHERE store = ? AND substr(pathkey, 1, ?) = ?",
                (store, len(before), before),
            ).fetchall()
            for (key,) in keys:
                self._rename(connection, store, key, after + key[len(before) :], shown, len(old))

    def _rename(self, connection: sqlite3.Connection, store: str, key: str, new: str, shown: str, depth: int) -> None:
        """Give one history another key; behind what is kept under that key already."""
        latest = None if new == key else self._latest(connection, store, new)
        offset = latest.version if latest else 0
        rows = connection.execute(
            "SELECT version, path FROM versions WHERE store = ? AND pathkey = ? ORDER BY version", (store, key)
        ).fetchall()
        for version, path in rows:
            tail = _SEPARATOR.join(path.split(_SEPARATOR)[depth:])
            connection.execute(
                "UPDATE versions SET pathkey = ?, path = ?, version = ? WHERE store = ? AND pathkey = ? AND version = ?",
                (new, shown + tail, version + offset, store, key, version),
            )

    def prune(self, keep: int, *, older_than: float | None = None) -> int:
        """Forget all but the ``keep`` latest versions of each package; returns how many.

        With ``older_than`` (seconds since the epoch) only versions before that time are forgotten.
        """
        with self.transaction() as connection:
            cursor = connection.execute(
                "DELETE FROM versions WHERE rowid IN (SELECT rowid FROM (SELECT rowid, time, row_number() OVER "
                "(PARTITION BY store, pathkey ORDER BY version DESC) AS rank FROM versions) "
                "WHERE rank > ? AND time < ?)",
                (keep, float("inf") if older_than is None else older_than),
            )
            connection.execute(_FORGET_CONTENTS)
            return cursor.rowcount

    def expire(self, keep: int, before: float | None = None) -> int:
        """Forget what a policy no longer keeps; returns how many versions.

        That is all but the ``keep`` latest versions of each package (0: all are kept), and every version that was replaced
        before that time, and what is left of packages that were deleted before it.
        """
        with self.transaction() as connection:
            cursor = connection.execute(
                "DELETE FROM versions WHERE rowid IN (SELECT rowid FROM (SELECT rowid, "
                "row_number() OVER (PARTITION BY store, pathkey ORDER BY version DESC) AS rank, "
                "coalesce(lead(time) OVER (PARTITION BY store, pathkey ORDER BY version), "
                "CASE WHEN hash IS NULL THEN time END) AS replaced FROM versions) "
                "WHERE (? > 0 AND rank > ?) OR replaced < ?)",
                (keep, keep, before),
            )
            connection.execute(_FORGET_CONTENTS)
            return cursor.rowcount


def _version(row: tuple[int, str, float, str, str, str | None, int | None]) -> Version:
    return Version(*row[:5], hash=row[5] or "", size=row[6] or 0)


def _key(path: StorePath) -> str:
    return _SEPARATOR.join(map(name_key, path))
