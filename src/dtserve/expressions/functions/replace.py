"""REPLACE: ``REPLACE(text, search, replacement)``, every occurrence replaced; case-sensitive.

NULL where an argument is NULL. An empty search in a text of literals is refused; elsewhere it
finds nothing (a switch). The result is as long as the text, or longer where a constant
replacement is longer than a constant search.

>>> from dtserve.expressions import evaluate
>>> evaluate('REPLACE("Mountain Bike", "Mountain", "All Terrain")').value
'All Terrain Bike'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtserve.datatypes import TypeSpec
from dtserve.expressions.functions._lengths import MAX
from dtserve.expressions.functions._lengths import text as text_type
from dtserve.expressions.functions.base import Arguments, Function, ScalarCall
from dtserve.expressions.switches import current
from dtserve.expressions.utf16 import utf16_length
from dtserve.expressions.value_errors import ReplaceSearchEmpty

if TYPE_CHECKING:
    import polars as pl

    from dtserve.expressions.columnar_calls import ColumnCall
    from dtserve.expressions.program import Operand

__all__ = ["FUNCTION"]


def _result(arguments: Arguments) -> TypeSpec:
    whole = arguments.types[0].length
    search, replacement = arguments.constants[1], arguments.constants[2]
    if (replacement is not None and not replacement[0]) or (search is not None and not search[0]):
        return text_type(whole)
    if search is None or replacement is None:
        return text_type(max(whole, MAX))
    before, after = utf16_length(search[0]), utf16_length(replacement[0])
    times = whole // before
    return text_type(whole + times * max(0, after - before))


def _check(arguments: Arguments) -> None:
    text, search = arguments.constants[0], arguments.constants[1]
    if text is not None and search is not None and search[0] == "":
        raise ReplaceSearchEmpty(function="REPLACE")


def _scalar(call: ScalarCall, text: str, search: str, replacement: str) -> str:
    if not search:
        if current().replace_empty_search == "error":
            raise ReplaceSearchEmpty(function=call.name)
        return text
    return text.replace(search, replacement)


def _columnar(call: ColumnCall, text: Operand, search: Operand, replacement: Operand) -> pl.Expr:
    from dtserve.expressions.text_columns import replace

    if current().replace_empty_search == "error":
        call.guard_operand(search, lambda value: value == "", ReplaceSearchEmpty)
    return replace(call)


FUNCTION = Function(
    name="REPLACE",
    parameters=("text", "text", "text"),
    result=_result,
    scalar=_scalar,
    columnar=_columnar,
    check=_check,
)
