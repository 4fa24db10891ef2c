"""What a MySQL or MariaDB database has, with names found as SQL Server finds them.

``dbo`` and names without schema are the connected database; ``stg.T`` is the table named ``stg.T``
when there is one, else ``T``; it is created as ``stg.T``. Temporary tables are not in the
catalog of the server: those that this session has made are remembered.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dtserve.connections.sql.catalog import CatalogColumn, CatalogTable, TableName
from dtserve.connections.sql.declared_types import from_declared

__all__ = ["MySqlCatalog", "quote"]

DEFAULT_SCHEMAS = ("", "dbo")


def quote(name: str) -> str:
    """A quoted name."""
    return "`" + name.replace("`", "``") + "`"


class MySqlCatalog:
    """Tables by name; ``ask(sql, parameters)`` gives rows."""

    def __init__(self, ask: Callable[[str, tuple[Any, ...]], list[tuple[Any, ...]]]) -> None:
        self.ask = ask
        self._tables: dict[TableName, CatalogTable] = {}

    def forget(self) -> None:
        """Read everything anew."""
        self._tables = {}

    def find(self, name: TableName) -> CatalogTable | None:
        """The table or view, or None."""
        if name not in self._tables:
            found = self._find(name)
            if found is None:
                return None
            self._tables[name] = found
        return self._tables[name]

    def _find(self, name: TableName) -> CatalogTable | None:
        if name.temporary:
            return self._temporary(name)
        plain = name.schema.lower() in DEFAULT_SCHEMAS
        for candidate in [name.name] if plain else [f"{name.schema}.{name.name}", name.name]:
            rows = self.ask(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() "
                "AND LOWER(table_name) = LOWER(%s) ORDER BY BINARY table_name = BINARY %s DESC",
                (candidate, candidate),
            )
            if rows:
                schema = name.schema if candidate != name.name else ""
                return self._read(str(rows[0][0]), schema)
        return None

    def _temporary(self, name: TableName) -> CatalogTable | None:
        plain = name.name.lower()
        try:
            rows = self.ask(f"SHOW FULL COLUMNS FROM {quote(plain)}", ())
        except LookupError:
            return None
        columns = tuple(self._column(r[0], r[1], r[3] == "YES", r[5], r[6], r[8]) for r in rows)
        return CatalogTable.of(name.name, quote(plain), columns)

    def _read(self, name: str, schema: str) -> CatalogTable:
        rows = self.ask(
            "SELECT column_name, column_type, is_nullable = 'YES', column_default, extra, column_comment "
            "FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = %s ORDER BY ordinal_position",
            (name,),
        )
        columns = tuple(self._column(*row) for row in rows)
        return CatalogTable.of(name[len(schema) + 1 :] if schema else name, quote(name), columns, schema)

    def _column(self, name: str, declared: Any, nullable: Any, default: Any, extra: str, comment: str) -> CatalogColumn:
        text = declared.decode() if isinstance(declared, bytes) else str(declared)
        kind = (from_declared(comment, "sqlserver") if comment else None) or from_declared(text, "mysql")
        return CatalogColumn(
            name=name,
            type=kind,
            declared=text,
            nullable=bool(nullable),
            default="" if default is None or default == "NULL" else str(default),
            identity="auto_increment" in extra.lower(),
            computed="GENERATED" in extra.upper() and "DEFAULT_GENERATED" not in extra.upper(),
        )

    def new_path(self, name: TableName) -> str:
        """Where a new table of that name goes; temporary ones in lower case, as the server minds case."""
        if name.temporary:
            return quote(name.name.lower())
        return quote(name.name if name.schema.lower() in DEFAULT_SCHEMAS else f"{name.schema}.{name.name}")
