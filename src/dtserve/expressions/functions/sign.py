"""SIGN: ``SIGN(number)``, -1, 0 or 1 as DT_I4. NULL gives NULL.

>>> from dtserve.expressions import evaluate
>>> evaluate("SIGN(-123.45)").value
-1
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from dtserve.expressions.functions.base import INTEGER, Function, ScalarCall, fixed

if TYPE_CHECKING:
    import polars as pl

    from dtserve.expressions.columnar_calls import ColumnCall
    from dtserve.expressions.program import Operand

__all__ = ["FUNCTION"]


def _scalar(call: ScalarCall, number: int | float | Decimal) -> int:
    return (number > 0) - (number < 0)


def _columnar(call: ColumnCall, number: Operand) -> pl.Expr:
    from dtserve.expressions.math_columns import sign

    return sign(call)


FUNCTION = Function(name="SIGN", parameters=("number",), result=fixed(INTEGER), scalar=_scalar, columnar=_columnar)
