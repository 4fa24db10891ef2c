"""REPLICATE: ``REPLICATE(text, count)``, the text ``count`` times.

NULL where an argument is NULL; a negative count is an error (0xC0049089). More than
32,767 characters are refused as an overflow of the function.

>>> from dtserve.expressions import evaluate
>>> evaluate('REPLICATE("Bike", 3)').value
'BikeBikeBike'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtserve.datatypes import TypeSpec
from dtserve.expressions.functions._lengths import MAX
from dtserve.expressions.functions._lengths import text as text_type
from dtserve.expressions.functions.base import Arguments, Function, ScalarCall
from dtserve.expressions.value_errors import FunctionOverflow, ReplicateCount

if TYPE_CHECKING:
    import polars as pl

    from dtserve.expressions.columnar_calls import ColumnCall
    from dtserve.expressions.program import Operand

__all__ = ["FUNCTION"]

LIMIT = 32_767
"""Characters of a result that are made."""


def _result(arguments: Arguments) -> TypeSpec:
    count = arguments.integer(1)
    return text_type(MAX if count is None else arguments.types[0].length * max(0, count))


def _scalar(call: ScalarCall, text: str, count: int) -> str:
    if count < 0:
        raise ReplicateCount(function=call.name)
    if len(text) * count > LIMIT:
        raise FunctionOverflow(function=call.name, type=str(call.type))
    return text * count


def _columnar(call: ColumnCall, text: Operand, count: Operand) -> pl.Expr:
    from dtserve.expressions.text_columns import replicate

    call.guard_operand(count, lambda value: value < 0, ReplicateCount)
    return replicate(call, LIMIT)


FUNCTION = Function(
    name="REPLICATE", parameters=("text", "integer"), result=_result, scalar=_scalar, columnar=_columnar
)
