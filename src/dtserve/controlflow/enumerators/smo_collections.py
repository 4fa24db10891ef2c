"""The collections of SQL Server's objects that the SMO enumerator lists, and the catalog queries that answer (CONTROL_FLOW §7.2)."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["COLLECTIONS", "Collection"]


class Collection(NamedTuple):
    """``element`` is the name of one object in a URN; queries give name and schema (NULL for none).

    ``sql`` is SQL Server's, with ``{db}`` before each catalog view and ``{object}`` for the quoted name of the
    table or view; ``portable`` is the one for other databases, empty where they have no such objects.
    """

    element: str
    sql: str
    portable: str = ""


def _objects(types: str) -> str:
    return (
        "SELECT o.name, s.name FROM {db}sys.objects o JOIN {db}sys.schemas s ON s.schema_id = o.schema_id "
        f"WHERE o.type IN ({types}) AND o.is_ms_shipped = 0 ORDER BY s.name, o.name"
    )


def _inside(view: str, condition: str = "") -> str:
    return f"SELECT name, NULL FROM {{db}}sys.{view} WHERE {condition}object_id = OBJECT_ID({{object}}) ORDER BY 1"


def _tables(kind: str) -> str:
    return (
        f"SELECT TABLE_NAME, TABLE_SCHEMA FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_TYPE = '{kind}' "
        "ORDER BY TABLE_SCHEMA, TABLE_NAME"
    )


_COLUMNS = Collection(
    "Column",
    "SELECT name, NULL FROM {db}sys.columns WHERE object_id = OBJECT_ID({object}) ORDER BY column_id",
    "SELECT COLUMN_NAME, NULL FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = {table} ORDER BY ORDINAL_POSITION",
)

COLLECTIONS: dict[tuple[str, str], Collection] = {
    ("Server", "Databases"): Collection(
        "Database", "SELECT name, NULL FROM sys.databases ORDER BY name", "SELECT name, NULL FROM sys.databases ORDER BY name"
    ),
    ("Server", "Logins"): Collection(
        "Login", "SELECT name, NULL FROM sys.server_principals WHERE type IN ('S', 'U', 'G') ORDER BY name"
    ),
    ("Server", "Roles"): Collection("Role", "SELECT name, NULL FROM sys.server_principals WHERE type = 'R' ORDER BY name"),
    ("Server", "LinkedServers"): Collection(
        "LinkedServer", "SELECT name, NULL FROM sys.servers WHERE is_linked = 1 ORDER BY name"
    ),
    ("Server", "BackupDevices"): Collection("BackupDevice", "SELECT name, NULL FROM sys.backup_devices ORDER BY name"),
    ("Server", "Endpoints"): Collection("Endpoint", "SELECT name, NULL FROM sys.endpoints ORDER BY name"),
    ("JobServer", "Jobs"): Collection("Job", "SELECT name, NULL FROM msdb.dbo.sysjobs ORDER BY name"),
    ("JobServer", "Operators"): Collection("Operator", "SELECT name, NULL FROM msdb.dbo.sysoperators ORDER BY name"),
    ("Database", "Tables"): Collection("Table", _objects("'U'"), _tables("BASE TABLE")),
    ("Database", "Views"): Collection("View", _objects("'V'"), _tables("VIEW")),
    ("Database", "StoredProcedures"): Collection("StoredProcedure", _objects("'P', 'PC'")),
    ("Database", "UserDefinedFunctions"): Collection("UserDefinedFunction", _objects("'FN', 'IF', 'TF', 'FS', 'FT'")),
    ("Database", "UserDefinedAggregates"): Collection("UserDefinedAggregate", _objects("'AF'")),
    ("Database", "Synonyms"): Collection("Synonym", _objects("'SN'")),
    ("Database", "Sequences"): Collection("Sequence", _objects("'SO'")),
    ("Database", "Schemas"): Collection(
        "Schema",
        "SELECT name, NULL FROM {db}sys.schemas ORDER BY name",
        "SELECT SCHEMA_NAME, NULL FROM INFORMATION_SCHEMA.SCHEMATA ORDER BY SCHEMA_NAME",
    ),
    ("Database", "Users"): Collection(
        "User", "SELECT name, NULL FROM {db}sys.database_principals WHERE type IN ('S', 'U', 'G') ORDER BY name"
    ),
    ("Database", "Roles"): Collection(
        "Role", "SELECT name, NULL FROM {db}sys.database_principals WHERE type = 'R' ORDER BY name"
    ),
    ("Database", "Triggers"): Collection(
        "DdlTrigger", "SELECT name, NULL FROM {db}sys.triggers WHERE parent_class = 0 ORDER BY name"
    ),
    ("Database", "Assemblies"): Collection("SqlAssembly", "SELECT name, NULL FROM {db}sys.assemblies ORDER BY name"),
    ("Database", "FileGroups"): Collection("FileGroup", "SELECT name, NULL FROM {db}sys.filegroups ORDER BY name"),
    ("Database", "LogFiles"): Collection(
        "LogFile", "SELECT name, NULL FROM {db}sys.database_files WHERE type = 1 ORDER BY name"
    ),
    ("Table", "Columns"): _COLUMNS,
    ("View", "Columns"): _COLUMNS,
    ("Table", "Indexes"): Collection("Index", _inside("indexes", "index_id > 0 AND ")),
    ("View", "Indexes"): Collection("Index", _inside("indexes", "index_id > 0 AND ")),
    ("Table", "Triggers"): Collection("Trigger", _inside("triggers").replace("object_id", "parent_id", 1)),
    ("View", "Triggers"): Collection("Trigger", _inside("triggers").replace("object_id", "parent_id", 1)),
    ("Table", "ForeignKeys"): Collection("ForeignKey", _inside("foreign_keys").replace("object_id", "parent_object_id", 1)),
    ("Table", "Checks"): Collection("Check", _inside("check_constraints").replace("object_id", "parent_object_id", 1)),
    ("Table", "Statistics"): Collection("Statistic", _inside("stats")),
    ("StoredProcedure", "Parameters"): Collection(
        "Param", "SELECT name, NULL FROM {db}sys.parameters WHERE object_id = OBJECT_ID({object}) ORDER BY parameter_id"
    ),
}  # fmt: skip
"""Where the collection is, and its name (``SMOEnumObj``) → how it is listed."""
