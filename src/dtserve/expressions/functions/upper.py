"""UPPER: ``UPPER(text)``, the text in upper case.

Character by character, as Windows does: ``ß`` stays ``ß``. NULL gives NULL. The result has
the length of the argument.

>>> from dtserve.expressions import evaluate
>>> evaluate('UPPER("hello")').value
'HELLO'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtserve.expressions.functions.base import Function, ScalarCall, same
from dtserve.expressions.utf16 import simple_upper

if TYPE_CHECKING:
    import polars as pl

    from dtserve.expressions.columnar_calls import ColumnCall
    from dtserve.expressions.program import Operand

__all__ = ["FUNCTION"]


def _scalar(call: ScalarCall, text: str) -> str:
    return simple_upper(text)


def _columnar(call: ColumnCall, text: Operand) -> pl.Expr:
    from dtserve.expressions.text_columns import change_case

    return change_case(call, "upper")


FUNCTION = Function(name="UPPER", parameters=("text",), result=same, scalar=_scalar, columnar=_columnar)
