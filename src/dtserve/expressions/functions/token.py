"""TOKEN: ``TOKEN(text, delimiters, occurrence)``, one of the parts between delimiters (2012 and later).

Each character of ``delimiters`` is a delimiter; leading and consecutive ones are skipped.
NULL where an argument is NULL. Beyond the last token the result is empty (a switch: the
documentation contradicts itself). An occurrence below 1 is an error (0xC00490D5).

>>> from dtserve.expressions import evaluate
>>> evaluate('TOKEN("2009/01/01", "/", 1)').value
'2009'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtserve.expressions.functions.base import Function, ScalarCall, same
from dtserve.expressions.switches import current
from dtserve.expressions.tokens import split
from dtserve.expressions.value_errors import FindStringOccurrence

if TYPE_CHECKING:
    import polars as pl

    from dtserve.expressions.columnar_calls import ColumnCall
    from dtserve.expressions.program import Operand

__all__ = ["FUNCTION"]


def _scalar(call: ScalarCall, text: str, delimiters: str, occurrence: int) -> str | None:
    if occurrence < 1:
        raise FindStringOccurrence(function=call.name)
    found = split(text, delimiters)
    if occurrence <= len(found):
        return found[occurrence - 1]
    return "" if current().token_beyond_is_empty else None


def _columnar(call: ColumnCall, text: Operand, delimiters: Operand, occurrence: Operand) -> pl.Expr:
    from dtserve.expressions.text_columns import token

    call.guard_operand(occurrence, lambda value: value < 1, FindStringOccurrence)
    return token(call)


FUNCTION = Function(
    name="TOKEN", parameters=("text", "text", "integer"), result=same, scalar=_scalar, columnar=_columnar
)
