"""``sys.tables``, ``INFORMATION_SCHEMA`` and their like, as other databases can answer them.

Packages ask them whether a table exists before they create or drop it. Where a database has
the view itself (INFORMATION_SCHEMA of PostgreSQL and MySQL) that one is asked.
"""

from __future__ import annotations

from dtserve.connections.sql.catalog import TableName
from dtserve.connections.sql.tsql_types import I4, wide
from dtserve.datatypes import TypeSpec

__all__ = ["object_id", "system_columns", "system_view"]

_NAME = wide(128)
_COLUMNS: dict[str, dict[str, TypeSpec]] = {
    "tables": {"name": _NAME, "object_id": I4, "schema_id": I4, "type": _NAME, "type_desc": _NAME},
    "views": {"name": _NAME, "object_id": I4, "schema_id": I4, "type": _NAME, "type_desc": _NAME},
    "objects": {"name": _NAME, "object_id": I4, "schema_id": I4, "type": _NAME, "type_desc": _NAME},
    "sysobjects": {"name": _NAME, "id": I4, "xtype": _NAME, "type": _NAME},
    "schemas": {"name": _NAME, "schema_id": I4},
    "columns": {"name": _NAME, "object_id": I4, "column_id": I4},
    "indexes": {"name": _NAME, "object_id": I4},
    "information_schema.tables": {
        "TABLE_CATALOG": _NAME, "TABLE_SCHEMA": _NAME, "TABLE_NAME": _NAME, "TABLE_TYPE": _NAME,
    },
    "databases": {"name": _NAME, "database_id": I4, "state": I4, "state_desc": _NAME},
    "sysdatabases": {"name": _NAME, "dbid": I4},
    "information_schema.schemata": {"CATALOG_NAME": _NAME, "SCHEMA_NAME": _NAME, "SCHEMA_OWNER": _NAME},
    "information_schema.views": {"TABLE_CATALOG": _NAME, "TABLE_SCHEMA": _NAME, "TABLE_NAME": _NAME},
    "information_schema.columns": {
        "TABLE_CATALOG": _NAME, "TABLE_SCHEMA": _NAME, "TABLE_NAME": _NAME, "COLUMN_NAME": _NAME,
        "ORDINAL_POSITION": I4, "IS_NULLABLE": _NAME, "DATA_TYPE": _NAME,
    },
}  # fmt: skip

