"""REVERSE: ``REVERSE(text)``, the characters in opposite order.

NULL gives NULL. The result has the length of the argument. A character beyond the BMP
(two UTF-16 units) stays whole.

>>> from dtserve.expressions import evaluate
>>> evaluate('REVERSE("Mountain Bike")').value
'ekiB niatnuoM'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtserve.expressions.functions.base import Function, ScalarCall, same

if TYPE_CHECKING:
    import polars as pl

    from dtserve.expressions.columnar_calls import ColumnCall
    from dtserve.expressions.program import Operand

__all__ = ["FUNCTION"]


def _scalar(call: ScalarCall, text: str) -> str:
    return text[::-1]


def _columnar(call: ColumnCall, text: Operand) -> pl.Expr:
    from dtserve.expressions.text_columns import reverse

    return reverse(call)


FUNCTION = Function(name="REVERSE", parameters=("text",), result=same, scalar=_scalar, columnar=_columnar)
