"""T-SQL statements → the statements of another database.

The one entrance: :meth:`Translator.statements` gives what has to be run, in order, for one
statement of the package. Work is done by sqlglot (parsing, printing) and by our own binder,
rules and rewriters; what nobody can say in the target's words is ``NotTranslatable`` and shows the
statement. Results are kept as long as the schema stays, so that a loop translates once; a
statement that is provably the same in both languages is passed on without importing sqlglot.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from dtserve.connections.errors import NotTranslatable
from dtserve.connections.sql.catalog import Catalog, split_name
from dtserve.connections.sql.statement import Statement, from_slots, plain_marks
from dtserve.connections.sql.tsql_tokens import Token, tokenize
from dtserve.datatypes import TypeSpec

__all__ = ["TARGETS", "Translator"]

TARGETS: dict[str, str] = {"sqlite": "SQLite", "postgres": "PostgreSQL", "mysql": "MySQL"}
"""Families that T-SQL can be translated to, and how messages call them."""

CACHE_SIZE = 512


class Translator:
    """Translates for one session; ``source`` is the dialect the package's statements are in."""

    def __init__(self, family: str, source: str, catalog: Catalog) -> None:
        self.family = family
        self.source = source
        self.catalog = catalog
        self._cache: OrderedDict[tuple[str, Any], tuple[Statement, ...]] = OrderedDict()

    @property
    def needed(self) -> bool:
        """Whether the two languages differ at all."""
        same = {"sqlite": "sqlite", "postgres": "postgres", "mysql": "mysql", "sqlserver": "tsql", "oracle": "oracle"}
        return self.family in same and same[self.family] != self.source

    @property
    def tsql(self) -> bool:
        """Whether statements are T-SQL for a database that does not speak it."""
        return self.needed and self.source == "tsql"

    def statements(self, text: str, generation: Any = 0) -> tuple[Statement, ...]:
        """What to run for one statement; ``generation`` changes with the schema.

        Raises NotTranslatable.
        """
        key = (text, generation)
        if key in self._cache:
            self._cache.move_to_end(key)
            return self._cache[key]
        try:
            found, lasting = self._translate(text)
        except NotTranslatable as error:
            raise NotTranslatable(**{**error.facts, "statement": plain_marks(str(error.facts["statement"]))}) from None
        if lasting:
            self._cache[key] = found
            if len(self._cache) > CACHE_SIZE:
                self._cache.popitem(last=False)
        return found

    def expression(self, text: str) -> Statement:
        """A query of one row and one column for an expression (conditions of IF, values of SET)."""
        return self.statements(f"SELECT {text}")[0]

    def condition(self, text: str) -> Statement:
        """A query that gives 1 or 0 for a condition."""
        return self.statements(f"SELECT CASE WHEN {text} THEN 1 ELSE 0 END")[0]

    def _translate(self, text: str) -> tuple[tuple[Statement, ...], bool]:
        if not self.needed:
            return native_statements(text), True
        if self.family not in TARGETS:
            plain = self._plain_select(text) if self.source == "tsql" else None
            if plain is not None:
                return (plain,), True
            raise NotTranslatable(
                dialect=self.family, reason=f"statements in {self.source} go to that database only", statement=text
            )
        if self.source != "tsql":
            from dtserve.connections.sql.translate_foreign import translate_foreign

            return translate_foreign(text, self.source, self.family, self.catalog), False
        plain = self._plain_select(text)
        if plain is not None:
            return (plain,), True
        from dtserve.connections.sql.translate_tree import translate_tree

        return translate_tree(text, self.family, self.catalog)

    def _plain_select(self, text: str) -> Statement | None:
        """``SELECT * FROM [dbo].[T]``, what sources in table mode send: only the name needs a look-up."""
        tokens = tokenize(text)
        while tokens and tokens[-1].text == ";":
            tokens.pop()
        if len(tokens) < 4 or [token.upper for token in tokens[:3]] != ["SELECT", "*", "FROM"]:
            return None
        if not _is_name(tokens[3:]):
            return None
        name = split_name(text[tokens[3].start : tokens[-1].end])
        if name.schema.lower() in ("sys", "information_schema") or name.temporary:
            return None
        table = self.catalog.find_table(name)
        if table is None:
            return None
        return from_slots(
            f"SELECT * FROM {table.path}",
            original=text,
            rows=True,
            types=[column.type for column in table.columns],
        )


def _is_name(tokens: list[Token]) -> bool:
    """Whether the tokens are one name: words or quoted names with points between."""
    return len(tokens) % 2 == 1 and all(
        token.text == "." if number % 2 else token.kind in ("word", "quoted") for number, token in enumerate(tokens)
    )


def native_statements(text: str) -> tuple[Statement, ...]:
    """The statements of a batch in the target's own words, apart at ``;``.

    A definition with a body (a trigger, a routine, an anonymous block) stays one statement, for its
    ``;`` are its own. Markers are numbered through the batch.
    """
    tokens = tokenize(text)
    found: list[Statement] = []
    start = marks = 0
    here: list[Token] = []
    for token in (*tokens, None):
        if token is not None and (token.text != ";" or _has_body(here)):
            here.append(token)
            continue
        end = token.start if token is not None else len(text)
        if here:
            statement = native_statement(text[start:end].strip(), marks=marks)
            marks += len(statement.slots)
            found.append(statement)
        here, start = [], end + 1
    return tuple(found)


def _has_body(tokens: list[Token]) -> bool:
    words = [token.upper for token in tokens[:6]]
    if not words or words[0] in ("BEGIN", "DECLARE", "DO"):
        return len(words) > 1 and words[1] not in ("TRAN", "TRANSACTION", "WORK", "IMMEDIATE", "EXCLUSIVE", "DEFERRED")
    return words[0] == "CREATE" and any(word in ("TRIGGER", "PROCEDURE", "FUNCTION", "EVENT") for word in words)


def native_statement(text: str, types: tuple[TypeSpec | None, ...] = (), marks: int = 0) -> Statement:
    """A statement in the target's own words: markers become slots from ``marks`` on, everything else stays."""
    pieces: list[str] = []
    slots: list[str] = []
    last = 0
    tokens = tokenize(text)
    for token in tokens:
        if token.kind == "mark":
            pieces.append(text[last : token.start])
            slots.append(f"?{marks + len(slots)}")
            last = token.end
    pieces.append(text[last:])
    first = next((token.upper for token in tokens if token.text not in "(;"), "")
    rows = first in ("SELECT", "WITH", "VALUES", "SHOW", "TABLE", "PRAGMA", "EXPLAIN", "CALL", "EXEC", "EXECUTE")
    return Statement(tuple(pieces), tuple(slots), text, rows, types)
