"""DATEADD: ``DATEADD(part, number, date)`` as DT_DBTIMESTAMP.

NULL where an argument is NULL. The number may be a column (the documentation says static,
packages use columns). The day stays within the month; outside the years 1 to 9999 the
result is an overflow.

>>> from dtserve.expressions import evaluate
>>> str(evaluate('DATEADD("month", 1, (DT_DBTIMESTAMP)"2003-08-06")').value)
'2003-09-06 00:00:00'
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from dtserve.expressions.dates import add, part_named
from dtserve.expressions.functions._dates import check_part
from dtserve.expressions.functions.base import TIMESTAMP, Function, ScalarCall, fixed

if TYPE_CHECKING:
    import polars as pl

    from dtserve.expressions.columnar_calls import ColumnCall
    from dtserve.expressions.program import Operand

__all__ = ["FUNCTION"]


def _scalar(call: ScalarCall, part: str, number: int, date: datetime) -> datetime:
    return add(part_named(part, call.name), number, date, call.name)


def _columnar(call: ColumnCall, part: Operand, number: Operand, date: Operand) -> pl.Expr:
    from dtserve.expressions.date_columns import date_add

    return date_add(call, part_named(part.value, "DATEADD"))


FUNCTION = Function(
    name="DATEADD",
    parameters=("part", "integer", "date"),
    result=fixed(TIMESTAMP),
    scalar=_scalar,
    columnar=_columnar,
    check=lambda arguments: check_part("DATEADD", arguments),
)
