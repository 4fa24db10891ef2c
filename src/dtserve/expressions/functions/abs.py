"""ABS: ``ABS(number)``, the magnitude, in the type of the argument.

NULL gives NULL; the least value of a signed integer type is an overflow.

>>> from dtserve.expressions import evaluate
>>> evaluate("ABS(-1.23)").value
Decimal('1.23')
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from dtserve.expressions.arithmetic import in_range
from dtserve.expressions.functions.base import Function, ScalarCall, same
from dtserve.expressions.value_errors import FunctionOverflow

if TYPE_CHECKING:
    import polars as pl

    from dtserve.expressions.columnar_calls import ColumnCall
    from dtserve.expressions.program import Operand

__all__ = ["FUNCTION"]


def _scalar(call: ScalarCall, number: int | float | Decimal) -> int | float | Decimal:
    made = number.copy_abs() if isinstance(number, Decimal) else abs(number)
    spec = call.type
    too_large = spec.family == "int" and made > spec.info.high
    if isinstance(made, Decimal) and not in_range(int(made.scaleb(_scale(made))), spec):
        too_large = True
    if too_large:
        raise FunctionOverflow(function=call.name, type=str(spec))
    return made


def _scale(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def _columnar(call: ColumnCall, number: Operand) -> pl.Expr:
    from dtserve.expressions.math_columns import absolute

    return absolute(call)


FUNCTION = Function(name="ABS", parameters=("number",), result=same, scalar=_scalar, columnar=_columnar)
