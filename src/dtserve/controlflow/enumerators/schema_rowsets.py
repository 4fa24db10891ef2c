"""The schema rowsets of OLE DB that the schema rowset enumerator lists: GUIDs, queries, restrictions (CONTROL_FLOW §7.2).

Columns stand in OLE DB's order; what a catalog does not tell is NULL. Queries of ``SQL_SERVER`` ask its catalog views,
the others work on every database.
"""

from __future__ import annotations

__all__ = ["INFORMATION", "RESTRICTED", "ROWSETS", "SQL_SERVER", "rowset_name"]

GUID_TAIL = "-5cf3-11ce-ade5-00aa0044773d"

ROWSETS = {
    "c8b52211": "catalogs",
    "c8b52214": "columns",
    "c8b522c4": "foreign keys",
    "c8b5221e": "indexes",
    "c8b522c5": "primary keys",
    "c8b522b8": "procedure parameters",
    "c8b52224": "procedures",
    "c8b52225": "schemata",
    "c8b52229": "tables",
    "c8b5222d": "views",
}
"""First group of the GUID → what the rowset lists."""

INFORMATION = {
    "tables": "SELECT TABLE_CATALOG, TABLE_SCHEMA, TABLE_NAME, CASE TABLE_TYPE WHEN 'BASE TABLE' THEN 'TABLE' ELSE TABLE_TYPE END "
    "FROM INFORMATION_SCHEMA.TABLES ORDER BY TABLE_TYPE, TABLE_CATALOG, TABLE_SCHEMA, TABLE_NAME",
    "views": "SELECT TABLE_CATALOG, TABLE_SCHEMA, TABLE_NAME FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_TYPE = 'VIEW' "
    "ORDER BY TABLE_CATALOG, TABLE_SCHEMA, TABLE_NAME",
    "columns": "SELECT TABLE_CATALOG, TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, NULL, NULL, ORDINAL_POSITION, "
    "NULL, NULL, NULL, CASE IS_NULLABLE WHEN 'YES' THEN 1 ELSE 0 END, DATA_TYPE FROM INFORMATION_SCHEMA.COLUMNS "
    "ORDER BY TABLE_CATALOG, TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION",
    "schemata": "SELECT CATALOG_NAME, SCHEMA_NAME, SCHEMA_OWNER FROM INFORMATION_SCHEMA.SCHEMATA "
    "ORDER BY CATALOG_NAME, SCHEMA_NAME",
    "catalogs": "SELECT name, NULL FROM sys.databases ORDER BY name",
}

_PLACE = "DB_NAME(), SCHEMA_NAME({0}.schema_id), {0}.name"

SQL_SERVER = {
    "procedures": f"SELECT {_PLACE.format('p')}, CAST(3 AS smallint), NULL, NULL, p.create_date, p.modify_date "
    "FROM sys.procedures p WHERE p.is_ms_shipped = 0 ORDER BY 1, 2, 3",
    "procedure parameters": f"SELECT {_PLACE.format('p')}, a.name, a.parameter_id, "
    "CAST(CASE a.is_output WHEN 1 THEN 2 ELSE 1 END AS smallint), a.has_default_value, NULL, CAST(1 AS bit), NULL, "
    "a.max_length, NULL, a.precision, a.scale, NULL, TYPE_NAME(a.user_type_id) FROM sys.procedures p "
    "JOIN sys.parameters a ON a.object_id = p.object_id WHERE p.is_ms_shipped = 0 ORDER BY 1, 2, 3, 5",
    "primary keys": f"SELECT {_PLACE.format('t')}, COL_NAME(c.object_id, c.column_id), NULL, NULL, c.key_ordinal, i.name "
    "FROM sys.tables t JOIN sys.indexes i ON i.object_id = t.object_id AND i.is_primary_key = 1 "
    "JOIN sys.index_columns c ON c.object_id = i.object_id AND c.index_id = i.index_id ORDER BY 1, 2, 3, 7",
    "foreign keys": f"SELECT {_PLACE.format('r')}, COL_NAME(c.referenced_object_id, c.referenced_column_id), NULL, NULL, "
    f"{_PLACE.format('t')}, COL_NAME(c.parent_object_id, c.parent_column_id), NULL, NULL, c.constraint_column_id, "
    "REPLACE(k.update_referential_action_desc, '_', ' '), REPLACE(k.delete_referential_action_desc, '_', ' '), "
    "(SELECT i.name FROM sys.indexes i WHERE i.object_id = k.referenced_object_id AND i.index_id = k.key_index_id), "
    "k.name, CAST(3 AS smallint) FROM sys.foreign_keys k JOIN sys.foreign_key_columns c ON c.constraint_object_id = "
    "k.object_id JOIN sys.tables t ON t.object_id = k.parent_object_id JOIN sys.tables r ON r.object_id = "
    "k.referenced_object_id ORDER BY 7, 8, 9, 17, 13",
    "indexes": f"SELECT {_PLACE.format('t')}, DB_NAME(), SCHEMA_NAME(t.schema_id), i.name, i.is_primary_key, i.is_unique, "
    "CAST(CASE i.type WHEN 1 THEN 1 ELSE 0 END AS bit), CAST(1 AS smallint), i.fill_factor, NULL, NULL, NULL, "
    "CAST(1 AS bit), NULL, c.key_ordinal, COL_NAME(c.object_id, c.column_id) FROM sys.tables t JOIN sys.indexes i "
    "ON i.object_id = t.object_id AND i.index_id > 0 JOIN sys.index_columns c ON c.object_id = i.object_id "
    "AND c.index_id = i.index_id AND c.key_ordinal > 0 ORDER BY 8 DESC, 10, 1, 2, 6, 17",
}

RESTRICTED = {"indexes": (0, 1, 5, 9, 2), "foreign keys": (0, 1, 2, 6, 7, 8)}
"""Rowset → the column that each restriction compares, where that is not the one of the same number."""


def rowset_name(guid: str) -> str:
    """What the rowset of a GUID lists; empty for one that is not known.

    >>> rowset_name("{C8B52229-5CF3-11CE-ADE5-00AA0044773D}")
    'tables'
    """
    plain = guid.strip().strip("{}").lower()
    return ROWSETS.get(plain[:8], "") if plain.endswith(GUID_TAIL) else ""
