"""Connection managers and catalogs for tests."""

from __future__ import annotations

from pathlib import Path

from dtserve.connections.environment import Environment
from dtserve.connections.sql.catalog import CatalogColumn, CatalogTable, TableName
from dtserve.connections.sql.declared_types import from_declared
from dtserve.connections.sql.translate_tree import translate_tree
from dtserve.package.model import ConnectionManager
from dtserve.package.xml import parse_xml

__all__ = ["NEW", "OLD", "FakeCatalog", "environment", "manager", "translated"]

NEW = '<DTS:ConnectionManager xmlns:DTS="www.microsoft.com/SqlServer/Dts" DTS:ObjectName="m"><DTS:ObjectData>{}</DTS:ObjectData></DTS:ConnectionManager>'
OLD = '<DTS:ConnectionManager xmlns:DTS="www.microsoft.com/SqlServer/Dts"><DTS:Property DTS:Name="ObjectName">m</DTS:Property><DTS:ObjectData>{}</DTS:ObjectData></DTS:ConnectionManager>'


def environment(folder: Path = Path(), **parts) -> Environment:
    return Environment(folder=folder, **parts)


def manager(creation_name, properties=None, *, name="m", xml="", shape=NEW, sensitive=None):
    """A stored connection manager; ``xml`` is the inside of its ObjectData."""
    root = parse_xml(shape.format(xml).encode()) if xml else None
    return ConnectionManager(
        name=name,
        dtsid="{00000000-0000-0000-0000-000000000001}",
        creation_name=creation_name,
        ref_id=f"Package.ConnectionManagers[{name}]",
        properties=dict(properties or {}),
        sensitive=dict(sensitive or {}),
        xml=root,
    )


class FakeCatalog:
    """Tables that no database holds: ``{"T": {"a": "int"}}``."""

    def __init__(self, family="postgres", tables=None):
        self.sign = "`" if family in ("mysql", "sqlite") else '"'
        self.tables = {
            name.lower(): CatalogTable.of(
                name,
                self.sign + name + self.sign,
                tuple(
                    CatalogColumn(column, from_declared(kind, "sqlserver"), kind) for column, kind in columns.items()
                ),
            )
            for name, columns in (tables or {}).items()
        }

    def find_table(self, name: TableName):
        return self.tables.get(name.name.lower())

    def new_table_path(self, name: TableName):
        return self.sign + name.name + self.sign


def translated(sql, family="postgres", tables=None):
    """The texts of the statements that a T-SQL statement becomes."""
    statements, _ = translate_tree(sql, family, FakeCatalog(family, tables))
    return [statement.text for statement in statements]
