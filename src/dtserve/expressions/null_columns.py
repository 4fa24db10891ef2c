"""The columnar meanings of ISNULL and REPLACENULL."""

from __future__ import annotations

import polars as pl

from dtserve.datatypes import DT, TypeSpec
from dtserve.expressions.program import Operand

__all__ = ["is_null", "replace_null"]


def is_null(value: Operand) -> pl.Expr:
    """Whether the value is NULL; an offset timestamp is NULL where its instant is."""
    if value.constant:
        return pl.lit(value.value is None)
    if value.type.dt is DT.DBTIMESTAMPOFFSET:
        return value.expr.is_null() | value.expr.struct.field("utc").is_null()
    return value.expr.is_null()


def replace_null(spec: TypeSpec, value: Operand, replacement: Operand) -> pl.Expr:
    """The value, or the replacement where it is NULL."""
    return pl.when(is_null(value)).then(replacement.expr).otherwise(value.expr).cast(spec.polars())
