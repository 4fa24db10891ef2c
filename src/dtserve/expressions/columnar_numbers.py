"""Arithmetic on columns: checked integers, floats, and the way to exact decimals.

Kernels look at the least and greatest values first: where no result can leave the range
of its type, which is the rule, one Polars operation does.
"""

from __future__ import annotations

import math
from typing import Any, cast

import polars as pl

from dtserve.datatypes import DT, TypeSpec
from dtserve.expressions.columnar_decimal import decimal_kernel, negate_decimal
from dtserve.expressions.errors import ExpressionFault
from dtserve.expressions.program import Operand, Program, Run, literal
from dtserve.expressions.switches import current
from dtserve.expressions.typed import Arithmetic, Flip
from dtserve.expressions.value_errors import (
    BinaryOverflow,
    BitwiseSignMismatch,
    DivideByZero,
    NegateOverflow,
    NumericOverflow,
)

__all__ = ["all_finite", "arithmetic_operand", "bounds", "negate_operand"]

Bounds = tuple[int, int]
_OPERATIONS = {"+": int.__add__, "-": int.__sub__, "*": int.__mul__}
Result = tuple[pl.Series, pl.Series | None]


def arithmetic_operand(program: Program, node: Arithmetic, left: Operand, right: Operand) -> Operand:
    """``left operator right``; zero divisors first, then overflow."""
    spec, operator = node.type, node.operator
    if left.is_null_constant or right.is_null_constant:
        return literal(None, spec)
    if operator in ("/", "%"):
        _guard_zero(program, operator, left, right)
    fault: type[ExpressionFault] = BinaryOverflow
    if spec.family == "decimal":
        kernel = decimal_kernel(operator, left.type, right.type, spec)
        fault = BinaryOverflow if spec.dt is DT.CY else NumericOverflow
    elif spec.family == "float":
        kernel = _float_kernel(operator, spec.polars())
    elif operator in ("&", "|", "^"):
        kernel, fault = _bitwise_kernel(operator), BitwiseSignMismatch
    else:
        kernel = _integer_kernel(operator, spec)
    return Operand(program.kernel(kernel, [left, right], fault), spec)


def _guard_zero(program: Program, operator: str, left: Operand, right: Operand) -> None:
    if not right.constant:
        program.guard((right.expr == 0) & left.expr.is_not_null(), DivideByZero)
    elif right.value == 0:
        if not program.path and current().variable_zero_fails_validation:
            raise DivideByZero(operator=operator)
        program.guard(left.expr.is_not_null(), DivideByZero)


def bounds(value: Any) -> Bounds | None:
    """Least and greatest value of an integer Series or constant; None where there is no value."""
    if not isinstance(value, pl.Series):
        return (value, value)
    low = value.min()
    return None if low is None else (int(low), int(value.max()))  # type: ignore[arg-type]


def _integer_kernel(operator: str, spec: TypeSpec) -> Any:
    dtype = spec.polars()
    low, high = spec.info.low, spec.info.high

    def kernel(run: Run, left: Any, right: Any) -> Result:
        a, b = bounds(left), bounds(right)
        if a is None or b is None:
            return pl.repeat(None, run.frame.height, dtype=dtype, eager=True), None
        if operator in ("/", "%"):
            return _divide(operator, left, right, a, b, spec, run.frame.height)
        corners = [_OPERATIONS[operator](x, y) for x in a for y in b]
        if low <= min(corners) and max(corners) <= high:
            return _plain(operator, left, right, dtype), None
        narrow = min(corners) >= -(2**63) and max(corners) < 2**63
        wide = _plain(operator, left, right, pl.Int64() if narrow else pl.Int128())
        values = wide.cast(dtype, strict=False)
        return values, values.is_null() & wide.is_not_null()

    return kernel


def _plain(operator: str, left: Any, right: Any, dtype: pl.DataType) -> pl.Series:
    a = left.cast(dtype) if isinstance(left, pl.Series) else pl.Series([left], dtype=dtype)
    b = right.cast(dtype) if isinstance(right, pl.Series) else pl.Series([right], dtype=dtype)
    made: pl.Series = a + b if operator == "+" else a - b if operator == "-" else a * b
    return made.cast(dtype)


