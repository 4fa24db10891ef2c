"""POWER: ``POWER(base, exponent)`` as DT_R8.

NULL where an argument is NULL. Zero to a negative power is an error (0xC00470E2); a negative
base with a fraction as exponent has no result: NULL, or that error (a switch). A result
beyond DT_R8 is an overflow.

>>> from dtserve.expressions import evaluate
>>> evaluate("POWER(4, 3)").value
64.0
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtserve.expressions.functions.base import FLOAT, Function, ScalarCall, fixed
from dtserve.expressions.switches import current
from dtserve.expressions.value_errors import FunctionOverflow, PowerParameter

if TYPE_CHECKING:
    import polars as pl

    from dtserve.expressions.columnar_calls import ColumnCall
    from dtserve.expressions.program import Operand

__all__ = ["FUNCTION"]


def _scalar(call: ScalarCall, base: float, exponent: float) -> float | None:
    if base == 0 and exponent < 0:
        raise PowerParameter(function=call.name)
    if base < 0 and exponent != int(exponent):
        if current().undefined_logarithm == "error":
            raise PowerParameter(function=call.name)
        return None
    try:
        return float(base**exponent)
    except OverflowError:
        raise FunctionOverflow(function=call.name, type="DT_R8") from None


def _columnar(call: ColumnCall, base: Operand, exponent: Operand) -> pl.Expr:
    from dtserve.expressions.math_columns import defined_power, float_function

    call.guard((base.expr == 0) & (exponent.expr < 0), PowerParameter)
    if current().undefined_logarithm == "error":
        call.guard((base.expr < 0) & (exponent.expr != exponent.expr.floor()), PowerParameter)
    return float_function(call, defined_power)


FUNCTION = Function(
    name="POWER",
    parameters=("float", "float"),
    result=fixed(FLOAT),
    scalar=_scalar,
    columnar=_columnar,
)
