"""CREATE TABLE of T-SQL: its columns and constraints, read from the tokens.

SQL Server's own storage options (clustering, file groups, fill factors, compression) are
read and dropped. Expressions stay text and are translated by whoever prints the table.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from dtserve.connections.sql.catalog import TableName, split_name, unquote
from dtserve.connections.sql.tsql_tokens import Token, tokenize

__all__ = ["ColumnDefinition", "ForeignKey", "TableDefinition", "read_columns", "read_table"]


@dataclass
class ForeignKey:
    """REFERENCES: ``actions`` is the text behind it (ON DELETE …)."""

    columns: list[str]
    table: str
    referred: list[str]
    actions: str = ""


@dataclass
class ColumnDefinition:
    """A column; ``computed`` is the expression of a computed one."""

    name: str
    type: str = ""
    nullable: bool = True
    default: str = ""
    check: str = ""
    computed: str = ""
    collation: str = ""
    identity: tuple[int, int] | None = None
    primary: bool = False
    unique: bool = False
    refers: ForeignKey | None = None


@dataclass
class TableDefinition:
    """A whole table."""

    name: TableName
    columns: list[ColumnDefinition] = field(default_factory=list)
    primary: list[str] = field(default_factory=list)
    uniques: list[list[str]] = field(default_factory=list)
    checks: list[str] = field(default_factory=list)
    foreign: list[ForeignKey] = field(default_factory=list)


_BEHIND_COMPUTED = frozenset({"PERSISTED", "CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN", "REFERENCES"})


class _Reader:
    def __init__(self, sql: str, tokens: list[Token]) -> None:
        self.sql, self.tokens, self.at = sql, tokens, 0

    def upper(self, ahead: int = 0) -> str:
        at = self.at + ahead
        return self.tokens[at].upper if at < len(self.tokens) else ""

    def take(self) -> str:
        if self.at >= len(self.tokens):
            raise ValueError("the definition ends too early")
        self.at += 1
        return self.tokens[self.at - 1].text

    def accept(self, *words: str) -> bool:
        if [self.upper(n) for n in range(len(words))] == list(words):
            self.at += len(words)
            return True
        return False

    def inside(self) -> str:
        """The text between parentheses that open here."""
        if self.upper() != "(":
            raise ValueError(f'"(" is wanted, not "{self.upper()}"')
        start, depth = self.at, 0
        while self.at < len(self.tokens):
            depth += (self.upper() == "(") - (self.upper() == ")")
            self.at += 1
            if depth == 0:
                return self.sql[self.tokens[start].end : self.tokens[self.at - 1].start].strip()
        raise ValueError("a parenthesis is never closed")

    def expression(self) -> str:
        """The expression of a computed column: up to an option of the column."""
        start, depth = self.at, 0
        while self.upper() and (depth or self.upper() not in _BEHIND_COMPUTED):
            depth += (self.upper() == "(") - (self.upper() == ")")
            self.at += 1
        if start == self.at:
            raise ValueError("the expression of a computed column is missing")
        return self.sql[self.tokens[start].start : self.tokens[self.at - 1].end].strip()

    def names(self) -> list[str]:
        """``([a] ASC, b DESC)``."""
        found = []
        for part in split_commas(self.inside()):
            tokens = tokenize(part)
            found.append(unquote(tokens[0].text) if tokens else "")
        return found

    def name(self) -> str:
        """A name of several parts, as written."""
        start = self.at
        self.take()
        while self.upper() == ".":
            self.at += 2
        return self.sql[self.tokens[start].start : self.tokens[min(self.at, len(self.tokens)) - 1].end]


def split_commas(text: str) -> list[str]:
    """The parts of a list, commas inside parentheses left alone."""
    parts, depth, last = [], 0, 0
    for token in tokenize(text):
        depth += (token.text == "(") - (token.text == ")")
        if token.text == "," and depth == 0:
            parts.append(text[last : token.start])
            last = token.end
    parts.append(text[last:])
    return [part.strip() for part in parts if part.strip()]


def read_table(sql: str) -> TableDefinition:
    """The definition of a ``CREATE TABLE name (…) …`` statement; raises ValueError for what is no such thing."""
    tokens = tokenize(sql)
    reader = _Reader(sql, tokens)
    if not reader.accept("CREATE", "TABLE"):
        raise ValueError("CREATE TABLE is wanted")
    table = TableDefinition(split_name(reader.name()))
    if reader.upper() == "AS":
        raise ValueError("CREATE TABLE … AS is not T-SQL")
    read_columns(reader.inside(), table)
    return table


def read_columns(body: str, table: TableDefinition) -> None:
    """Add the columns and constraints of the text between the parentheses; raises ValueError."""
    for part in split_commas(body):
        reader = _Reader(part, tokenize(part))
        if reader.accept("CONSTRAINT"):
            reader.name()
        if reader.upper() in ("PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "INDEX", "PERIOD"):
            _constraint(reader, table)
        else:
            table.columns.append(_column(reader))
    for column in table.columns:
        if column.primary:
            table.primary = [column.name]


def _constraint(reader: _Reader, table: TableDefinition) -> None:
    if reader.accept("PRIMARY", "KEY"):
        _clustering(reader)
        table.primary = reader.names()
    elif reader.accept("UNIQUE"):
        _clustering(reader)
        table.uniques.append(reader.names())
    elif reader.accept("FOREIGN", "KEY"):
        columns = reader.names()
        table.foreign.append(_references(reader, columns))
    elif reader.accept("CHECK"):
        if reader.accept("NOT"):
            reader.accept("FOR", "REPLICATION")
        table.checks.append(reader.inside())
    elif reader.upper() == "PERIOD":
        raise ValueError("system-versioned tables are not supported")


def _clustering(reader: _Reader) -> None:
    if reader.upper() in ("CLUSTERED", "NONCLUSTERED"):
        reader.at += 1


def _references(reader: _Reader, columns: list[str]) -> ForeignKey:
    if not reader.accept("REFERENCES"):
        raise ValueError("REFERENCES is missing")
    table = reader.name()
    referred = reader.names() if reader.upper() == "(" else []
    actions: list[str] = []
    while reader.upper() == "ON" and reader.upper(1) in ("DELETE", "UPDATE"):
        words = 4 if reader.upper(2) in ("NO", "SET") else 3
        actions.append(" ".join(reader.take().upper() for _ in range(words)))
    reader.accept("NOT", "FOR", "REPLICATION")
    return ForeignKey(columns, table, referred, " ".join(actions))


def _column(reader: _Reader) -> ColumnDefinition:
    column = ColumnDefinition(unquote(reader.take()))
    if reader.accept("AS"):
        column.computed = reader.expression()
        while reader.upper():
            _option(reader, column)
        return column
    start = reader.at
    reader.name()
    if reader.upper() == "PRECISION":
        reader.at += 1
    if reader.upper() == "(":
        reader.inside()
    column.type = reader.sql[reader.tokens[start].start : reader.tokens[reader.at - 1].end]
    column.type = column.type.replace("[sys].", "").replace("sys.", "")
    while reader.upper():
        _option(reader, column)
    return column


def _option(reader: _Reader, column: ColumnDefinition) -> None:
    if reader.accept("CONSTRAINT"):
        reader.name()
    elif reader.accept("NOT", "NULL"):
        column.nullable = False
    elif (
        reader.accept("NULL")
        or reader.accept("SPARSE")
        or reader.accept("ROWGUIDCOL")
        or reader.accept("PERSISTED")
        or reader.accept("NOT", "FOR", "REPLICATION")
    ):
        return
    elif reader.accept("COLLATE"):
        column.collation = reader.take()
    elif reader.accept("IDENTITY"):
        numbers = [int(n) for n in split_commas(reader.inside())] if reader.upper() == "(" else []
        column.identity = (numbers[0], numbers[1]) if len(numbers) == 2 else (1, 1)
    elif reader.accept("DEFAULT"):
        column.default = _default(reader)
    elif reader.accept("PRIMARY", "KEY"):
        column.primary, column.nullable = True, False
        _clustering(reader)
        _storage(reader)
    elif reader.accept("UNIQUE"):
        column.unique = True
        _clustering(reader)
        _storage(reader)
    elif reader.accept("CHECK"):
        reader.accept("NOT", "FOR", "REPLICATION")
        column.check = reader.inside()
    elif reader.accept("FOREIGN", "KEY"):
        return
    elif reader.upper() == "REFERENCES":
        column.refers = _references(reader, [column.name])
    else:
        raise ValueError(f'"{reader.upper()}" is not understood in the definition of {column.name}')


def _storage(reader: _Reader) -> None:
    if reader.accept("WITH"):
        reader.inside() if reader.upper() == "(" else [reader.take() for _ in range(3)]
    if reader.upper() == "ON" and reader.upper(1) not in ("DELETE", "UPDATE"):
        reader.at += 1
        reader.name()


def _default(reader: _Reader) -> str:
    start = reader.at
    if reader.upper() == "(":
        reader.inside()
    else:
        if reader.upper() in ("-", "+"):
            reader.at += 1
        reader.name()
        if reader.upper() == "(":
            reader.inside()
    return reader.sql[reader.tokens[start].start : reader.tokens[reader.at - 1].end]
