"""DATEPART: ``DATEPART(part, date)`` as DT_I4. NULL gives NULL.

The part is a static text in any case: a name or an alias of EXPRESSIONS §7.1 (0xC004708F
otherwise). Weeks start on Sunday.

>>> from dtserve.expressions import evaluate
>>> evaluate('DATEPART("quarter", (DT_DBTIMESTAMP)"2006-05-01")').value
2
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from dtserve.expressions.dates import part_named, part_of
from dtserve.expressions.functions._dates import check_part
from dtserve.expressions.functions.base import INTEGER, Function, ScalarCall, fixed

if TYPE_CHECKING:
    import polars as pl

    from dtserve.expressions.columnar_calls import ColumnCall
    from dtserve.expressions.program import Operand

__all__ = ["FUNCTION"]


def _scalar(call: ScalarCall, part: str, date: datetime) -> int:
    return part_of(part_named(part, call.name), date)


def _columnar(call: ColumnCall, part: Operand, date: Operand) -> pl.Expr:
    from dtserve.expressions.date_columns import date_part

    return date_part(call, part_named(part.value, "DATEPART"))


FUNCTION = Function(
    name="DATEPART",
    parameters=("part", "date"),
    result=fixed(INTEGER),
    scalar=_scalar,
    columnar=_columnar,
    check=lambda arguments: check_part("DATEPART", arguments),
)
