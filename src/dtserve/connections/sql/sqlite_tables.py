"""Tables of T-SQL in SQLite.

Column types keep SQL Server's names, from which sessions read the SSIS types back; as SQLite
itself minds neither lengths nor ranges, they become CHECKs. Texts compare without case
(NOCASE, ASCII letters), like SQL Server's usual collation; a case-sensitive collation
gives BINARY. An identity column is an AUTOINCREMENT key; another primary key beside it
becomes UNIQUE.
"""

from __future__ import annotations

from typing import Any

from dtserve.connections.sql.catalog import CatalogTable, TableName
from dtserve.connections.sql.declared_types import from_declared
from dtserve.connections.sql.rewrite_ddl import condition_text, expression_text, foreign_text
from dtserve.connections.sql.scope import Scope
from dtserve.connections.sql.sqlite_catalog import quote, unquoted
from dtserve.connections.sql.tsql_table import ColumnDefinition, TableDefinition
from dtserve.datatypes import DT, TypeSpec

__all__ = ["SqliteTables"]

TEXT_COLLATION = "NOCASE"
"""How texts of translated tables compare, in place of SQL Server's case-insensitive collations."""

_MAX = "(2147483647)"
"""``(max)``: SQLite takes only numbers there."""

_NATIVE_NOW = {
    "tsql_getdate()": "strftime('%Y-%m-%d %H:%M:%f', 'now', 'localtime')",
    "tsql_sysdatetime()": "strftime('%Y-%m-%d %H:%M:%f', 'now', 'localtime')",
    "tsql_getutcdate()": "strftime('%Y-%m-%d %H:%M:%f', 'now')",
    "tsql_sysutcdatetime()": "strftime('%Y-%m-%d %H:%M:%f', 'now')",
}
"""Defaults are evaluated by whoever inserts, also programs without our functions."""


