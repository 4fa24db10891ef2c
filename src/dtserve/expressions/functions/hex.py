"""HEX: ``HEX(integer)``, the hexadecimal digits in upper case, without prefix.

Integers only; negative ones in two's complement of their width. NULL gives NULL. The
result has 2, 4, 8 or 16 characters by the width of the argument.

>>> from dtserve.expressions import evaluate
>>> evaluate("HEX(400)").value
'190'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtserve.expressions.functions._lengths import text
from dtserve.expressions.functions.base import Function, ScalarCall

if TYPE_CHECKING:
    import polars as pl

    from dtserve.expressions.columnar_calls import ColumnCall
    from dtserve.expressions.program import Operand

__all__ = ["FUNCTION"]


def _scalar(call: ScalarCall, number: int) -> str:
    return f"{number & ((1 << call.types[0].info.width) - 1):X}"


def _columnar(call: ColumnCall, number: Operand) -> pl.Expr:
    from dtserve.expressions.text_columns import hexadecimal

    return hexadecimal(call)


FUNCTION = Function(
    name="HEX",
    parameters=("integer",),
    result=lambda arguments: text(arguments.types[0].info.width // 4),
    scalar=_scalar,
    columnar=_columnar,
)
