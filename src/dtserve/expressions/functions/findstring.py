"""FINDSTRING: ``FINDSTRING(text, search, occurrence)``, where ``search`` stands, from 1; 0 where not.

Case-sensitive. NULL where text or search is NULL. An occurrence below 1 is an error
(0xC00490D5). Whether occurrences may overlap is a switch; an empty search is never found.

>>> from dtserve.expressions import evaluate
>>> evaluate('FINDSTRING("New York, NY, NY", "NY", 1)').value
11
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtserve.expressions.functions.base import INTEGER, Function, ScalarCall, fixed
from dtserve.expressions.switches import current
from dtserve.expressions.utf16 import utf16_length
from dtserve.expressions.value_errors import FindStringOccurrence

if TYPE_CHECKING:
    import polars as pl

    from dtserve.expressions.columnar_calls import ColumnCall
    from dtserve.expressions.program import Operand

__all__ = ["FUNCTION"]


def _scalar(call: ScalarCall, text: str, search: str, occurrence: int) -> int:
    if occurrence < 1:
        raise FindStringOccurrence(function=call.name)
    if not search:
        return 0
    step = 1 if current().findstring_overlaps else len(search)
    at = text.find(search)
    while at >= 0 and occurrence > 1:
        occurrence -= 1
        at = text.find(search, at + step)
    return 0 if at < 0 else utf16_length(text[:at]) + 1


def _columnar(call: ColumnCall, text: Operand, search: Operand, occurrence: Operand) -> pl.Expr:
    from dtserve.expressions.text_columns import find_string

    call.guard_operand(occurrence, lambda value: value < 1, FindStringOccurrence)
    return find_string(call)


FUNCTION = Function(
    name="FINDSTRING",
    parameters=("text", "text", "integer"),
    result=fixed(INTEGER),
    scalar=_scalar,
    columnar=_columnar,
)
