"""The translation of one T-SQL statement by its syntax tree."""

from __future__ import annotations

import importlib
from typing import Any

from sqlglot import exp
from sqlglot.errors import SqlglotError

from dtserve.connections.errors import NotTranslatable
from dtserve.connections.sql.binder import Binder
from dtserve.connections.sql.catalog import Catalog
from dtserve.connections.sql.scope import Relation, Scope
from dtserve.connections.sql.statement import Statement, from_slots, named_marks
from dtserve.connections.sql.tsql_reader import read_statement
from dtserve.connections.sql.tsql_tokens import tokenize
from dtserve.datatypes import TypeSpec

__all__ = ["RULES", "Job", "translate_tree"]

RULES: dict[str, tuple[str, str, str]] = {
    "sqlite": ("sqlite_rules", "SqliteRules", "SqliteWriter"),
    "postgres": ("postgres_rules", "PostgresRules", "PostgresWriter"),
    "mysql": ("mysql_rules", "MySqlRules", "MySqlWriter"),
}
"""Family → module, rules, writer."""


class Job:
    """One statement on its way: its binder, and what it becomes."""

    def __init__(self, text: str, family: str, catalog: Catalog) -> None:
        module, rules, writer = RULES[family]
        loaded = importlib.import_module(f"dtserve.connections.sql.{module}")
        self.text = text
        self.marked = named_marks(text)
        self.family = family
        self.catalog = catalog
        self.rules: Any = getattr(loaded, rules)()
        self.writer: Any = getattr(loaded, writer)()
        self.binder = Binder(catalog, self.rules, text)
        self.lasting = True
        self.statements: list[Statement] = []
        self.computed_type: TypeSpec | None = None

    def refuse(self, reason: str) -> NotTranslatable:
        """The error for something the target cannot do."""
        return self.binder.refuse(reason)

    def table_scope(self, added: Any, known: Any) -> Scope:
        """The scope of expressions in ALTER TABLE: the table's columns and the new ones."""
        columns = {**known}
        for column in added.columns:
            columns[column.name.lower()] = (column.name, None)
        return Scope({added.name.name.lower(): Relation(columns, alias=added.name.name)})

    def write(self, tree: exp.Expr) -> str:
        """The target's text of a bound tree."""
        try:
            return tree.sql(dialect=self.writer, identify=True, unsupported_level=sqlglot_raise(), comments=False)
        except SqlglotError as error:
            raise self.refuse(str(error).splitlines()[0]) from None

    def add(
        self,
        tree: exp.Expr | str,
        *,
        rows: bool = False,
        columns: list[tuple[str, TypeSpec | None]] | None = None,
    ) -> None:
        """One more statement to run; ``columns`` are names and types of its rows where they are known."""
        text = tree if isinstance(tree, str) else self.write(tree)
        known = columns or []
        found = from_slots(
            text, original=self.text, rows=rows, types=[kind for _, kind in known], names=[name for name, _ in known]
        )
        kinds = tuple(self.rules.slot_types.get(slot) for slot in found.slots)
        self.statements.append(found.with_slot_types(kinds))


def sqlglot_raise() -> Any:
    """sqlglot's level at which what a dialect cannot say is an error."""
    from sqlglot.errors import ErrorLevel

    return ErrorLevel.RAISE


def translate_tree(text: str, family: str, catalog: Catalog) -> tuple[tuple[Statement, ...], bool]:
    """What to run for one T-SQL statement, and whether that stays true while the schema stays.

    Raises NotTranslatable.
    """
    job = Job(text, family, catalog)
    head = [token.upper for token in tokenize(text)[:3]]
    if not head:
        return (), True
    first = head[0]
    if first in ("CREATE", "ALTER", "DROP", "TRUNCATE", "USE"):
        from dtserve.connections.sql.rewrite_ddl import translate_ddl

        translate_ddl(job, head)
        job.lasting = False
    elif first in ("INSERT", "UPDATE", "DELETE", "MERGE") or (first == "WITH" and not _is_query(text)):
        from dtserve.connections.sql.rewrite_dml import translate_dml

        translate_dml(job)
    else:
        _query(job)
    return tuple(job.statements), job.lasting and job.binder.resolved


def _is_query(text: str) -> bool:
    depth = 0
    for token in tokenize(text):
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and token.upper in ("INSERT", "UPDATE", "DELETE", "MERGE"):
            return False
        if depth == 0 and token.upper == "SELECT":
            return True
    return True


def _query(job: Job) -> None:
    from dtserve.connections.sql.rewrite_dml import select_into

    tree = read_statement(job.marked, job.rules.title, job.text)
    if not isinstance(tree, exp.Query):
        raise job.refuse(f"{tree.key.upper()} is not supported")
    if isinstance(tree, exp.Select) and tree.args.get("into") is not None:
        select_into(job, tree)
        return
    columns = job.binder.query(tree, None, {})
    job.add(tree, rows=True, columns=columns)
