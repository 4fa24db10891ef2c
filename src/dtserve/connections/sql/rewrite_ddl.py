"""CREATE, ALTER, DROP, TRUNCATE and USE in other databases.

Tables keep SQL Server's types as far as the target has them (``Rules.column_type``). What only
concerns SQL Server's storage is dropped; what would change the meaning is refused.
"""

from __future__ import annotations

import re
from typing import Any

from dtserve.connections.sql.catalog import CatalogTable, TableName, split_name, stands_in, unquote
from dtserve.connections.sql.declared_types import from_declared
from dtserve.connections.sql.scope import Relation, Scope
from dtserve.connections.sql.tsql_reader import read_expression, read_statement
from dtserve.connections.sql.tsql_table import (
    ColumnDefinition,
    ForeignKey,
    TableDefinition,
    read_columns,
    read_table,
    split_commas,
)
from dtserve.connections.sql.tsql_tokens import tokenize
from dtserve.connections.sql.tsql_types import type_of

__all__ = ["declared_columns", "translate_ddl"]


def translate_ddl(job: Any, head: list[str]) -> None:
    """Add the statements of a DDL statement to the job."""
    first = head[0]
    second = head[1] if len(head) > 1 else ""
    third = head[2] if len(head) > 2 else ""
    try:
        if first == "USE":
            _use(job)
        elif first == "TRUNCATE":
            _truncate(job)
        elif (first, second) == ("CREATE", "TABLE"):
            create_table(job, read_table(job.text))
        elif first == "CREATE" and "INDEX" in _words(job.text)[1:4]:
            _index(job)
        elif first == "CREATE" and "VIEW" in (
            second,
            third,
            _words(job.text)[3:4][0] if len(_words(job.text)) > 3 else "",
        ):
            _view(job)
        elif (first, second) == ("CREATE", "SCHEMA"):
            job.rules.create_schema(job, unquote(tokenize(job.text)[2].text))
        elif (first, second) == ("ALTER", "TABLE"):
            _alter(job)
        elif first == "DROP":
            _drop(job, second)
        else:
            raise job.refuse(f"{first} {second} runs on SQL Server only")
    except ValueError as error:
        raise job.refuse(str(error)) from None


def _words(text: str) -> list[str]:
    return [token.upper for token in tokenize(text)[:6]]


def _rest(text: str, skip: int) -> str:
    tokens = tokenize(text)
    return text[tokens[skip].start :].rstrip().rstrip(";") if len(tokens) > skip else ""


def _use(job: Any) -> None:
    name = unquote(_rest(job.text, 1).strip())
    known = getattr(job.catalog, "catalog_name", "")
    if known and known.lower() != name.lower():
        raise job.refuse(f'USE of another database than "{known}"')


def _truncate(job: Any) -> None:
    name = split_name(_rest(job.text, 2))
    table = job.catalog.find_table(name)
    path = table.path if table is not None else job.catalog.new_table_path(name)
    for text in job.rules.truncate(path, table):
        job.add(text)


def create_table(job: Any, table: TableDefinition) -> None:
    """CREATE TABLE, and what the target needs beside it."""
    path = job.catalog.new_table_path(table.name)
    kind = "TEMPORARY TABLE" if table.name.temporary else "TABLE"
    scope = _scope(job, table)
    lines = job.rules.table_lines(job, table, scope)
    for text in job.rules.before_table(job, table.name):
        job.add(text)
    job.add(f"CREATE {kind} {path} ({', '.join(lines)})")
    for text in job.rules.after_table(job, table, path):
        job.add(text)


def _scope(job: Any, table: TableDefinition) -> Scope:
    columns = {c.name.lower(): (c.name, from_declared(c.type, "sqlserver")) for c in table.columns}
    return Scope({table.name.name.lower(): Relation(columns, alias=table.name.name)})


def expression_text(job: Any, text: str, scope: Scope, kind: Any = None) -> str:
    """An expression of a definition (default, check, computed column) in the target's words."""
    tree = job.binder.expression(read_expression(text, job.rules.title), scope)
    job.computed_type = type_of(tree)
    if kind is not None:
        tree = job.rules.store(tree, kind)
    return str(job.write(tree))


def condition_text(job: Any, text: str, scope: Scope) -> str:
    """A CHECK condition in the target's words."""
    tree = read_statement(f"SELECT 1 WHERE {text}", job.rules.title)
    bound = job.binder.expression(tree.args["where"].this, scope)
    return str(job.write(bound))


def foreign_text(job: Any, key: ForeignKey) -> str:
    """FOREIGN KEY … REFERENCES …"""
    quote = job.rules.quote
    name = split_name(key.table)
    found = job.catalog.find_table(name)
    path = found.path if found is not None else job.catalog.new_table_path(name)
    own = ", ".join(quote(column) for column in key.columns)
    referred = f" ({', '.join(quote(column) for column in key.referred)})" if key.referred else ""
    return f"FOREIGN KEY ({own}) REFERENCES {path}{referred} {key.actions}".rstrip()


def declared_columns(job: Any, columns: list[tuple[str, Any]]) -> str:
    """The column list of a table made for a query (SELECT … INTO)."""
    return ", ".join(f"{job.rules.quote(name)} {job.rules.type_of_spec(kind)}".rstrip() for name, kind in columns)


