"""Tables of T-SQL in MySQL and MariaDB.

Each column's T-SQL type stands in its COMMENT, from which sessions read the SSIS type back.
"""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from dtserve.connections.sql.catalog import CatalogTable, TableName
from dtserve.connections.sql.declared_types import from_declared
from dtserve.connections.sql.rewrite_ddl import condition_text, expression_text, foreign_text
from dtserve.connections.sql.scope import Scope
from dtserve.connections.sql.tsql_table import ColumnDefinition, TableDefinition
from dtserve.datatypes import DT, TypeSpec

__all__ = ["MySqlTables"]

WIDE_TEXT = 1000
"""Longer texts are TEXT: a row of VARCHARs may have 65,535 bytes in all."""

_NAMES = {
    DT.BOOL: "TINYINT(1)", DT.I1: "TINYINT", DT.UI1: "TINYINT UNSIGNED", DT.I2: "SMALLINT", DT.UI2: "SMALLINT UNSIGNED",
    DT.I4: "INT", DT.UI4: "INT UNSIGNED", DT.I8: "BIGINT", DT.UI8: "BIGINT UNSIGNED", DT.R4: "FLOAT", DT.R8: "DOUBLE",
    DT.CY: "DECIMAL(19,4)", DT.DBDATE: "DATE", DT.DBTIMESTAMP: "DATETIME(3)", DT.DATE: "DATETIME(3)",
    DT.FILETIME: "DATETIME(6)", DT.GUID: "CHAR(36)", DT.TEXT: "LONGTEXT", DT.NTEXT: "LONGTEXT", DT.IMAGE: "LONGBLOB",
}  # fmt: skip


