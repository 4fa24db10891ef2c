"""TOKENCOUNT: ``TOKENCOUNT(text, delimiters)``, how many tokens :mod:`TOKEN <.token>` finds (2012 and later).

A NULL text gives 0, NULL delimiters NULL.

>>> from dtserve.expressions import evaluate
>>> evaluate('TOKENCOUNT("a:little|white dog", "| ,.:")').value
4
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtserve.expressions.functions.base import INTEGER, Function, ScalarCall, fixed
from dtserve.expressions.tokens import split

if TYPE_CHECKING:
    import polars as pl

    from dtserve.expressions.columnar_calls import ColumnCall
    from dtserve.expressions.program import Operand

__all__ = ["FUNCTION"]


def _scalar(call: ScalarCall, text: str | None, delimiters: str | None) -> int | None:
    if delimiters is None:
        return None
    return 0 if text is None else len(split(text, delimiters))


def _columnar(call: ColumnCall, text: Operand, delimiters: Operand) -> pl.Expr:
    from dtserve.expressions.text_columns import token_count

    return token_count(call)


FUNCTION = Function(
    name="TOKENCOUNT",
    parameters=("text", "text"),
    result=fixed(INTEGER),
    scalar=_scalar,
    columnar=_columnar,
    strict=False,
)