_SQLITE_NAME = "CASE WHEN instr(name, '.') > 0 THEN substr(name, instr(name, '.') + 1) ELSE name END COLLATE NOCASE"
_SQLITE_SCHEMA = (
    "CASE WHEN instr(name, '.') > 0 THEN substr(name, 1, instr(name, '.') - 1) ELSE 'dbo' END COLLATE NOCASE"
)
_SQLITE_OBJECTS = (
    f"(SELECT {_SQLITE_NAME} AS name, rowid AS object_id, rowid AS id, tsql_schema_id({_SQLITE_SCHEMA}) AS schema_id, "
    "CASE type WHEN 'view' THEN 'V' ELSE 'U' END AS type, CASE type WHEN 'view' THEN 'V' ELSE 'U' END AS xtype, "
    "CASE type WHEN 'view' THEN 'VIEW' ELSE 'USER_TABLE' END AS type_desc FROM sqlite_master "
    "WHERE name NOT LIKE 'sqlite_%' AND type {types})"
)
_PG_OBJECTS = (
    "(SELECT CAST(c.relname AS TEXT) AS name, CAST(c.oid AS BIGINT) AS object_id, CAST(c.oid AS BIGINT) AS id, "
    "CAST(c.relnamespace AS BIGINT) AS schema_id, CASE WHEN c.relkind = 'v' THEN 'V' ELSE 'U' END AS type, "
    "CASE WHEN c.relkind = 'v' THEN 'V' ELSE 'U' END AS xtype, "
    "CASE WHEN c.relkind = 'v' THEN 'VIEW' ELSE 'USER_TABLE' END AS type_desc "
    "FROM pg_catalog.pg_class c WHERE c.relkind IN {types} AND pg_catalog.pg_table_is_visible(c.oid) IS NOT NULL "
    "AND c.relnamespace NOT IN (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname IN ('pg_catalog', 'information_schema')))"
)
_MY_OBJECTS = (
    "(SELECT table_name AS name, CRC32(table_name) AS object_id, CRC32(table_name) AS id, 1 AS schema_id, IF(table_type = 'VIEW', 'V', 'U') AS type, "
    "IF(table_type = 'VIEW', 'V', 'U') AS xtype, IF(table_type = 'VIEW', 'VIEW', 'USER_TABLE') AS type_desc "
    "FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type {types})"
)
_SQLITE_SCHEMAS = (
    f"(SELECT {_SQLITE_SCHEMA} AS name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' UNION SELECT 'dbo')"
)
_PG_SCHEMA = "CASE {0} WHEN 'public' THEN 'dbo' ELSE CAST({0} AS TEXT) END"
_VIEWS: dict[str, dict[str, str]] = {
    "sqlite": {
        "databases": "(SELECT tsql_db_name() COLLATE NOCASE AS name, 1 AS database_id, 0 AS state, 'ONLINE' AS state_desc)",
        "sysdatabases": "(SELECT tsql_db_name() COLLATE NOCASE AS name, 1 AS dbid)",
        "information_schema.schemata": "(SELECT tsql_db_name() AS CATALOG_NAME, name AS SCHEMA_NAME, 'dbo' AS SCHEMA_OWNER "
        f"FROM {_SQLITE_SCHEMAS})",
        "information_schema.views": f"(SELECT tsql_db_name() AS TABLE_CATALOG, {_SQLITE_SCHEMA} AS TABLE_SCHEMA, "
        f"{_SQLITE_NAME} AS TABLE_NAME FROM sqlite_master WHERE type = 'view')",
        "tables": _SQLITE_OBJECTS.replace("{types}", "= 'table'"),
        "views": _SQLITE_OBJECTS.replace("{types}", "= 'view'"),
        "objects": _SQLITE_OBJECTS.replace("{types}", "IN ('table', 'view')"),
        "sysobjects": _SQLITE_OBJECTS.replace("{types}", "IN ('table', 'view')"),
        "schemas": f"(SELECT DISTINCT {_SQLITE_SCHEMA} AS name, tsql_schema_id({_SQLITE_SCHEMA}) AS schema_id FROM sqlite_master "
        "UNION SELECT 'dbo', 1)",
        "columns": "(SELECT p.name COLLATE NOCASE AS name, m.rowid AS object_id, p.cid + 1 AS column_id FROM sqlite_master m, pragma_table_info(m.name) p)",
        "indexes": "(SELECT i.name COLLATE NOCASE AS name, m.rowid AS object_id FROM sqlite_master i JOIN sqlite_master m "
        "ON m.name = i.tbl_name AND m.type = 'table' WHERE i.type = 'index')",
        "information_schema.tables": f"(SELECT tsql_db_name() AS TABLE_CATALOG, {_SQLITE_SCHEMA} AS TABLE_SCHEMA, {_SQLITE_NAME} AS TABLE_NAME, "
        "CASE type WHEN 'view' THEN 'VIEW' ELSE 'BASE TABLE' END AS TABLE_TYPE FROM sqlite_master "
        "WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%')",
        "information_schema.columns": f"(SELECT tsql_db_name() AS TABLE_CATALOG, {_SQLITE_SCHEMA.replace('name', 'm.name')} AS TABLE_SCHEMA, "
        f"{_SQLITE_NAME.replace('name', 'm.name')} AS TABLE_NAME, p.name COLLATE NOCASE AS COLUMN_NAME, p.cid + 1 AS ORDINAL_POSITION, "
        "CASE p.\"notnull\" WHEN 0 THEN 'YES' ELSE 'NO' END AS IS_NULLABLE, lower(p.type) AS DATA_TYPE "
        "FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.type IN ('table', 'view'))",
    },
    "postgres": {
        "databases": "(SELECT CAST(datname AS TEXT) AS name, CAST(oid AS BIGINT) AS database_id, 0 AS state, "
        "'ONLINE' AS state_desc FROM pg_catalog.pg_database WHERE NOT datistemplate)",
        "sysdatabases": "(SELECT CAST(datname AS TEXT) AS name, CAST(oid AS BIGINT) AS dbid "
        "FROM pg_catalog.pg_database WHERE NOT datistemplate)",
        "information_schema.schemata": f'(SELECT CAST(current_database() AS TEXT) AS "CATALOG_NAME", '
        f'{_PG_SCHEMA.format("nspname")} AS "SCHEMA_NAME", CAST(pg_get_userbyid(nspowner) AS TEXT) AS "SCHEMA_OWNER" '
        "FROM pg_catalog.pg_namespace WHERE nspname NOT LIKE 'pg\\_%')",
        "information_schema.views": f'(SELECT table_catalog AS "TABLE_CATALOG", {_PG_SCHEMA.format("table_schema")} AS "TABLE_SCHEMA", '
        'table_name AS "TABLE_NAME" FROM information_schema.views)',
        "tables": _PG_OBJECTS.replace("{types}", "('r', 'p')"),
        "views": _PG_OBJECTS.replace("{types}", "('v')"),
        "objects": _PG_OBJECTS.replace("{types}", "('r', 'p', 'v')"),
        "sysobjects": _PG_OBJECTS.replace("{types}", "('r', 'p', 'v')"),
        "schemas": "(SELECT CASE nspname WHEN 'public' THEN 'dbo' ELSE CAST(nspname AS TEXT) END AS name, CAST(oid AS BIGINT) AS schema_id "
        "FROM pg_catalog.pg_namespace)",
        "columns": "(SELECT CAST(attname AS TEXT) AS name, CAST(attrelid AS BIGINT) AS object_id, attnum AS column_id "
        "FROM pg_catalog.pg_attribute WHERE attnum > 0 AND NOT attisdropped)",
        "indexes": "(SELECT CAST(c.relname AS TEXT) AS name, CAST(i.indrelid AS BIGINT) AS object_id "
        "FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid)",
        "information_schema.tables": "(SELECT table_catalog AS \"TABLE_CATALOG\", CASE table_schema WHEN 'public' THEN 'dbo' ELSE table_schema END AS \"TABLE_SCHEMA\", "
        'table_name AS "TABLE_NAME", table_type AS "TABLE_TYPE" FROM information_schema.tables)',
        "information_schema.columns": "(SELECT table_catalog AS \"TABLE_CATALOG\", CASE table_schema WHEN 'public' THEN 'dbo' ELSE table_schema END AS \"TABLE_SCHEMA\", "
        'table_name AS "TABLE_NAME", column_name AS "COLUMN_NAME", ordinal_position AS "ORDINAL_POSITION", is_nullable AS "IS_NULLABLE", '
        'data_type AS "DATA_TYPE" FROM information_schema.columns)',
    },
    "mysql": {
        "databases": "(SELECT schema_name AS name, CRC32(schema_name) AS database_id, 0 AS state, 'ONLINE' AS state_desc "
        "FROM information_schema.schemata)",
        "sysdatabases": "(SELECT schema_name AS name, CRC32(schema_name) AS dbid FROM information_schema.schemata)",
        "information_schema.schemata": "(SELECT DATABASE() AS CATALOG_NAME, 'dbo' AS SCHEMA_NAME, 'dbo' AS SCHEMA_OWNER)",
        "information_schema.views": "(SELECT table_catalog AS TABLE_CATALOG, 'dbo' AS TABLE_SCHEMA, table_name AS TABLE_NAME "
        "FROM information_schema.views WHERE table_schema = DATABASE())",
        "tables": _MY_OBJECTS.replace("{types}", "= 'BASE TABLE'"),
        "views": _MY_OBJECTS.replace("{types}", "= 'VIEW'"),
        "objects": _MY_OBJECTS.replace("{types}", "IN ('BASE TABLE', 'VIEW')"),
        "sysobjects": _MY_OBJECTS.replace("{types}", "IN ('BASE TABLE', 'VIEW')"),
        "schemas": "(SELECT 'dbo' AS name, 1 AS schema_id)",
        "information_schema.tables": "(SELECT table_catalog AS TABLE_CATALOG, 'dbo' AS TABLE_SCHEMA, table_name AS TABLE_NAME, table_type AS TABLE_TYPE "
        "FROM information_schema.tables WHERE table_schema = DATABASE())",
        "information_schema.columns": "(SELECT table_catalog AS TABLE_CATALOG, 'dbo' AS TABLE_SCHEMA, table_name AS TABLE_NAME, column_name AS COLUMN_NAME, "
        "ordinal_position AS ORDINAL_POSITION, is_nullable AS IS_NULLABLE, data_type AS DATA_TYPE FROM information_schema.columns "
        "WHERE table_schema = DATABASE())",
    },
}


