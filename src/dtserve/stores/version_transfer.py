"""Kept versions out of one archive and into another: for backups."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator
from typing import Any

from dtserve.stores.versions import VersionArchive

__all__ = ["INDEX", "VersionLoader", "dump_versions"]

INDEX = "versions/index.json"
_COLUMNS = ("store", "pathkey", "version", "path", "hash", "time", "who", "why")


def dump_versions(archive: VersionArchive) -> Iterator[tuple[str, bytes]]:
    """The histories of all stores, then each content once, each with its name."""
    with archive.transaction() as connection:
        rows = connection.execute(f"SELECT {', '.join(_COLUMNS)} FROM versions").fetchall()
    yield INDEX, json.dumps([dict(zip(_COLUMNS, row, strict=True)) for row in rows]).encode()
    for digest in sorted({row[4] for row in rows if row[4]}):
        with archive.transaction() as connection:
            found = connection.execute("SELECT data FROM contents WHERE hash = ?", (digest,)).fetchone()
        if found is not None:
            yield f"versions/{digest}", zlib.decompress(found[0])


class VersionLoader:
    """Takes what :func:`dump_versions` gave, in that order; histories that the archive has are left alone."""

    def __init__(self, archive: VersionArchive) -> None:
        self.archive = archive
        self.loaded: set[tuple[str, str]] = set()
        self._wanted: set[str] = set()

    def take(self, name: str, data: bytes) -> None:
        """The next one."""
        if name == INDEX:
            self._histories(json.loads(data))
        elif name.removeprefix("versions/") in self._wanted:
            content = (name.removeprefix("versions/"), len(data), zlib.compress(data, 1))
            with self.archive.transaction() as connection:
                connection.execute("INSERT OR IGNORE INTO contents VALUES (?, ?, ?)", content)

    def _histories(self, rows: list[dict[str, Any]]) -> None:
        with self.archive.transaction() as connection:
            known = set(connection.execute("SELECT DISTINCT store, pathkey FROM versions").fetchall())
            new = [row for row in rows if (row["store"], row["pathkey"]) not in known]
            self._insert(connection, new)
        self.loaded = {(row["store"], row["pathkey"]) for row in new}
        self._wanted = {row["hash"] for row in new if row["hash"]}

    def _insert(self, connection: sqlite3.Connection, rows: list[dict[str, Any]]) -> None:
        marks = ", ".join("?" * len(_COLUMNS))
        values = [tuple(row[name] for name in _COLUMNS) for row in rows]
        connection.executemany(f"INSERT INTO versions VALUES ({marks})", values)

    def undo(self) -> None:
        """Take out what was loaded."""
        with self.archive.transaction() as connection:
            connection.executemany("DELETE FROM versions WHERE store = ? AND pathkey = ?", sorted(self.loaded))
            connection.execute(
                "DELETE FROM contents WHERE NOT EXISTS (SELECT 1 FROM versions v WHERE v.hash = contents.hash)"
            )
