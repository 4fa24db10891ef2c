"""``@Variable = expression`` of For Loop, Expression Task and (tolerated) variable expressions."""

from __future__ import annotations

from functools import lru_cache

from dtserve.expressions.errors import ExpressionFault
from dtserve.expressions.lexer import tokenize

__all__ = ["split_assignment"]


@lru_cache(maxsize=1024)
def split_assignment(text: str) -> tuple[str | None, str]:
    """The variable name (without @ and brackets) and the expression; None where nothing is assigned.

    ``:=`` counts as ``=`` (CONTROL_FLOW §17). A text that is not even tokens is given back
    whole: evaluating it tells what is wrong.

    >>> split_assignment("@[User::Counter] = @[User::Counter] + 1")
    ('User::Counter', '@[User::Counter] + 1')
    >>> split_assignment("@Counter == 1")
    (None, '@Counter == 1')
    """
    try:
        tokens = tokenize(text)
    except ExpressionFault:
        return None, text
    if len(tokens) > 2 and tokens[0].kind == "variable" and tokens[1].kind in ("=", ":="):
        return str(tokens[0].value), text[tokens[2].start :]
    return None, text
