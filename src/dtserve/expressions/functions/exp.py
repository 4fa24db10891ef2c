"""EXP: ``EXP(number)``, e raised to the number, as DT_R8.

NULL gives NULL; a result beyond DT_R8 is an overflow.

>>> from dtserve.expressions import evaluate
>>> evaluate("EXP(0)").value
1.0
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from dtserve.expressions.functions.base import FLOAT, Function, ScalarCall, fixed
from dtserve.expressions.value_errors import FunctionOverflow

if TYPE_CHECKING:
    import polars as pl

    from dtserve.expressions.columnar_calls import ColumnCall
    from dtserve.expressions.program import Operand

__all__ = ["FUNCTION"]


def _scalar(call: ScalarCall, number: float) -> float | None:
    try:
        return math.exp(number)
    except OverflowError:
        raise FunctionOverflow(function=call.name, type="DT_R8") from None


def _columnar(call: ColumnCall, number: Operand) -> pl.Expr:
    from dtserve.expressions.math_columns import float_function

    return float_function(call, lambda value: value.exp())


FUNCTION = Function(name="EXP", parameters=("float",), result=fixed(FLOAT), scalar=_scalar, columnar=_columnar)
