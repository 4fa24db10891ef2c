"""What a PostgreSQL database has, with names found as SQL Server finds them: without regard to case.

``dbo`` and names without schema are the schema :data:`DBO_SCHEMA` (or the one that the URL names
with ``schema=``); a real schema ``dbo`` comes first when there is one. Other schemas are
schemas here too, and are made when a table is created in them.
"""

from __future__ import annotations

from typing import Any

from dtserve.connections.sql.catalog import CatalogColumn, CatalogTable, TableName
from dtserve.connections.sql.postgres_types import spec_of_oid

__all__ = ["DBO_SCHEMA", "PostgresCatalog", "quote"]

DBO_SCHEMA = "public"
"""The schema that stands for ``dbo``."""

_FIND = """
SELECT n.nspname, c.relname, c.oid
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE lower(c.relname) = lower(%s) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND ((%s AND n.oid = pg_catalog.pg_my_temp_schema()) OR lower(n.nspname) = ANY(%s))
ORDER BY pg_catalog.array_position(%s::text[], lower(n.nspname)::text), c.relname = %s DESC, c.relname
LIMIT 1
"""
_COLUMNS = """
SELECT a.attname, a.atttypid, a.atttypmod, pg_catalog.format_type(a.atttypid, a.atttypmod), NOT a.attnotnull,
       pg_catalog.pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attgenerated, t.typbasetype, t.typtypmod
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""


def quote(name: str) -> str:
    """A quoted name."""
    return '"' + name.replace('"', '""') + '"'


class PostgresCatalog:
    """Tables by name; what was found is kept until the session changes the schema."""

    def __init__(self, connection: Any, default_schema: str = "") -> None:
        self.connection = connection
        self.default_schema = default_schema or DBO_SCHEMA
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

    def _schemas(self, name: TableName) -> list[str]:
        schema = name.schema.lower()
        if schema in ("", "dbo"):
            return ["dbo", self.default_schema.lower()] if schema else [self.default_schema.lower(), "dbo"]
        return [schema]

    def _find(self, name: TableName) -> CatalogTable | None:
        schemas = self._schemas(name)
        found = self.connection.execute(_FIND, (name.name, name.temporary, schemas, schemas, name.name)).fetchone()
        if found is None:
            return None
        schema, table, oid = found
        rows = self.connection.execute(_COLUMNS, (oid,)).fetchall()
        columns = tuple(
            CatalogColumn(
                name=column,
                type=spec_of_oid(base or kind, base_modifier if base else modifier),
                declared=declared,
                nullable=nullable,
                default="" if generated or default is None else default,
                identity=bool(identity) or (default or "").startswith("nextval("),
                computed=bool(generated),
            )
            for column, kind, modifier, declared, nullable, default, identity, generated, base, base_modifier in rows
        )
        path = quote(table) if name.temporary else f"{quote(schema)}.{quote(table)}"
        return CatalogTable.of(table, path, columns, schema)

    def new_path(self, name: TableName) -> str:
        """Where a new table of that name goes."""
        if name.temporary:
            return quote(name.name)
        return f"{quote(self.schema_of(name.schema))}.{quote(name.name)}"

    def schema_of(self, schema: str) -> str:
        """The schema here that stands for one of the package."""
        return self.default_schema if schema.lower() in ("", "dbo") else schema
