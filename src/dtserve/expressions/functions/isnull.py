"""ISNULL: ``ISNULL(value)``, whether the value is NULL, as DT_BOOL: a test, not a replacement.

>>> from dtserve.expressions import evaluate
>>> evaluate("ISNULL(1)").value
False
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtserve.expressions.functions.base import BOOLEAN, Function, ScalarCall, fixed

if TYPE_CHECKING:
    import polars as pl

    from dtserve.expressions.columnar_calls import ColumnCall
    from dtserve.expressions.program import Operand

__all__ = ["FUNCTION"]


def _scalar(call: ScalarCall, value: object) -> bool:
    return value is None


def _columnar(call: ColumnCall, value: Operand) -> pl.Expr:
    from dtserve.expressions.null_columns import is_null

    return is_null(value)


FUNCTION = Function(
    name="ISNULL", parameters=("any",), result=fixed(BOOLEAN), scalar=_scalar, columnar=_columnar, strict=False
)