class SqliteTables:
    """The part of SQLite's rules that DDL uses."""

    def quote(self, name: str) -> str:
        """A quoted name."""
        return quote(name)

    def column_type(self, column: ColumnDefinition) -> tuple[str, TypeSpec]:
        """Declared type and SSIS type; raises ValueError for a type nobody knows."""
        text = column.type.replace("[", "").replace("]", "")
        spec = from_declared(text, "sqlserver")
        if spec is None:
            raise ValueError(f"the type {column.type} of {column.name} is not known")
        word = text.split("(")[0].strip().upper()
        if word in ("ROWVERSION", "TIMESTAMP"):
            return "BINARY(8)", spec
        if word == "REAL":
            return "FLOAT(24)", spec
        if word in ("DECIMAL", "NUMERIC") and "(" not in text:
            return f"{word}(18,0)", spec
        if word == "INTEGER":
            return "INT", spec
        return " ".join(text.upper().split()).replace("(MAX)", _MAX), spec

    def type_of_spec(self, spec: TypeSpec | None) -> str:
        """A declared type for a column of a query; empty for an unknown one."""
        if spec is None:
            return ""
        names = {
            DT.BOOL: "BIT", DT.I1: "SMALLINT", DT.UI1: "TINYINT", DT.I2: "SMALLINT", DT.UI2: "INT", DT.I4: "INT",
            DT.UI4: "BIGINT", DT.I8: "BIGINT", DT.UI8: "DECIMAL(20,0)", DT.R4: "FLOAT(24)", DT.R8: "FLOAT", DT.CY: "MONEY",
            DT.DBDATE: "DATE", DT.DBTIME: "TIME", DT.DBTIME2: "TIME", DT.DBTIMESTAMP: "DATETIME", DT.DATE: "DATETIME",
            DT.DBTIMESTAMP2: "DATETIME2", DT.DBTIMESTAMPOFFSET: "DATETIMEOFFSET", DT.GUID: "UNIQUEIDENTIFIER",
            DT.TEXT: f"VARCHAR{_MAX}", DT.NTEXT: f"NVARCHAR{_MAX}", DT.IMAGE: f"VARBINARY{_MAX}", DT.FILETIME: "DATETIME",
        }  # fmt: skip
        if spec.dt in names:
            return names[spec.dt]
        if spec.dt is DT.NUMERIC:
            return f"DECIMAL({spec.precision},{spec.scale})"
        if spec.dt is DT.DECIMAL:
            return f"DECIMAL(29,{spec.scale})"
        word = {DT.STR: "VARCHAR", DT.WSTR: "NVARCHAR", DT.BYTES: "VARBINARY"}.get(spec.dt, "NVARCHAR")
        return f"{word}({spec.length})" if spec.length else f"{word}{_MAX}"

    def table_lines(self, job: Any, table: TableDefinition, scope: Scope) -> list[str]:
        """The lines between the parentheses of CREATE TABLE."""
        identity = next((column for column in table.columns if column.identity is not None), None)
        lines = [self._line(job, table, column, scope) for column in table.columns]
        keys = list(table.uniques)
        if table.primary and identity is not None and [n.lower() for n in table.primary] != [identity.name.lower()]:
            keys.append(table.primary)
        elif table.primary and identity is None:
            lines.append(f"PRIMARY KEY ({', '.join(self.quote(name) for name in table.primary)})")
        lines.extend(f"UNIQUE ({', '.join(self.quote(name) for name in key)})" for key in keys)
        lines.extend(f"CHECK ({condition_text(job, check, scope)})" for check in table.checks)
        lines.extend(foreign_text(job, key) for key in table.foreign)
        lines.extend(foreign_text(job, column.refers) for column in table.columns if column.refers is not None)
        return lines

    def _line(self, job: Any, table: TableDefinition, column: ColumnDefinition, scope: Scope) -> str:
        name = self.quote(column.name)
        if column.computed:
            return f"{name} GENERATED ALWAYS AS ({expression_text(job, column.computed, scope)})"
        declared, spec = self.column_type(column)
        if column.identity is not None:
            if column.identity[1] != 1:
                raise ValueError("identity columns count up by 1")
            return f"{name} INTEGER PRIMARY KEY AUTOINCREMENT /* {declared} */"
        parts = [name, declared]
        if spec.family == "text":
            sensitive = "_CS" in column.collation.upper() or "_BIN" in column.collation.upper()
            parts.append(f"COLLATE {'BINARY' if sensitive else TEXT_COLLATION}")
        if not column.nullable or column.name.lower() in [n.lower() for n in table.primary]:
            parts.append("NOT NULL")
        if column.unique:
            parts.append("UNIQUE")
        if column.default:
            default = expression_text(job, column.default, Scope(), spec)
            for ours, native in _NATIVE_NOW.items():
                default = default.replace(ours, native)
            parts.append(f"DEFAULT ({default})")
        check = self._check(name, spec)
        if check:
            parts.append(f"CHECK ({check})")
        if column.check:
            parts.append(f"CHECK ({condition_text(job, column.check, scope)})")
        return " ".join(parts)

    def _check(self, name: str, spec: TypeSpec) -> str:
        if spec.dt in (DT.STR, DT.WSTR, DT.BYTES) and spec.length:
            return f"length({name}) <= {spec.length}"
        if spec.dt in (DT.UI1, DT.I2, DT.I4):
            return f"{name} BETWEEN {spec.info.low} AND {spec.info.high}"
        if spec.dt is DT.BOOL:
            return f"{name} IN (0, 1)"
        if spec.dt is DT.NUMERIC and spec.precision - spec.scale <= 18:
            limit = 10 ** (spec.precision - spec.scale)
            return f"{name} > -{limit} AND {name} < {limit}"
        return ""

    def before_table(self, job: Any, name: TableName) -> list[str]:
        """What must be there before a table: nothing."""
        return []

    def after_table(self, job: Any, table: TableDefinition, path: str) -> list[str]:
        """The first number of an identity column that does not begin at 1."""
        for column in table.columns:
            if column.identity is not None and column.identity[0] != 1:
                plain = unquoted(path).replace("'", "''")
                return [f"INSERT INTO sqlite_sequence (name, seq) VALUES ('{plain}', {column.identity[0] - 1})"]
        return []

    def truncate(self, path: str, table: CatalogTable | None) -> list[str]:
        """TRUNCATE TABLE: all rows, and identity from the start."""
        texts = [f"DELETE FROM {path}"]
        if table is not None and any(column.identity for column in table.columns):
            plain = table.name.replace("'", "''")
            stored = f"{table.schema}.{plain}" if table.schema else plain
            texts.append(f"DELETE FROM sqlite_sequence WHERE name = '{stored}'")
        return texts

    def create_schema(self, job: Any, name: str) -> None:
        """Schemas are part of the names of tables."""

    def drop_schema(self, job: Any, clause: str, name: str) -> None:
        """Schemas are part of the names of tables."""

    def create_index(self, unique: str, name: str, path: str, columns: str, where: str) -> str:
        """CREATE INDEX; names of indexes are unique in the whole database here, so the table's name is part of them."""
        return f"CREATE {unique}INDEX {self.quote(f'{unquoted(path)}_{name}')} ON {path} ({columns}){where}"

    def drop_index(self, job: Any, clause: str, name: str, table: TableName) -> str:
        """DROP INDEX."""
        found = job.catalog.find_table(table)
        path = found.path if found is not None else job.catalog.new_table_path(table)
        return f"DROP INDEX {clause}{self.quote(f'{unquoted(path)}_{name}')}"

    def add_to_table(self, job: Any, path: str, added: TableDefinition, found: CatalogTable | None) -> None:
        """ALTER TABLE … ADD: columns, and keys as unique indexes."""
        if added.checks or added.foreign:
            raise job.refuse("SQLite adds no constraint to a table that exists")
        columns = {c.name.lower(): (c.name, c.type) for c in found.columns} if found is not None else {}
        scope = Scope()
        for column in added.columns:
            job.add(f"ALTER TABLE {path} ADD COLUMN {self._line(job, added, column, scope)}")
        for number, key in enumerate([*added.uniques, *([added.primary] if added.primary else [])]):
            spelled = [columns.get(name.lower(), (name, None))[0] for name in key]
            name = "_".join(["key", *spelled, str(number)])
            job.add(self.create_index("UNIQUE ", name, path, ", ".join(self.quote(n) for n in spelled), ""))

    def alter_column(self, job: Any, path: str, column: ColumnDefinition) -> None:
        """ALTER COLUMN."""
        raise job.refuse("SQLite does not change the type of a column")

    def drop_constraint(self, job: Any, path: str, text: str) -> None:
        """DROP CONSTRAINT."""
        raise job.refuse("SQLite does not drop constraints")
