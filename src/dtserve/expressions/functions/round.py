"""ROUND: ``ROUND(number, length)``, ``length`` digits behind the point, in the type and scale of the number.

Half away from zero (a switch). NULL where an argument is NULL; a negative length is an error.

>>> from dtserve.expressions import evaluate
>>> evaluate("ROUND(137.1575, 3)").value
Decimal('137.1580')
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from dtserve.expressions.functions.base import Function, ScalarCall, same
from dtserve.expressions.rounding import round_value
from dtserve.expressions.value_errors import RoundLength

if TYPE_CHECKING:
    import polars as pl

    from dtserve.expressions.columnar_calls import ColumnCall
    from dtserve.expressions.program import Operand

__all__ = ["FUNCTION"]


def _scalar(call: ScalarCall, number: int | float | Decimal, length: int) -> int | float | Decimal:
    if length < 0:
        raise RoundLength(function=call.name)
    made: int | float | Decimal = round_value(number, length, call.type, call.name)
    return made


def _columnar(call: ColumnCall, number: Operand, length: Operand) -> pl.Expr:
    from dtserve.expressions.math_columns import rounded

    call.guard_operand(length, lambda value: value < 0, RoundLength)
    return rounded(call)


FUNCTION = Function(name="ROUND", parameters=("number", "integer"), result=same, scalar=_scalar, columnar=_columnar)