def _key(name: TableName) -> str:
    schema, plain = name.schema.lower(), name.name.lower()
    if schema == "sys":
        return plain
    if schema == "information_schema":
        return f"{schema}.{plain}"
    return plain if plain in ("sysobjects", "sysdatabases") and schema in ("", "dbo") else ""


def system_view(family: str, name: TableName) -> str | None:
    """The text that answers a system view; None for an ordinary table or a view nobody answers."""
    return _VIEWS.get(family, {}).get(_key(name))


def system_columns(name: TableName) -> dict[str, tuple[str, TypeSpec | None]]:
    """The columns of a system view by lower-case name."""
    return {column.lower(): (column, kind) for column, kind in _COLUMNS.get(_key(name), {}).items()}


def object_id(family: str, path: str, name: str) -> str:
    """``OBJECT_ID('x')`` for a table that stands at ``path`` under ``name``: what ``object_id`` of the views shows."""
    plain = name.replace("'", "''")
    if family == "sqlite":
        master = "temp.sqlite_master" if path.startswith("temp.") else "sqlite_master"
        return f"(SELECT rowid FROM {master} WHERE name = '{plain}')"
    if family == "postgres":
        quoted = path.replace("'", "''")
        return f"CAST(CAST('{quoted}' AS regclass) AS BIGINT)"
    return f"CRC32('{plain}')"
