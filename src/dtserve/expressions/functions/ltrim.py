"""LTRIM: ``LTRIM(text)``, the text without leading blanks.

Only the space (U+0020) is removed, not tabs, line ends or non-breaking spaces. NULL gives
NULL. The result has the length of the argument.

>>> from dtserve.expressions import evaluate
>>> evaluate('LTRIM("  Hello ")').value
'Hello '
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtserve.expressions.functions.base import Function, ScalarCall, same

if TYPE_CHECKING:
    import polars as pl

    from dtserve.expressions.columnar_calls import ColumnCall
    from dtserve.expressions.program import Operand

__all__ = ["FUNCTION"]


def _scalar(call: ScalarCall, text: str) -> str:
    return text.lstrip(" ")


def _columnar(call: ColumnCall, text: Operand) -> pl.Expr:
    return text.expr.str.strip_chars_start(" ")


FUNCTION = Function(name="LTRIM", parameters=("text",), result=same, scalar=_scalar, columnar=_columnar)
