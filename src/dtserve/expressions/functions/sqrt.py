"""SQRT: ``SQRT(number)``, the square root, as DT_R8.

NULL gives NULL; a negative number is an error (0xC00470DF).

>>> from dtserve.expressions import evaluate
>>> evaluate("SQRT(144)").value
12.0
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from dtserve.expressions.functions.base import FLOAT, Function, ScalarCall, fixed
from dtserve.expressions.value_errors import SqrtParameter

if TYPE_CHECKING:
    import polars as pl

    from dtserve.expressions.columnar_calls import ColumnCall
    from dtserve.expressions.program import Operand

__all__ = ["FUNCTION"]


def _scalar(call: ScalarCall, number: float) -> float:
    if number < 0:
        raise SqrtParameter(function=call.name)
    return math.sqrt(number)


def _columnar(call: ColumnCall, number: Operand) -> pl.Expr:
    from dtserve.expressions.math_columns import float_function

    call.guard(number.expr < 0, SqrtParameter)
    return float_function(call, lambda value: value.abs().sqrt())


FUNCTION = Function(name="SQRT", parameters=("float",), result=fixed(FLOAT), scalar=_scalar, columnar=_columnar)
