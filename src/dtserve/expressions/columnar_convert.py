"""Conversions of columns, implicit and by cast.

Widening numbers is a plain Polars cast; everything else goes through
``datatypes.columns.convert_column``, whose errors become guards and whose truncations go
silently, as the evaluator does not check them (EXPRESSIONS §5.4).
"""

from __future__ import annotations

from typing import Any

import polars as pl

from dtserve.datatypes import DT, TypeSpec
from dtserve.expressions.conversion import is_empty
from dtserve.expressions.program import Operand, Program, Run, literal
from dtserve.expressions.promotion import INTEGERS, digits
from dtserve.expressions.typed import Convert
from dtserve.expressions.value_errors import CastFailed

__all__ = ["convert_operand"]

_DECIMALS = frozenset((DT.CY, DT.DECIMAL, DT.NUMERIC))


def convert_operand(program: Program, operand: Operand, node: Convert, locale_id: int) -> Operand:
    """``operand`` as the target of ``node``."""
    source, target = operand.type, node.target
    if operand.is_null_constant:
        return literal(None, node.type)
    sources = operand.sources if node.type.family == "text" and source.family != "binary" else frozenset[str]()
    if is_empty(target):
        nothing = b"" if target.dt is DT.BYTES else ""
        return Operand(pl.when(operand.expr.is_not_null()).then(pl.lit(nothing)), node.type, depth=operand.depth + 1)
    widened = _widened(operand.expr, source, target)
    if widened is not None:
        return Operand(widened, node.type, sources, depth=operand.depth + 1)

    def kernel(run: Run, series: Any) -> tuple[pl.Series, pl.Series | None]:
        from dtserve.datatypes.columns import convert_column

        made = convert_column(series, source, target, locale_id=locale_id)
        return made.values, None if made.errors is None else made.errors.is_not_null()

    return Operand(program.kernel(kernel, [operand], CastFailed), node.type, sources)


def _widened(expr: pl.Expr, source: TypeSpec, target: TypeSpec) -> pl.Expr | None:
    """The conversion as an expression where no value can be lost; else None."""
    if source == target:
        return expr
    if source.dt in INTEGERS:
        if target.dt in INTEGERS:
            fits = target.info.low <= source.info.low and source.info.high <= target.info.high
            return expr.cast(target.polars()) if fits else None
        if target.dt is DT.R8:
            return expr.cast(pl.Float64)
        if target.dt is DT.R4:
            return expr.cast(pl.Float64).cast(pl.Float32)
    if target.dt is DT.NUMERIC and source.dt in INTEGERS | _DECIMALS:
        (p1, s1), (p2, s2) = digits(source), digits(target)
        if s1 <= s2 and p1 - s1 <= p2 - s2:
            return expr.cast(target.polars())
    if source.dt is DT.R4 and target.dt is DT.R8:
        return expr.cast(pl.Float64)
    if source.dt is DT.WSTR and target.dt is DT.NTEXT:
        return expr
    if source.dt is target.dt is DT.WSTR and source.length and source.length <= target.length:
        return expr
    return None
