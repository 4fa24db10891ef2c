"""What the sessions of all database families share: batches, translation, parameters, locking.

A driver gives six small things: ``run`` and ``stream`` for one statement, ``fetch_one``,
``describe_statement``, ``find_table`` and ``bulk``/``insert`` work of its own; this class makes
the :class:`~dtserve.connections.base.SqlSession` of it.
"""

from __future__ import annotations

import re
import threading
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, ClassVar

from dtserve.connections.base import ResultColumn, ResultSet, SqlParameter, SqlSession
from dtserve.connections.errors import NoSuchTable
from dtserve.connections.sql.catalog import CatalogTable, TableName, split_name
from dtserve.connections.sql.interpreter import Batch
from dtserve.connections.sql.statement import Statement
from dtserve.connections.sql.target import DatabaseTarget
from dtserve.connections.sql.translate import Translator, native_statement
from dtserve.connections.sql.tsql_batch import If, Node, Run, Try, parse_batch
from dtserve.connections.sql.tsql_tokens import split_go

__all__ = ["FamilySession"]

_ON_INSERT = re.compile(r"(?:(?!\bBEGIN\b).)*\bINSERT\s+ON\b", re.I | re.S)
"""A CREATE TRIGGER whose event, before its body, is INSERT."""


class FamilySession(SqlSession):
    """A session of one database family."""

    explains: ClassVar[bool] = False
    """Whether EXPLAIN looks at a statement that changes rows without running it."""

    triggers_query: ClassVar[str] = ""
    """Names of the triggers on INSERT of the table ``{path}`` or ``{name}``, with their text where that has to be looked at."""

    def __init__(self, target: DatabaseTarget) -> None:
        self.target = target
        self.catalog_name = target.catalog
        self.lock = threading.RLock()
        self.translator = Translator(target.family, target.source, self)
        self.transaction_depth = 0
        self._generation = 0

    # --- what a driver gives ---------------------------------------------------------

    @abstractmethod
    def run(self, statement: Statement, values: Sequence[Any], timeout: int) -> ResultSet:
        """Run one statement, its rows read into memory; raises SqlError."""

    @abstractmethod
    def stream(self, statement: Statement, values: Sequence[Any], batch_rows: int, timeout: int) -> ResultSet:
        """Run one query, its rows in batches; raises SqlError."""

    @abstractmethod
    def fetch_one(self, statement: Statement, values: Sequence[Any]) -> tuple[Any, ...] | None:
        """The first row of a query as the driver gives it; raises SqlError."""

    @abstractmethod
    def describe_statement(self, statement: Statement) -> tuple[ResultColumn, ...]:
        """The columns of a query, without running it through; raises SqlError."""

    @abstractmethod
    def find_table(self, name: TableName) -> CatalogTable | None:
        """The table or view of that name, or None."""

    @abstractmethod
    def new_table_path(self, name: TableName) -> str:
        """The quoted path under which a table of that name is created."""

    def schema_generation(self) -> Any:
        """Changes whenever the schema may have changed."""
        return self._generation

    def schema_changed(self) -> None:
        """Forget what was known of tables."""
        self._generation += 1

    # --- SqlSession ------------------------------------------------------------------

    def execute(self, sql: str, parameters: Sequence[SqlParameter] = (), *, timeout: int = 0) -> list[ResultSet]:
        """Run a text of one or more batches; all results, rows read into memory."""
        results: list[ResultSet] = []
        with self.lock:
            for text in split_go(sql):
                if self.translator.tsql:
                    results.extend(Batch(self, parameters, timeout).run(text))
                else:
                    results.extend(self.run_native(text, parameters, timeout))
        return results

    def run_native(self, text: str, parameters: Sequence[SqlParameter], timeout: int) -> Iterator[ResultSet]:
        """Run a batch in the database's own words, or in another dialect than T-SQL."""
        batch = Batch(self, parameters, timeout)
        for statement in self.translator.statements(text, self.schema_generation()):
            yield self.run(statement, batch.values(statement), timeout)

    def query(
        self, sql: str, parameters: Sequence[SqlParameter] = (), *, batch_rows: int = 65536, timeout: int = 0
    ) -> ResultSet:
        """Run a text and stream the first rows it gives; what stands behind that query runs after its last row."""
        with self.lock:
            if not self.translator.tsql:
                statements = self.translator.statements(sql, self.schema_generation())
                batch = Batch(self, parameters, timeout)
                for statement in statements[:-1]:
                    self.run(statement, batch.values(statement), timeout)
                if not statements:
                    return ResultSet()
                return self.stream(statements[-1], batch.values(statements[-1]), batch_rows, timeout)
            batches = split_go(sql)
            for text in batches[:-1]:
                for _ in Batch(self, parameters, timeout).run(text):
                    pass
            batch = Batch(self, parameters, timeout)
            return self._stream_nodes(batch, batch.parse(batches[-1] if batches else ""), batch_rows)

    def _stream_nodes(self, batch: Batch, nodes: Sequence[Node], batch_rows: int) -> ResultSet:
        for number, node in enumerate(nodes):
            if isinstance(node, Run):
                statements = batch.translated(node.text)
                if len(statements) == 1 and statements[0].rows:
                    statement = statements[0]
                    result = self.stream(statement, batch.values(statement), batch_rows, batch.timeout)
                    rest = nodes[number + 1 :]
                    if rest:
                        result.batches = self._then(result.batches, batch, rest)
                    return result
            for result in batch.node(node):
                if result.columns:
                    for _ in batch.nodes(nodes[number + 1 :]):
                        pass
                    return result
        return ResultSet()

    def _then(self, batches: Iterable[Any], batch: Batch, nodes: Sequence[Node]) -> Iterator[Any]:
        yield from batches
        with self.lock:
            for _ in batch.nodes(nodes):
                pass

    def describe(self, sql: str) -> tuple[ResultColumn, ...]:
        """The columns of the first query of a text; empty when it has none."""
        return self._first_query(sql, self.describe_statement)

    def outline(self, sql: str) -> tuple[ResultColumn, ...]:
        """As :meth:`describe`; no row is read."""
        return self._first_query(sql, self.outline_statement)

    def outline_statement(self, statement: Statement) -> tuple[ResultColumn, ...]:
        """As :meth:`describe_statement`; drivers that would sample rows have one of their own."""
        return self.describe_statement(statement)

    def _first_query(
        self, sql: str, columns: Callable[[Statement], tuple[ResultColumn, ...]]
    ) -> tuple[ResultColumn, ...]:
        with self.lock:
            if not self.translator.tsql:
                statements = self.translator.statements(sql, self.schema_generation())
                return columns(statements[-1]) if statements else ()
            for text in split_go(sql):
                for found in _queries(parse_batch(text)):
                    statements = self.translator.statements(found, self.schema_generation())
                    rows = [statement for statement in statements if statement.rows]
                    if rows:
                        return columns(rows[0])
        return ()

    def table_columns(self, table: str) -> tuple[ResultColumn, ...]:
        """The columns of a table or view; raises NoSuchTable."""
        return self.require_table(table).result_columns()

    def require_table(self, table: str) -> CatalogTable:
        """The table of that name as a package writes it; raises NoSuchTable."""
        with self.lock:
            found = self.find_table(split_name(table))
        if found is None:
            raise NoSuchTable(table=table)
        return found

    def check_statement(self, sql: str) -> bool:
        """Let the database plan one INSERT, UPDATE or DELETE, its parameters NULL; raises SqlError."""
        if not self.explains or not self.translator.tsql:
            return False
        with self.lock:
            nodes = list(parse_batch(sql))
            if len(nodes) != 1 or not isinstance(nodes[0], Run):
                return False
            statements = self.translator.statements(nodes[0].text, self.schema_generation())
            text = statements[0].render(lambda position, slot: "NULL") if len(statements) == 1 else ""
            if text.lstrip()[:6].upper() not in ("INSERT", "UPDATE", "DELETE"):
                return False
            self.run(self.native(f"EXPLAIN {text}"), (), 0)
        return True

    def insert_triggers(self, table: str) -> tuple[str, ...]:
        """The triggers that a load into the table fires, by name; raises NoSuchTable."""
        if not self.triggers_query:
            return ()
        found = self.require_table(table)
        path, name = (text.replace("'", "''") for text in (found.path, found.stored_name))
        with self.lock:
            rows = list(self.run(self.native(self.triggers_query.format(path=path, name=name)), (), 0).rows())
        return tuple(str(row[0]) for row in rows if len(row) == 1 or _ON_INSERT.match(str(row[1])))

    def native(self, sql: str) -> Statement:
        """A statement in the database's own words."""
        return native_statement(sql)


def _queries(nodes: Sequence[Node]) -> Iterator[str]:
    """The texts of all statements, those inside IF and TRY included, in order."""
    for node in nodes:
        if isinstance(node, Run):
            yield node.text
        elif isinstance(node, If):
            yield from _queries((*node.then, *node.otherwise))
        elif isinstance(node, Try):
            yield from _queries(node.body)
