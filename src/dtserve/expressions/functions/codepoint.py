"""CODEPOINT: ``CODEPOINT(text)``, the first UTF-16 unit as a number (DT_UI2).

NULL and an empty text give NULL.

>>> from dtserve.expressions import evaluate
>>> evaluate('CODEPOINT("Mountain Bike")').value
77
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtserve.datatypes import DT, TypeSpec
from dtserve.expressions.functions.base import Function, ScalarCall, fixed
from dtserve.expressions.utf16 import units

if TYPE_CHECKING:
    import polars as pl

    from dtserve.expressions.columnar_calls import ColumnCall
    from dtserve.expressions.program import Operand

__all__ = ["FUNCTION"]


def _scalar(call: ScalarCall, text: str) -> int | None:
    return int.from_bytes(units(text[0])[:2], "little") if text else None


def _columnar(call: ColumnCall, text: Operand) -> pl.Expr:
    from dtserve.expressions.text_columns import code_point

    return code_point(call)


FUNCTION = Function(
    name="CODEPOINT",
    parameters=("text",),
    result=fixed(TypeSpec(DT.UI2)),
    scalar=_scalar,
    columnar=_columnar,
)
