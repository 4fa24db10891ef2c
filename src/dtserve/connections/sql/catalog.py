"""What a database has: the tables and columns that names in a statement are matched with.

Names are matched as SQL Server does, without regard to case; an exact match comes first.
``[dbo].[T]``, ``db.dbo.T``, ``"s"."T"`` and ``T`` are all taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from dtserve.connections.base import ResultColumn
from dtserve.connections.sql.tsql_tokens import tokenize
from dtserve.datatypes import TypeSpec

__all__ = ["Catalog", "CatalogColumn", "CatalogTable", "TableName", "split_name", "stands_in", "unquote"]


@dataclass(frozen=True, slots=True)
class TableName:
    """The parts of a table name as a package writes it, unquoted; missing parts are empty."""

    name: str
    schema: str = ""
    catalog: str = ""

    @property
    def temporary(self) -> bool:
        """``#t`` and table variables."""
        return self.name.startswith(("#", "@"))


@dataclass(frozen=True, slots=True)
class CatalogColumn:
    """A column as the database knows it; ``default`` is the default's SQL text, empty for none."""

    name: str
    type: TypeSpec | None
    declared: str = ""
    nullable: bool = True
    default: str = ""
    identity: bool = False
    computed: bool = False


@dataclass(frozen=True)
class CatalogTable:
    """A table or view; ``path`` is its name in the database's own quoted form."""

    name: str
    path: str
    columns: tuple[CatalogColumn, ...]
    schema: str = ""
    by_name: Mapping[str, CatalogColumn] = field(default_factory=dict)

    @staticmethod
    def of(name: str, path: str, columns: tuple[CatalogColumn, ...], schema: str = "") -> CatalogTable:
        """A table with its look-up by lower-case name."""
        return CatalogTable(name, path, columns, schema, {column.name.lower(): column for column in columns})

    @property
    def stored_name(self) -> str:
        """The name under which the database itself keeps the table (SQLite: with its schema)."""
        return f"{self.schema}.{self.name}" if self.schema and '"."' not in self.path else self.name

    def result_columns(self) -> tuple[ResultColumn, ...]:
        """The columns as a session hands them out; untyped ones as DT_WSTR(4000)."""
        from dtserve.datatypes import DT

        unknown = TypeSpec(DT.WSTR, length=4000)
        return tuple(ResultColumn(column.name, column.type or unknown, column.nullable) for column in self.columns)


class Catalog(Protocol):
    """Look-up of tables; a session is one."""

    def find_table(self, name: TableName) -> CatalogTable | None:
        """The table or view of that name, or None."""

    def new_table_path(self, name: TableName) -> str:
        """The quoted path under which a table of that name is created."""


def stands_in(table: CatalogTable, name: TableName) -> bool:
    """Whether ``table`` only stands in for ``name``: found without its schema, which is another than dbo.

    Such a table may be read and filled, but for "does it exist" and DROP it is not the one.
    """
    return name.schema.lower() not in ("", "dbo", "main", "public") and not table.schema and not name.temporary


def unquote(text: str) -> str:
    """A name without brackets or quotes.

    >>> unquote("[a]]b]"), unquote('"x"')
    ('a]b', 'x')
    """
    if text.startswith("[") and text.endswith("]"):
        return text[1:-1].replace("]]", "]")
    if len(text) > 1 and text[0] == text[-1] and text[0] in '"`':
        return text[1:-1].replace(text[0] * 2, text[0])
    return text


def split_name(text: str) -> TableName:
    """The parts of a table name.

    >>> split_name("[AdventureWorks].[dbo].[My.Table]")
    TableName(name='My.Table', schema='dbo', catalog='AdventureWorks')
    """
    plain = text.strip().rstrip(";").strip()
    if plain[:1] == "`":
        parts = [piece.strip("`") for piece in plain.split("`.`")]
    else:
        parts = [""]
        for token in tokenize(plain):
            if token.text == ".":
                parts.append("")
            elif token.kind == "quoted" and not parts[-1]:
                parts[-1] = unquote(token.text)
            else:
                parts[-1] += token.text
    parts = parts[-3:]
    return TableName(parts[-1], parts[-2] if len(parts) > 1 else "", parts[-3] if len(parts) > 2 else "")
