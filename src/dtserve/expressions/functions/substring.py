"""SUBSTRING: ``SUBSTRING(text, start, length)``; the first character is number 1.

NULL where an argument is NULL. A start below 1 (0xC004708C) and a negative length
(0xC004708B) are errors; a start behind the end gives an empty text. The result is as long
as a constant length says; else what a constant start leaves of the text. Counts UTF-16 units.

>>> from dtserve.expressions import evaluate
>>> evaluate('SUBSTRING("elephant", 4, 2)').value
'ph'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtserve.datatypes import TypeSpec
from dtserve.expressions.functions._lengths import text as text_type
from dtserve.expressions.functions.base import Arguments, Function, ScalarCall
from dtserve.expressions.utf16 import cut
from dtserve.expressions.value_errors import NegativeSubstringLength, SubstringStart

if TYPE_CHECKING:
    import polars as pl

    from dtserve.expressions.columnar_calls import ColumnCall
    from dtserve.expressions.program import Operand

__all__ = ["FUNCTION"]


def _result(arguments: Arguments) -> TypeSpec:
    start, length = arguments.integer(1), arguments.integer(2)
    if length is not None:
        return text_type(length)
    whole = arguments.types[0]
    return whole if start is None else text_type(whole.length - start + 1)


def _scalar(call: ScalarCall, text: str, start: int, length: int) -> str:
    if start < 1:
        raise SubstringStart(function=call.name)
    if length < 0:
        raise NegativeSubstringLength(function=call.name)
    return cut(text, start - 1, start - 1 + length)


def _columnar(call: ColumnCall, text: Operand, start: Operand, length: Operand) -> pl.Expr:
    from dtserve.expressions.unit_columns import clipped, unit_kernel

    call.guard_operand(start, lambda value: value < 1, SubstringStart)
    call.guard_operand(length, lambda value: value < 0, NegativeSubstringLength)
    return unit_kernel(call, lambda text, start, length: text.str.slice(clipped(start, 1) - 1, clipped(length)))


FUNCTION = Function(
    name="SUBSTRING",
    parameters=("text", "integer", "integer"),
    result=_result,
    scalar=_scalar,
    columnar=_columnar,
)
