"""LOG: ``LOG(number)``, the logarithm to base 10, as DT_R8.

NULL gives NULL; zero and negative numbers give NULL, or an error (a switch).

>>> from dtserve.expressions import evaluate
>>> evaluate("LOG(97.34)").value
1.9882913419074875
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from dtserve.expressions.functions.base import FLOAT, Function, ScalarCall, fixed
from dtserve.expressions.switches import current
from dtserve.expressions.value_errors import LogParameter

if TYPE_CHECKING:
    import polars as pl

    from dtserve.expressions.columnar_calls import ColumnCall
    from dtserve.expressions.program import Operand

__all__ = ["FUNCTION"]


def _scalar(call: ScalarCall, number: float) -> float | None:
    if number <= 0:
        if current().undefined_logarithm == "error":
            raise LogParameter(function=call.name)
        return None
    logarithm = math.log(number) / math.log(10)
    power = round(logarithm)
    return float(power) if abs(power) < 309 and 10.0**power == number else logarithm


def _columnar(call: ColumnCall, number: Operand) -> pl.Expr:
    from dtserve.expressions.math_columns import common_logarithm, float_function

    if current().undefined_logarithm == "error":
        call.guard(number.expr <= 0, LogParameter)
    return float_function(call, common_logarithm)


FUNCTION = Function(name="LOG", parameters=("float",), result=fixed(FLOAT), scalar=_scalar, columnar=_columnar)
