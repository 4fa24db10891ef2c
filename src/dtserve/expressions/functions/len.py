"""LEN: ``LEN(text)``, the number of characters, blanks included.

DT_WSTR, DT_STR and DT_NTEXT count UTF-16 units, DT_TEXT bytes of its code page, DT_BYTES and
DT_IMAGE bytes. NULL gives NULL.

>>> from dtserve.expressions import evaluate
>>> evaluate('LEN("Ball Bearing")').value
12
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtserve.datatypes import DT
from dtserve.datatypes.code_pages import encode
from dtserve.expressions.functions.base import INTEGER, Function, ScalarCall, fixed
from dtserve.expressions.utf16 import utf16_length

if TYPE_CHECKING:
    import polars as pl

    from dtserve.expressions.columnar_calls import ColumnCall
    from dtserve.expressions.program import Operand

__all__ = ["FUNCTION"]


def _scalar(call: ScalarCall, value: str | bytes) -> int:
    if isinstance(value, bytes):
        return len(value)
    if call.types[0].dt is DT.TEXT:
        return len(encode(value, call.types[0].code_page, "?")[0])
    return utf16_length(value)


def _columnar(call: ColumnCall, value: Operand) -> pl.Expr:
    from dtserve.expressions.text_columns import length

    return length(call)


FUNCTION = Function(name="LEN", parameters=("blob_or_text",), result=fixed(INTEGER), scalar=_scalar, columnar=_columnar)
