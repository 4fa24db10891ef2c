"""The parts of a home's backup that are no packages: what goes in, how it comes back, how that is undone."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

import sqlalchemy as sa

from dtserve.service.config import ServiceHome
from dtserve.service.state import open_state
from dtserve.stores.restore import Restored
from dtserve.stores.version_transfer import INDEX, VersionLoader, dump_versions

__all__ = ["Identities", "Part", "Versions"]


class Part(ABC):
    """One part of a backup, on one home."""

    name: ClassVar[str]
    """What the names of its files begin with."""

    def __init__(self, home: ServiceHome) -> None:
        self.home = home

    @abstractmethod
    def dump(self) -> Iterator[tuple[str, bytes]]:
        """The files that go into the backup."""

    @abstractmethod
    def load(self, name: str, data: bytes, existing: str) -> Iterable[Restored]:
        """Take a file out of the backup; what became of what is in it."""

    @abstractmethod
    def look(self, name: str, data: bytes, existing: str) -> Iterable[Restored]:
        """What would become of it."""

    @abstractmethod
    def undo(self) -> None:
        """Take back what :meth:`load` did."""


class Identities(Part):
    """Accounts, tokens, grants, roles, rules and schedules of the service: passwords and tokens as hashes only."""

    name: ClassVar[str] = "identities"
    TABLES: ClassVar[tuple[str, ...]] = ("accounts", "tokens", "grants", "roles", "package_rules", "schedules")

    def __init__(self, home: ServiceHome) -> None:
        super().__init__(home)
        self._added: list[tuple[sa.Table, dict[str, Any], dict[str, Any] | None]] = []

    def dump(self) -> Iterator[tuple[str, bytes]]:
        """Each table; nothing where the service never ran."""
        if not self.home.state_path.exists():
            return
        state = open_state(self.home.state_path)
        try:
            with state.read() as connection:
                for table in self._tables(connection):
                    rows = [dict(row) for row in connection.execute(sa.select(table)).mappings()]
                    yield f"identities/{table.name}.json", json.dumps(rows).encode()
        finally:
            state.close()

    def _tables(self, connection: sa.Connection) -> list[sa.Table]:
        metadata = sa.MetaData()
        known = set(sa.inspect(connection).get_table_names())
        metadata.reflect(connection, only=[name for name in self.TABLES if name in known])
        return [metadata.tables[name] for name in self.TABLES if name in metadata.tables]

    def look(self, name: str, data: bytes, existing: str) -> Iterable[Restored]:
        """What would become of each row."""
        return self._rows(name, data, existing, write=False)

    def load(self, name: str, data: bytes, existing: str) -> Iterable[Restored]:
        """Put in the rows that are not there; ``replace`` those that are."""
        return self._rows(name, data, existing, write=True)

    def _rows(self, name: str, data: bytes, existing: str, *, write: bool) -> list[Restored]:
        wanted = name.removeprefix("identities/").removesuffix(".json")
        if not write and not self.home.state_path.exists():
            return [Restored((self.name, wanted), "created") for _ in json.loads(data)]  # looking makes no database
        told: list[Restored] = []
        state = open_state(self.home.state_path)
        try:
            with state.write() if write else state.read() as connection:
                for table in self._tables(connection):
                    if table.name == wanted:
                        told = [self._row(connection, table, row, existing, write) for row in json.loads(data)]
        finally:
            state.close()
        return told

    def _row(
        self, connection: sa.Connection, table: sa.Table, row: dict[str, Any], existing: str, write: bool
    ) -> Restored:
        row = {key: value for key, value in row.items() if key in table.c}
        keys = {column.name: row[column.name] for column in table.primary_key}
        here = sa.and_(*(table.c[key] == value for key, value in keys.items()))
        before = connection.execute(sa.select(table).where(here)).mappings().first()
        path = (self.name, table.name, *(str(value) for value in keys.values()))
        if before is None:
            if write:
                connection.execute(sa.insert(table).values(row))
                self._added.append((table, keys, None))
            return Restored(path, "created")
        if all(before[key] == value for key, value in row.items()):
            return Restored(path, "same")
        if existing == "replace":
            if write:
                connection.execute(sa.update(table).where(here).values(row))
                self._added.append((table, keys, dict(before)))
            return Restored(path, "replaced")
        return Restored(path, "failed" if existing == "fail" else "skipped")

    def undo(self) -> None:
        """Take out the rows that were put in, and put back those that were replaced."""
        state = open_state(self.home.state_path)
        try:
            with state.write() as connection:
                for table, keys, before in reversed(self._added):
                    here = sa.and_(*(table.c[key] == value for key, value in keys.items()))
                    change = sa.delete(table) if before is None else sa.update(table).values(before)
                    connection.execute(change.where(here))
        finally:
            state.close()


class Versions(Part):
    """The kept versions of packages."""

    name: ClassVar[str] = "versions"

    def __init__(self, home: ServiceHome) -> None:
        super().__init__(home)
        self._loader = VersionLoader(home.version_archive)

    def dump(self) -> Iterator[tuple[str, bytes]]:
        """All histories, and each content once."""
        return dump_versions(self.home.version_archive)

    def look(self, name: str, data: bytes, existing: str) -> Iterable[Restored]:
        """Histories are only counted: they never replace others."""
        return self._told(data) if name == INDEX else []

    def load(self, name: str, data: bytes, existing: str) -> Iterable[Restored]:
        """Take in the histories that are not there."""
        self._loader.take(name, data)
        return self._told(data) if name == INDEX else []

    def _told(self, data: bytes) -> list[Restored]:
        count = len({(row["store"], row["pathkey"]) for row in json.loads(data)})
        return [Restored((self.name,), "created", f"{count} histories")]

    def undo(self) -> None:
        """Take them out."""
        self._loader.undo()
        self.home.version_archive.close()
