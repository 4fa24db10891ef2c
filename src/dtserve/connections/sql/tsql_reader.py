"""T-SQL text → syntax tree, through sqlglot.

Functions stay as they are named (``Anonymous``): what each of them means elsewhere is
written in ``tsql_functions``, not guessed. sqlglot takes 0.3 s to import, so this module is
imported only when a statement really needs translation.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sqlglot
from sqlglot import exp, tokens
from sqlglot.dialects.tsql import TSQL
from sqlglot.errors import SqlglotError

from dtserve.connections.errors import NotTranslatable

__all__ = ["READER", "PlainTsql", "read_expression", "read_foreign", "read_statement"]

_BASE: Any = TSQL.Parser
_TOKENS: Any = tokens
_KEPT = ("CAST", "TRY_CAST", "CONVERT", "TRY_CONVERT")


class PlainTsql(TSQL):
    """T-SQL whose functions are left alone, and whose ``0x`` is a binary value without bytes.

    sqlglot registers a dialect under the name of its class: this one must not be called as its own is.
    """

    def tokenize(self, sql: str, dialect: Any = None) -> list[Any]:
        """The tokens; sqlglot takes ``0x`` without digits for a name."""
        found: list[Any] = list(super().tokenize(sql, dialect))
        for at, token in enumerate(found):
            if token.text in ("0x", "0X") and sql[token.start : token.end + 1] == token.text:
                kind = _TOKENS.TokenType.HEX_STRING
                found[at] = _TOKENS.Token(kind, "", token.line, token.col, token.start, token.end)
        return found

    class Parser(_BASE):  # type: ignore[misc]
        """The parser of that dialect."""

        FUNCTIONS: dict[str, Any] = {}  # noqa: RUF012
        FUNCTION_PARSERS = {name: parser for name, parser in _BASE.FUNCTION_PARSERS.items() if name in _KEPT}  # noqa: RUF012
        NO_PAREN_FUNCTIONS: dict[Any, Any] = {}  # noqa: RUF012
        NO_PAREN_FUNCTION_PARSERS = {  # noqa: RUF012
            name: parser for name, parser in _BASE.NO_PAREN_FUNCTION_PARSERS.items() if name in ("CASE", "ANY")
        }


READER = PlainTsql()


@lru_cache(maxsize=1024)
def _parsed(text: str) -> exp.Expr:
    trees = [tree for tree in sqlglot.parse(text, read=READER) if tree is not None]
    if len(trees) != 1:
        raise SqlglotError("more than one statement" if trees else "no statement")
    return trees[0]


def read_statement(text: str, dialect: str, shown: str = "") -> exp.Expr:
    """A fresh tree of one statement.

    Raises NotTranslatable for what cannot be parsed, with the statement (or what stands for it in
    ``shown``: the text may have been prepared).
    """
    try:
        tree = _parsed(text)
    except (SqlglotError, RecursionError, ValueError) as error:
        raise NotTranslatable(dialect=dialect, reason=_first_line(error), statement=shown or text) from None
    if isinstance(tree, exp.Command):
        raise NotTranslatable(dialect=dialect, reason="the statement is not understood", statement=shown or text)
    return tree.copy()


def read_expression(text: str, dialect: str) -> exp.Expr:
    """A fresh tree of one expression; raises NotTranslatable."""
    tree = read_statement(f"SELECT {text}", dialect)
    if not isinstance(tree, exp.Select) or len(tree.expressions) != 1:
        raise NotTranslatable(dialect=dialect, reason="one expression is wanted", statement=text)
    found: exp.Expr = tree.expressions[0]
    return found


def read_foreign(text: str, source: str, dialect: str) -> list[exp.Expr]:
    """The statements of a text in another dialect than T-SQL; raises NotTranslatable."""
    try:
        trees = [tree for tree in sqlglot.parse(text, read=source) if tree is not None]
    except (SqlglotError, RecursionError, ValueError) as error:
        raise NotTranslatable(dialect=dialect, reason=_first_line(error), statement=text) from None
    if any(isinstance(tree, exp.Command) for tree in trees):
        raise NotTranslatable(dialect=dialect, reason="the statement is not understood", statement=text)
    return trees


def _first_line(error: BaseException) -> str:
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    return text.replace("\x1b[4m", "").replace("\x1b[0m", "").rstrip(".")