def _index(job: Any) -> None:
    tokens = tokenize(job.text)
    words = [token.upper for token in tokens]
    at = words.index("INDEX")
    on = words.index("ON", at)
    unique = "UNIQUE " if "UNIQUE" in words[:at] else ""
    opening = words.index("(", on)
    closing = words.index(")", opening)
    name = unquote(tokens[at + 1].text)
    table = split_name(job.text[tokens[on + 1].start : tokens[opening - 1].end])
    found = job.catalog.find_table(table)
    path = found.path if found is not None else job.catalog.new_table_path(table)
    parts = []
    for part in split_commas(job.text[tokens[opening].end : tokens[closing].start]):
        pieces = tokenize(part)
        order = " DESC" if pieces[-1].upper == "DESC" else ""
        parts.append(f"{job.rules.quote(_spelled(found, unquote(pieces[0].text)))}{order}")
    where = ""
    if "WHERE" in words[closing:]:
        start = tokens[words.index("WHERE", closing) + 1].start
        end = next((t.start for t in tokens[closing:] if t.upper in ("WITH", "ON")), len(job.text))
        columns = {c.name.lower(): (c.name, c.type) for c in found.columns} if found else None
        scope = Scope({table.name.lower(): Relation(columns, alias=table.name)})
        where = f" WHERE {condition_text(job, job.text[start:end], scope)}"
    job.add(job.rules.create_index(unique, name, path, ", ".join(parts), where))


def _spelled(table: CatalogTable | None, name: str) -> str:
    column = table.by_name.get(name.lower()) if table is not None else None
    return column.name if column is not None else name


def _view(job: Any) -> None:
    found = re.match(r"(?is)\s*create\s+(?:or\s+alter\s+)?view\s+(.+?)\s+(?:with\s+[\w, ]+?\s+)?as\s+(.+)$", job.text)
    if found is None:
        raise ValueError("the view is not understood")
    listed = re.match(r"(?s)(.+?)\s*\((.+)\)\s*$", found[1])
    name = split_name(listed[1] if listed else found[1])
    tree = read_statement(
        re.sub(r"(?i)\s+with\s+check\s+option\s*$", "", found[2].rstrip().rstrip(";")), job.rules.title
    )
    job.binder.query(tree, None, {})
    quote = job.rules.quote
    columns = f" ({', '.join(quote(unquote(c)) for c in split_commas(listed[2]))})" if listed else ""
    path = job.catalog.new_table_path(name)
    if re.match(r"(?i)\s*create\s+or\s+alter", job.text):
        job.add(f"DROP VIEW IF EXISTS {path}")
    job.add(f"CREATE VIEW {path}{columns} AS {job.write(tree)}")


def _drop(job: Any, kind: str) -> None:
    tokens = tokenize(job.text)
    at = 2
    exists = [token.upper for token in tokens[2:4]] == ["IF", "EXISTS"]
    at += 2 if exists else 0
    clause = "IF EXISTS " if exists else ""
    rest = _rest(job.text, at)
    if kind in ("TABLE", "VIEW"):
        for part in split_commas(rest):
            name = split_name(part)
            found = job.catalog.find_table(name)
            real = found is not None and not stands_in(found, name)
            path = found.path if found is not None and real else job.catalog.new_table_path(name)
            job.add(f"DROP {kind} {clause}{path}")
    elif kind == "INDEX":
        for part in split_commas(rest):
            label, _, table = re.sub(r"(?i)\s+with\s*\(.*$", "", part).partition(" ON ")
            parts = split_name(label)
            owner = split_name(table) if table else TableName(parts.schema)
            job.add(job.rules.drop_index(job, clause, parts.name, owner))
    elif kind in ("PROC", "PROCEDURE", "FUNCTION", "TRIGGER") and exists:
        return
    elif kind == "SCHEMA":
        job.rules.drop_schema(job, clause, unquote(rest.strip()))
    else:
        raise job.refuse(f"DROP {kind} runs on SQL Server only")


def _alter(job: Any) -> None:
    tokens = tokenize(job.text)
    words = [token.upper for token in tokens]
    if len(words) < 5:
        raise job.refuse("the table or what to change is missing")
    at = 3
    while at < len(words) and words[at] == ".":
        at += 2
    name = split_name(job.text[tokens[2].start : tokens[at - 1].end])
    found = job.catalog.find_table(name)
    path = found.path if found is not None else job.catalog.new_table_path(name)
    if words[at : at + 2] in (["WITH", "CHECK"], ["WITH", "NOCHECK"]):
        at += 2
    action, what = [*words[at : at + 2], "", ""][:2]
    body = _rest(job.text, at + 1)
    quote = job.rules.quote
    if action == "ADD":
        added = TableDefinition(name)
        read_columns(body, added)
        job.rules.add_to_table(job, path, added, found)
    elif action == "DROP" and what == "COLUMN":
        for part in split_commas(_rest(job.text, at + 2)):
            plain = unquote(re.sub(r"(?i)^(column|if\s+exists)\s+", "", part).strip())
            job.add(f"ALTER TABLE {path} DROP COLUMN {quote(_spelled(found, plain))}")
    elif action == "ALTER" and what == "COLUMN":
        changed = TableDefinition(name)
        read_columns(_rest(job.text, at + 2), changed)
        if not changed.columns:
            raise job.refuse("the column is missing")
        job.rules.alter_column(job, path, changed.columns[0])
    elif action in ("CHECK", "NOCHECK", "ENABLE", "DISABLE", "REBUILD", "SET"):
        raise job.refuse(f"ALTER TABLE … {action} changes constraints, triggers or storage of SQL Server")
    else:
        job.rules.drop_constraint(job, path, _rest(job.text, at + 1))


def column_parts(column: ColumnDefinition) -> str:
    """NOT NULL of a column."""
    return "" if column.nullable else " NOT NULL"
