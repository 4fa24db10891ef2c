"""LN: ``LN(number)``, the natural logarithm, as DT_R8.

NULL gives NULL; zero and negative numbers give NULL, or an error (a switch).

>>> from dtserve.expressions import evaluate
>>> evaluate("LN(42)").value
3.7376696182833684
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from dtserve.expressions.functions.base import FLOAT, Function, ScalarCall, fixed
from dtserve.expressions.switches import current
from dtserve.expressions.value_errors import LnParameter

if TYPE_CHECKING:
    import polars as pl

    from dtserve.expressions.columnar_calls import ColumnCall
    from dtserve.expressions.program import Operand

__all__ = ["FUNCTION"]


def _scalar(call: ScalarCall, number: float) -> float | None:
    if number <= 0:
        if current().undefined_logarithm == "error":
            raise LnParameter(function=call.name)
        return None
    return math.log(number)


def _columnar(call: ColumnCall, number: Operand) -> pl.Expr:
    from dtserve.expressions.math_columns import float_function, positive

    if current().undefined_logarithm == "error":
        call.guard(number.expr <= 0, LnParameter)
    return float_function(call, lambda value: positive(value).log())


FUNCTION = Function(name="LN", parameters=("float",), result=fixed(FLOAT), scalar=_scalar, columnar=_columnar)
