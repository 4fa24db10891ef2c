"""What a SQLite database has, with names found as SQL Server finds them.

SQLite has no schemas. ``dbo.T`` and ``T`` are the table ``T``; ``stg.T`` is the table named
``stg.T`` when there is one, else ``T`` (a database prepared by hand), and is created as ``stg.T`` so
that tables of the same name in two schemas stay apart. The database part of a name is dropped.
"""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from dtserve.connections.sql.catalog import CatalogColumn, CatalogTable, TableName
from dtserve.connections.sql.declared_types import from_declared
from dtserve.datatypes import TypeSpec

__all__ = ["DEFAULT_SCHEMAS", "SqliteCatalog"]

DEFAULT_SCHEMAS = ("", "dbo", "main")
"""Schemas whose tables have no prefix."""

_VIEW = "dtserve_described"


def quote(name: str) -> str:
    """A quoted name: in backticks, because SQLite takes an unknown name in double quotes for a text."""
    return "`" + name.replace("`", "``") + "`"


def unquoted(path: str) -> str:
    """The name behind :func:`quote`, without ``temp.``."""
    return path.removeprefix("temp.").strip("`").replace("``", "`")


class SqliteCatalog:
    """Tables by name; read again when SQLite says that the schema has changed."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._names: dict[str, list[str]] = {}
        self._temporary: dict[str, str] = {}
        self._tables: dict[TableName, CatalogTable | None] = {}
        self._read: Any = None

    def generation(self) -> tuple[int, int]:
        """SQLite's own counters of schema changes."""
        main = self.connection.execute("PRAGMA main.schema_version").fetchone()[0]
        temporary = self.connection.execute("PRAGMA temp.schema_version").fetchone()[0]
        return main, temporary

    def find(self, name: TableName) -> CatalogTable | None:
        """The table or view, or None."""
        now = self.generation()
        if now != self._read:
            self._load()
            self._read = now
        if name not in self._tables:
            self._tables[name] = self._find(name)
        return self._tables[name]

    def _load(self) -> None:
        self._tables = {}
        self._names = {}
        for (found,) in self.connection.execute("SELECT name FROM main.sqlite_master WHERE type IN ('table', 'view')"):
            self._names.setdefault(found.lower(), []).append(found)
        rows = self.connection.execute("SELECT name FROM temp.sqlite_master WHERE type = 'table'")
        self._temporary = {found.lower(): found for (found,) in rows}

    def _find(self, name: TableName) -> CatalogTable | None:
        if name.temporary:
            found = self._temporary.get(name.name.lower())
            return self._read_table(found, "temp", "") if found else None
        schema = name.schema.lower()
        wanted = [name.name] if schema in DEFAULT_SCHEMAS else [f"{name.schema}.{name.name}", name.name]
        for candidate in wanted:
            spelled = self._names.get(candidate.lower(), [])
            if spelled:
                best = candidate if candidate in spelled else spelled[0]
                prefix = name.schema if best.lower() != name.name.lower() else ""
                return self._read_table(best, "main", prefix)
        return None

    def new_path(self, name: TableName) -> str:
        """Where a new table of that name goes."""
        if name.temporary:
            return f"temp.{quote(name.name)}"
        plain = name.name if name.schema.lower() in DEFAULT_SCHEMAS else f"{name.schema}.{name.name}"
        return quote(plain)

    def _read_table(self, name: str, database: str, schema: str) -> CatalogTable:
        rows = self.connection.execute(f"PRAGMA {database}.table_xinfo({quote(name)})").fetchall()
        master = self.connection.execute(f"SELECT sql FROM {database}.sqlite_master WHERE name = ?", (name,))
        definition = str((master.fetchone() or ("",))[0] or "")
        counts = "AUTOINCREMENT" in definition.upper()
        counted = re.search(r"AUTOINCREMENT /\* ([\w(), ]+) \*/", definition)
        columns = tuple(
            CatalogColumn(
                name=column,
                type=from_declared(counted[1] if counted and key and declared == "INTEGER" else declared, "sqlite"),
                declared=declared,
                nullable=not required and not (key and declared.upper() == "INTEGER"),
                default="" if default is None else str(default),
                identity=bool(counts and key and declared.upper() == "INTEGER"),
                computed=hidden in (2, 3),
            )
            for _, column, declared, required, default, key, hidden in rows
        )
        path = quote(name) if database == "main" else f"{database}.{quote(name)}"
        plain = name[len(schema) + 1 :] if schema else name
        return CatalogTable.of(plain, path, columns, schema)

    def view_columns(self, query: str) -> list[tuple[str, TypeSpec | None]] | None:
        """Names and declared types of a query's columns, by way of a temporary view; None when it cannot be one."""
        try:
            self.connection.execute(f"CREATE TEMP VIEW {_VIEW} AS {query}")
        except sqlite3.Error:
            return None
        try:
            rows = self.connection.execute(f"PRAGMA temp.table_info({_VIEW})").fetchall()
        except sqlite3.Error:
            return None
        finally:
            self.connection.execute(f"DROP VIEW temp.{_VIEW}")
            self._read = None
        return [(str(row[1]), from_declared(str(row[2]), "sqlite")) for row in rows]
