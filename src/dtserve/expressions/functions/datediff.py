"""DATEDIFF: ``DATEDIFF(part, first, second)``, the boundaries crossed from first to second, as DT_I4.

NULL where a date is NULL; negative where the second is earlier; an overflow beyond DT_I4.

>>> from dtserve.expressions import evaluate
>>> evaluate('DATEDIFF("dd", (DT_DBTIMESTAMP)"2003-08-01", (DT_DBTIMESTAMP)"2003-08-08")').value
7
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from dtserve.expressions.dates import difference, part_named
from dtserve.expressions.functions._dates import check_part
from dtserve.expressions.functions.base import INTEGER, Function, ScalarCall, fixed

if TYPE_CHECKING:
    import polars as pl

    from dtserve.expressions.columnar_calls import ColumnCall
    from dtserve.expressions.program import Operand

__all__ = ["FUNCTION"]


def _scalar(call: ScalarCall, part: str, first: datetime, second: datetime) -> int:
    return difference(part_named(part, call.name), first, second, call.name)


def _columnar(call: ColumnCall, part: Operand, first: Operand, second: Operand) -> pl.Expr:
    from dtserve.expressions.date_columns import date_difference

    return date_difference(call, part_named(part.value, "DATEDIFF"))


FUNCTION = Function(
    name="DATEDIFF",
    parameters=("part", "date", "date"),
    result=fixed(INTEGER),
    scalar=_scalar,
    columnar=_columnar,
    check=lambda arguments: check_part("DATEDIFF", arguments),
)
