"""FLOOR: ``FLOOR(number)``, the greatest whole number not above the argument, in its type and scale.

NULL gives NULL; a result with more digits than the type has room for is an overflow.

>>> from dtserve.expressions import evaluate
>>> evaluate("FLOOR(-123.45)").value
Decimal('-124.00')
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from dtserve.expressions.functions.base import Function, ScalarCall, same
from dtserve.expressions.rounding import whole

if TYPE_CHECKING:
    import polars as pl

    from dtserve.expressions.columnar_calls import ColumnCall
    from dtserve.expressions.program import Operand

__all__ = ["FUNCTION"]


def _scalar(call: ScalarCall, number: int | float | Decimal) -> int | float | Decimal:
    made: int | float | Decimal = whole(number, call.type, call.name)
    return made


def _columnar(call: ColumnCall, number: Operand) -> pl.Expr:
    from dtserve.expressions.math_columns import whole

    return whole(call)


FUNCTION = Function(name="FLOOR", parameters=("number",), result=same, scalar=_scalar, columnar=_columnar)
