"""DAY: ``DAY(date)``, the day as DT_I4. NULL gives NULL.

A literal cast to DT_DBTIMESTAMP2 or DT_DBTIMESTAMPOFFSET is refused, as SSIS does.

>>> from dtserve.expressions import evaluate
>>> evaluate('DAY((DT_DBTIMESTAMP)"2002-11-23")').value
23
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from dtserve.expressions.functions._dates import refuse_literal
from dtserve.expressions.functions.base import INTEGER, Function, ScalarCall, fixed

if TYPE_CHECKING:
    import polars as pl

    from dtserve.expressions.columnar_calls import ColumnCall
    from dtserve.expressions.program import Operand

__all__ = ["FUNCTION"]


def _scalar(call: ScalarCall, date: datetime) -> int:
    return date.day


def _columnar(call: ColumnCall, date: Operand) -> pl.Expr:
    from dtserve.expressions.date_columns import date_part

    return date_part(call, "day")


FUNCTION = Function(
    name="DAY",
    parameters=("date",),
    result=fixed(INTEGER),
    scalar=_scalar,
    columnar=_columnar,
    check=lambda arguments: refuse_literal("DAY", arguments),
)
