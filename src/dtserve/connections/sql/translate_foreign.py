"""Statements in another dialect than T-SQL (an ODBC or Oracle manager that was pointed elsewhere).

sqlglot translates from dialect to dialect; markers become slots, tables are matched with
the target's catalog. What it cannot say is NotTranslatable.
"""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from dtserve.connections.sql.binder import table_name
from dtserve.connections.sql.catalog import Catalog
from dtserve.connections.sql.nodes import Slot
from dtserve.connections.sql.statement import Statement
from dtserve.connections.sql.translate_tree import Job
from dtserve.connections.sql.tsql_reader import read_foreign

__all__ = ["translate_foreign"]


def translate_foreign(text: str, source: str, family: str, catalog: Catalog) -> tuple[Statement, ...]:
    """What to run for a text of statements in the dialect ``source``; raises NotTranslatable."""
    job: Any = Job(text, family, catalog)
    count = 0
    for tree in read_foreign(text, source, job.rules.title):
        for mark in list(tree.find_all(exp.Placeholder)):
            name = str(mark.this) if mark.this else ""
            mark.replace(Slot(this=f"@{name.lower()}" if name else f"?{count}"))
            count += 0 if name else 1
        _places(job, tree)
        job.add(tree, rows=isinstance(tree, exp.Query))
    return tuple(job.statements)


def _places(job: Any, tree: exp.Expr) -> None:
    """Put the target's paths in the place of the tables that it has."""
    own = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    for table in list(tree.find_all(exp.Table)):
        if not isinstance(table.this, exp.Identifier) or (not table.db and table.name.lower() in own):
            continue
        found = job.catalog.find_table(table_name(table))
        if found is not None:
            job.rules.place(table, found.path, table.name)
