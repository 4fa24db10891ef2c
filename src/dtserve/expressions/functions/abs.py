"""ABS: ``ABS(number)``, the magnitude, in the type of the argument.

NULL gives NULL; the least value of a signed integer type is an overflow.

>>> from dtserve.expressions import evaluate
>>> evaluate("ABS(-1.23)").value
Decimal('1.23')
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from dtserve.expressions.arithmetic import fit
from dtserve.expressions.functions.base import Function, ScalarCall, same
from dtserve.expressions.value_errors import FunctionOverflow

if TYPE_CHECKING:
    import polars as pl

    from dtserve.expressions.columnar_calls import ColumnCall
    from dtserve.expressions.program import Operand

__all__ = ["FUNCTION"]


def _scalar(call: ScalarCall, number: int | float | Decimal) -> int | float | Decimal:
    if isinstance(number, Decimal):
        made: int | float | Decimal | None = fit(number.copy_abs(), call.type, "truncate")
    else:
        made = abs(number)
    if made is None or (call.type.family == "int" and made > call.type.info.high):
        raise FunctionOverflow(function=call.name, type=str(call.type))
    return made


def _columnar(call: ColumnCall, number: Operand) -> pl.Expr:
    from dtserve.expressions.math_columns import absolute

    return absolute(call)


FUNCTION = Function(name="ABS", parameters=("number",), result=same, scalar=_scalar, columnar=_columnar)
