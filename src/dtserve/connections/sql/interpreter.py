"""Running the control flow of T-SQL batches against a database that has none.

Variables, IF, WHILE, TRY…CATCH, transactions and RAISERROR are done here; every statement and
every expression goes to the database. Variables hold values as the driver gives them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from dtserve.connections.base import ResultSet, SqlParameter
from dtserve.connections.errors import NotTranslatable, SqlError
from dtserve.connections.sql.statement import Statement, named_marks, plain_marks
from dtserve.connections.sql.translate import Translator
from dtserve.connections.sql.tsql_batch import (
    Assign,
    Break,
    Continue,
    Declare,
    DeclareTable,
    If,
    Ignored,
    Node,
    Raised,
    Refused,
    Return,
    Run,
    SelectAssign,
    Transaction,
    Try,
    Wait,
    While,
    parse_batch,
)

__all__ = ["Batch", "Runner"]

MAX_LOOPS = 10_000_000
INFORMATIONAL_SEVERITY = 10


class Runner(Protocol):
    """What a batch needs from its session."""

    translator: Translator

    def schema_generation(self) -> Any:
        """Changes whenever the schema may have changed."""

    def run(self, statement: Statement, values: Sequence[Any], timeout: int) -> ResultSet:
        """Run one statement, its rows read into memory."""

    def fetch_one(self, statement: Statement, values: Sequence[Any]) -> tuple[Any, ...] | None:
        """The first row as the driver gives it."""

    def begin(self) -> None:
        """Start a transaction."""

    def commit(self) -> None:
        """Commit it."""

    def rollback(self) -> None:
        """Undo it."""

    @property
    def transaction_depth(self) -> int:
        """@@TRANCOUNT."""


class _Leave(Exception):
    """RETURN, BREAK or CONTINUE on its way out."""

    def __init__(self, kind: type[Return] | type[Break] | type[Continue]) -> None:
        super().__init__(kind.__name__)
        self.kind = kind


@dataclass
class Batch:
    """One batch on its way through a session."""

    runner: Runner
    parameters: Sequence[SqlParameter] = ()
    timeout: int = 0
    variables: dict[str, Any] = field(default_factory=dict)

    def parse(self, text: str) -> tuple[Node, ...]:
        """The nodes; raises NotTranslatable when something that is sure to be reached cannot run here."""
        nodes = parse_batch(text)
        for node in nodes:
            if isinstance(node, Refused):
                raise self.refused(node)
        if len(nodes) == 1 and isinstance(nodes[0], Run):
            return nodes
        return parse_batch(named_marks(text))  # a marker stands for its parameter wherever control flow leads

    def refused(self, node: Refused) -> NotTranslatable:
        """The error for a statement that cannot run here."""
        from dtserve.connections.sql.translate import TARGETS

        title = TARGETS.get(self.runner.translator.family, self.runner.translator.family)
        return NotTranslatable(dialect=title, reason=node.reason, statement=plain_marks(node.text))

    def run(self, text: str) -> Iterator[ResultSet]:
        """Run everything; the results in order."""
        try:
            yield from self.nodes(self.parse(text))
        except _Leave as leave:
            if leave.kind is not Return:
                raise

    def nodes(self, nodes: Sequence[Node]) -> Iterator[ResultSet]:
        """Run some nodes in order."""
        for node in nodes:
            yield from self.node(node)

    def node(self, node: Node) -> Iterator[ResultSet]:
        """Run one node."""
        if isinstance(node, Run):
            yield from self.statement(node.text)
        elif isinstance(node, If):
            yield from self.nodes(node.then if self.holds(node.condition) else node.otherwise)
        elif isinstance(node, While):
            yield from self.loop(node)
        elif isinstance(node, Try):
            yield from self.attempt(node)
        elif isinstance(node, DeclareTable):
            for statement in self.translated(f"CREATE TABLE {node.name} {node.definition}"):
                self.runner.run(statement, (), self.timeout)
        elif isinstance(node, Refused):
            raise self.refused(node)
        elif isinstance(node, Return | Break | Continue):
            raise _Leave(type(node))
        else:
            self.quiet(node)

    def quiet(self, node: Node) -> None:
        """Nodes that give no results."""
        if isinstance(node, Declare):
            self.variables[node.name] = self.evaluate(node.value) if node.value else None
        elif isinstance(node, Assign):
            self.variables[node.name] = self.evaluate(node.value)
        elif isinstance(node, SelectAssign):
            self.assign(node)
        elif isinstance(node, Transaction):
            {"begin": self.runner.begin, "commit": self.runner.commit, "rollback": self.runner.rollback}[node.action]()
        elif isinstance(node, Raised):
            self.raise_error(node)
        elif isinstance(node, Wait):
            time.sleep(node.seconds)
        elif not isinstance(node, Ignored):
            raise TypeError(type(node).__name__)

    def translated(self, text: str) -> tuple[Statement, ...]:
        """The statements of the target for one statement."""
        return self.runner.translator.statements(text, self.runner.schema_generation())

    def statement(self, text: str) -> Iterator[ResultSet]:
        """Run one statement of the package, whatever number of statements it takes here."""
        found = self.translated(text)
        affected, rows = 0, None
        for statement in found:
            result = self.runner.run(statement, self.values(statement), self.timeout)
            if result.columns:
                rows = result
            affected = max(affected, result.rows_affected)
        if rows is not None:
            self.variables["@@rowcount"] = rows.rows_affected
            yield rows
        elif found:
            self.variables["@@rowcount"] = max(affected, 0)
            yield ResultSet(rows_affected=affected)

    def values(self, statement: Statement) -> list[Any]:
        """The values of a statement's slots; raises SqlError for a parameter that was not given."""
        return [self.value(slot) for slot in statement.slots]

    def value(self, slot: str) -> Any:
        """The value of one slot: a :class:`SqlParameter`, or a plain value of a variable."""
        if slot.startswith("?"):
            number = int(slot[1:])
            if number >= len(self.parameters):
                raise SqlError(detail="No value given for one or more required parameters.")
            return self.parameters[number]
        if slot in self.variables:
            return self.variables[slot]
        special = _SYSTEM.get(slot)
        if special is not None:
            return special(self)
        for parameter in self.parameters:
            if parameter.name.lower().lstrip("@") == slot.lstrip("@"):
                return parameter
        raise SqlError(detail=f'Must declare the scalar variable "{slot}".')

    def holds(self, condition: str) -> bool:
        """Whether a condition is true."""
        statement = self.runner.translator.condition(condition)
        row = self.runner.fetch_one(statement, self.values(statement))
        return bool(row and row[0])

    def evaluate(self, expression: str) -> Any:
        """The value of an expression."""
        statement = self.runner.translator.expression(expression)
        row = self.runner.fetch_one(statement, self.values(statement))
        return row[0] if row else None

    def assign(self, node: SelectAssign) -> None:
        """SELECT @a = …: of several rows the last counts, none leaves the variables alone."""
        for statement in self.translated(node.select):
            result = self.runner.run(statement, self.values(statement), self.timeout)
            last: tuple[Any, ...] | None = None
            count = 0
            for row in result.rows():
                last, count = row, count + 1
            self.variables["@@rowcount"] = count
            if last is not None:
                self.variables.update(zip(node.names, last, strict=True))

    def loop(self, node: While) -> Iterator[ResultSet]:
        """WHILE."""
        for _ in range(MAX_LOOPS):
            if not self.holds(node.condition):
                return
            try:
                yield from self.nodes(node.body)
            except _Leave as leave:
                if leave.kind is Break:
                    return
                if leave.kind is Return:
                    raise
        raise SqlError(detail=f"A WHILE loop ran {MAX_LOOPS} times.")

    def attempt(self, node: Try) -> Iterator[ResultSet]:
        """TRY … CATCH: what the body gave before its error is kept."""
        try:
            yield from self.nodes(node.body)
            return
        except SqlError as error:
            caught = error
        outer = self.variables.get("@@caught")
        self.variables["@@caught"] = caught
        try:
            yield from self.nodes(node.handler)
        finally:
            self.variables["@@caught"] = outer

    def raise_error(self, node: Raised) -> None:
        """RAISERROR above severity 10, THROW."""
        if not node.message:
            caught = self.variables.get("@@caught")
            raise caught if isinstance(caught, SqlError) else SqlError(detail="THROW outside of CATCH.")
        severity = self.evaluate(node.severity)
        if severity is None or int(severity) > INFORMATIONAL_SEVERITY:
            raise SqlError(detail=str(self.evaluate(node.message)))


def _error_message(batch: Batch) -> str | None:
    caught = batch.variables.get("@@caught")
    return str(caught.facts.get("detail", caught.message)) if isinstance(caught, SqlError) else None


_SYSTEM: Mapping[str, Callable[[Batch], Any]] = {
    "@@rowcount": lambda batch: 0,
    "@@error": lambda batch: 0,
    "@@trancount": lambda batch: batch.runner.transaction_depth,
    "@@error_message": _error_message,
    "@@version": lambda batch: "dtserve",
    "@@servername": lambda batch: "dtserve",
    "@@spid": lambda batch: 1,
    "@@language": lambda batch: "us_english",
    "@@datefirst": lambda batch: 7,
}