class MySqlTables:
    """The part of MySQL's rules that DDL and changes of joins use."""

    def quote(self, name: str) -> str:
        """A quoted name."""
        return "`" + name.replace("`", "``") + "`"

    def type_of_spec(self, spec: TypeSpec | None) -> str:
        """The type of a column; raises ValueError for DBTIMESTAMPOFFSET, which has no counterpart."""
        if spec is None:
            return "LONGTEXT"
        if spec.dt is DT.DBTIMESTAMPOFFSET:
            raise ValueError("MySQL has no type that keeps an offset")
        if spec.dt in _NAMES:
            return _NAMES[spec.dt]
        if spec.dt is DT.NUMERIC:
            return f"DECIMAL({spec.precision},{min(spec.scale, 30)})"
        if spec.dt is DT.DECIMAL:
            return f"DECIMAL(29,{spec.scale})"
        if spec.dt in (DT.STR, DT.WSTR):
            return f"VARCHAR({spec.length})" if spec.length <= WIDE_TEXT else "TEXT"
        if spec.dt is DT.BYTES:
            return f"VARBINARY({spec.length})"
        word = "TIME" if spec.dt in (DT.DBTIME, DT.DBTIME2) else "DATETIME"
        return f"{word}({min(spec.scale or 6, 6)})"

    def cast_type(self, spec: TypeSpec) -> str:
        """The type as CAST takes it."""
        if spec.dt is DT.DBDATE:
            return "DATE"
        return self.type_of_spec(spec).replace("TINYINT(1)", "SIGNED")

    def column_type(self, column: ColumnDefinition) -> tuple[str, TypeSpec, str]:
        """Declared type, SSIS type and the T-SQL type as text; raises ValueError for a type nobody knows."""
        text = " ".join(column.type.replace("[", "").replace("]", "").split())
        spec = from_declared(text, "sqlserver")
        if spec is None:
            raise ValueError(f"the type {column.type} of {column.name} is not known")
        word = text.split("(")[0].strip().upper()
        declared = (
            f"CHAR({spec.length})" if word in ("CHAR", "NCHAR") and spec.length <= 255 else self.type_of_spec(spec)
        )
        return declared, spec, text.lower()

    def table_lines(self, job: Any, table: TableDefinition, scope: Scope) -> list[str]:
        """The lines between the parentheses of CREATE TABLE."""
        lines = [self._line(job, column, scope) for column in table.columns]
        if table.primary:
            lines.append(f"PRIMARY KEY ({', '.join(self.quote(name) for name in table.primary)})")
        keys = list(table.uniques)
        for column in table.columns:
            if column.identity is not None and [n.lower() for n in table.primary[:1]] != [column.name.lower()]:
                keys.append([column.name])
        lines.extend(f"UNIQUE ({', '.join(self.quote(name) for name in key)})" for key in keys)
        lines.extend(f"CHECK ({condition_text(job, check, scope)})" for check in table.checks)
        lines.extend(foreign_text(job, key) for key in table.foreign)
        lines.extend(foreign_text(job, column.refers) for column in table.columns if column.refers is not None)
        return lines

    def _line(self, job: Any, column: ColumnDefinition, scope: Scope) -> str:
        name = self.quote(column.name)
        if column.computed:
            text = expression_text(job, column.computed, scope)
            return f"{name} {self.type_of_spec(job.computed_type)} GENERATED ALWAYS AS ({text}) STORED"
        declared, spec, original = self.column_type(column)
        parts = [name, declared]
        if spec.family == "text" and ("_CS" in column.collation.upper() or "_BIN" in column.collation.upper()):
            parts.append("COLLATE utf8mb4_bin")
        if column.identity is not None:
            if column.identity[1] != 1:
                raise ValueError("identity columns count up by 1")
            parts.append("AUTO_INCREMENT")
        parts.append("NULL" if column.nullable else "NOT NULL")
        if column.unique:
            parts.append("UNIQUE")
        if column.default:
            parts.append(f"DEFAULT ({expression_text(job, column.default, Scope(), spec)})")
        parts.append(f"COMMENT '{original}'")
        if spec.dt in (DT.STR, DT.WSTR) and spec.length > WIDE_TEXT:
            parts.append(f"CHECK (CHAR_LENGTH({name}) <= {spec.length})")
        if column.check:
            parts.append(f"CHECK ({condition_text(job, column.check, scope)})")
        return " ".join(parts)

    def before_table(self, job: Any, name: TableName) -> list[str]:
        """Schemas are part of the names of tables."""
        return []

    def after_table(self, job: Any, table: TableDefinition, path: str) -> list[str]:
        """The first number of an identity column."""
        starts = [column.identity[0] for column in table.columns if column.identity is not None]
        return [f"ALTER TABLE {path} AUTO_INCREMENT = {start}" for start in starts if start != 1]

    def truncate(self, path: str, table: CatalogTable | None) -> list[str]:
        """TRUNCATE TABLE."""
        return [f"TRUNCATE TABLE {path}"]

    def create_schema(self, job: Any, name: str) -> None:
        """Schemas are part of the names of tables."""

    def drop_schema(self, job: Any, clause: str, name: str) -> None:
        """Schemas are part of the names of tables."""

    def create_index(self, unique: str, name: str, path: str, columns: str, where: str) -> str:
        """CREATE INDEX; raises ValueError for a filtered one."""
        if where:
            raise ValueError("MySQL has no filtered indexes")
        return f"CREATE {unique}INDEX {self.quote(name)} ON {path} ({columns})"

    def drop_index(self, job: Any, clause: str, name: str, table: TableName) -> str:
        """DROP INDEX."""
        found = job.catalog.find_table(table)
        path = found.path if found is not None else job.catalog.new_table_path(table)
        return f"DROP INDEX {clause}{self.quote(name)} ON {path}"

    def add_to_table(self, job: Any, path: str, added: TableDefinition, found: CatalogTable | None) -> None:
        """ALTER TABLE … ADD."""
        known = {c.name.lower(): (c.name, c.type) for c in found.columns} if found is not None else {}
        scope = job.table_scope(added, known)
        for line in self.table_lines(job, added, scope):
            job.add(f"ALTER TABLE {path} ADD {line}")

    def alter_column(self, job: Any, path: str, column: ColumnDefinition) -> None:
        """ALTER COLUMN name type [NOT NULL]."""
        job.add(f"ALTER TABLE {path} MODIFY {self._line(job, column, Scope())}")

    def drop_constraint(self, job: Any, path: str, text: str) -> None:
        """DROP CONSTRAINT: constraints get names of MySQL's own here."""
        raise job.refuse("constraints have other names here")

    def check_order(self, job: Any, alias: str, values: list[tuple[str, exp.Expr]]) -> None:
        """MySQL assigns from left to right, so that a later value would see an earlier one; MariaDB can do better."""
        if getattr(job.catalog, "simultaneous", False):
            return
        assigned: set[str] = set()
        for name, value in values:
            used = {c.name.lower() for c in value.find_all(exp.Column) if c.table.lower() in ("", alias.lower())}
            if used & assigned:
                raise job.refuse(f"SET uses {sorted(used & assigned)[0]} after it has been set")
            assigned.add(name.lower())

    # --- changes of joins ------------------------------------------------------------

    def delete_alias(self, alias: str) -> str:
        """The alias of the table in a DELETE of one table."""
        return ""

    def update_join(
        self, job: Any, head: str, path: str, alias: str, joined: str,
        values: list[tuple[str, exp.Expr]], where: exp.Expr | None, top: str,
    ) -> str:  # fmt: skip
        """MySQL changes joins itself."""
        if head:
            raise job.refuse("UPDATE with a common table expression")
        self.check_order(job, alias, values)
        sets = ", ".join(f"{self.quote(alias)}.{self.quote(name)} = {job.write(value)}" for name, value in values)
        text = f"UPDATE {joined} SET {sets}{f' {job.write(where)}' if where is not None else ''}"
        if top and " JOIN " in joined:
            raise job.refuse("UPDATE TOP of a join")
        return f"{text} LIMIT {top}" if top else text

    def delete_join(
        self, job: Any, head: str, path: str, alias: str, joined: str, where: exp.Expr | None, top: str
    ) -> str:
        """MySQL deletes from joins itself."""
        if head:
            raise job.refuse("DELETE with a common table expression")
        filtered = f" {job.write(where)}" if where is not None else ""
        if not top:
            return f"DELETE {self.quote(alias)} FROM {joined}{filtered}"
        if " JOIN " in joined or filtered:
            raise job.refuse("DELETE TOP of a join or with a condition")
        return f"DELETE FROM {path} LIMIT {top}"
