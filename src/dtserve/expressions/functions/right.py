"""RIGHT: ``RIGHT(text, count)``, the last ``count`` characters.

NULL where an argument is NULL. A negative count is an error (0xC0049088). The result is as
long as a constant count says, else as long as the text. Counts UTF-16 units.

>>> from dtserve.expressions import evaluate
>>> evaluate('RIGHT("Mountain Bike", 4)').value
'Bike'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtserve.expressions.functions._lengths import up_to
from dtserve.expressions.functions.base import Function, ScalarCall
from dtserve.expressions.utf16 import cut, utf16_length
from dtserve.expressions.value_errors import NegativeRightLength

if TYPE_CHECKING:
    import polars as pl

    from dtserve.expressions.columnar_calls import ColumnCall
    from dtserve.expressions.program import Operand

__all__ = ["FUNCTION"]


def _scalar(call: ScalarCall, text: str, count: int) -> str:
    if count < 0:
        raise NegativeRightLength(function=call.name)
    length = utf16_length(text)
    return cut(text, max(0, length - count), length)


def _columnar(call: ColumnCall, text: Operand, count: Operand) -> pl.Expr:
    from dtserve.expressions.unit_columns import clipped, unit_kernel

    call.guard_operand(count, lambda value: value < 0, NegativeRightLength)
    return unit_kernel(call, lambda text, count: text.str.tail(clipped(count)))


FUNCTION = Function(
    name="RIGHT",
    parameters=("text", "integer"),
    result=lambda arguments: up_to(arguments, 1),
    scalar=_scalar,
    columnar=_columnar,
)
