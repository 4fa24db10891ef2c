"""Kept versions out of one archive and into another: for backups."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
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
        self._wanted: set[str] = set()

    def new_histories(self, index: bytes) -> list[tuple[str, str]]:
        """The histories that the archive has not, by store and package."""
        with self.archive.transaction() as connection:
            return sorted({(row["store"], row["pathkey"]) for row in self._new(connection, json.loads(index))})

    def _new(self, connection: sqlite3.Connection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        known = set(connection.execute("SELECT DISTINCT store, pathkey FROM versions").fetchall())
        return [row for row in rows if (row["store"], row["pathkey"]) not in known]

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
            new = self._new(connection, rows)
            marks = ", ".join("?" * len(_COLUMNS))
            values = [tuple(row[name] for name in _COLUMNS) for row in new]
            connection.executemany(f"INSERT INTO versions VALUES ({marks})", values)
        self._wanted = {row["hash"] for row in new if row["hash"]}

    def remove(self, histories: Iterable[tuple[str, str]]) -> None:
        """Take out histories, and the contents that nothing else has."""
        with self.archive.transaction() as connection:
            connection.executemany("DELETE FROM versions WHERE store = ? AND pathkey = ?", histories)
            connection.execute(
                "DELETE FROM contents WHERE NOT EXISTS (SELECT 1 FROM versions v WHERE v.hash = contents.hash)"
            )