def _divide(operator: str, left: Any, right: Any, a: Bounds, b: Bounds, spec: TypeSpec, height: int) -> Result:
    """Division toward zero and its remainder; zero divisors give NULL and are guarded elsewhere."""
    dtype = spec.polars()
    x = left if isinstance(left, pl.Series) else pl.repeat(left, height, dtype=dtype, eager=True)
    y = right if isinstance(right, pl.Series) else pl.Series([right], dtype=dtype)
    overflow = None
    if operator == "/" and a[0] == spec.info.low and b[0] <= -1 <= b[1] and spec.info.signed:
        overflow = (x == spec.info.low) & (y == -1)
        x = x.zip_with(~overflow.fill_null(False), pl.Series([0], dtype=dtype)) if overflow.any() else x
        overflow = overflow if overflow.any() else None
    if operator == "%" and b[0] <= -1 <= b[1] and spec.info.signed:
        x = x.cast(pl.Int128)
    if a[0] >= 0 and b[0] >= 0:  # NULL where y is zero, which is guarded elsewhere
        return (x // y if operator == "/" else x % y).cast(dtype), overflow
    floored = x // y
    remainder = x - floored * y
    frame = pl.DataFrame({"q": floored, "r": remainder, "x": x})
    inexact = (pl.col("r") != 0) & ((pl.col("x") < 0) != (pl.col("r") < 0))
    if operator == "/":
        wrong = (pl.col("r") != 0) & (pl.col("q") < 0)
        return frame.select((pl.col("q") + wrong.cast(pl.Int8)).cast(dtype)).to_series(), overflow
    divisor = y if len(y) == height else pl.repeat(y[0], height, dtype=y.dtype, eager=True)
    made = frame.with_columns(y=divisor).select(pl.when(inexact).then(pl.col("r") - pl.col("y")).otherwise(pl.col("r")))
    return made.to_series().cast(dtype), overflow


def all_finite(values: pl.Series) -> bool:
    """Whether no value is infinite or no number; a finite sum tells at once."""
    return math.isfinite(cast(float, values.sum())) or bool(values.is_finite().all())


def _float_kernel(operator: str, dtype: pl.DataType) -> Any:
    def kernel(run: Run, left: Any, right: Any) -> Result:
        # Polars divides by a single value through its reciprocal, which is not exact.
        height = run.frame.height if operator == "/" else 1
        a, b = (
            value if isinstance(value, pl.Series) else pl.repeat(value, height, dtype=dtype, eager=True)
            for value in (left, right)
        )
        made = a + b if operator == "+" else a - b if operator == "-" else a * b if operator == "*" else a / b
        return (made, None) if all_finite(made) else (made, ~made.is_finite())

    return kernel


def _bitwise_kernel(operator: str) -> Any:
    def kernel(run: Run, left: Any, right: Any) -> Result:
        a, b = bounds(left), bounds(right)
        series = left if isinstance(left, pl.Series) else right
        x, y = (s if isinstance(s, pl.Series) else pl.Series([s], dtype=series.dtype) for s in (left, right))
        made = x & y if operator == "&" else x | y if operator == "|" else x ^ y
        if a is None or b is None or (min(a[0], b[0]) >= 0) or max(a[1], b[1]) < 0:
            return made, None
        mixed = (x < 0) != (y < 0)
        return made, mixed if mixed.any() else None

    return kernel


def negate_operand(program: Program, node: Flip, operand: Operand) -> Operand:
    """Unary ``-`` and ``~``."""
    spec = node.type
    if operand.is_null_constant:
        return operand
    if node.operator == "~":
        expr = operand.expr ^ pl.lit(-1 if spec.info.signed else spec.info.high, dtype=spec.polars())
        return Operand(expr, spec, depth=operand.depth + 1)
    if spec.family == "float":
        return Operand(-operand.expr, spec, depth=operand.depth + 1)
    if spec.family == "decimal":
        return Operand(program.kernel(negate_decimal(spec), [operand], NegateOverflow), spec)

    def kernel(run: Run, series: Any) -> Result:
        if series.min() != spec.info.low:
            return -series, None
        least = (series == spec.info.low).fill_null(False)
        return -series.zip_with(~least, pl.Series([0], dtype=series.dtype)), least

    return Operand(program.kernel(kernel, [operand], NegateOverflow), spec)
