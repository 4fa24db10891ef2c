"""The columnar meanings of the mathematical functions."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from dtserve.datatypes import DT
from dtserve.expressions.columnar_calls import ColumnCall, each_row
from dtserve.expressions.columnar_decimal import finish, one, unscaled
from dtserve.expressions.columnar_numbers import all_finite
from dtserve.expressions.program import Run
from dtserve.expressions.promotion import digits
from dtserve.expressions.rounding import FLOAT_DIGITS
from dtserve.expressions.switches import current
from dtserve.expressions.unit_columns import select, with_nulls
from dtserve.expressions.value_errors import FunctionOverflow

__all__ = ["absolute", "common_logarithm", "defined_power", "float_function", "positive", "rounded", "sign", "whole"]

Result = tuple[pl.Series, pl.Series | None]


def float_function(call: ColumnCall, compute: Any) -> pl.Expr:
    """A function of DT_R8 values; a result that is infinite or no number is an overflow.

    Constants become whole columns: for a single exponent Polars multiplies instead of
    raising to it, which rounds differently.
    """

    def kernel(run: Run, *arguments: Any) -> Result:
        height = run.frame.height
        whole = [
            a if isinstance(a, pl.Series) else pl.repeat(a, height, dtype=pl.Float64, eager=True) for a in arguments
        ]
        made = select(whole, compute)
        if all_finite(made):
            return made, None
        return made.fill_nan(None), ~made.is_finite()

    return call.kernel(kernel, FunctionOverflow)


def common_logarithm(value: pl.Expr) -> pl.Expr:
    """The logarithm to base 10 of what is above zero, exact for powers of ten; else NULL."""
    logarithm = positive(value).log10()  # ln(x) / ln(10), which misses the powers of ten
    power = logarithm.round()
    return pl.when(pl.lit(10.0).pow(power) == value).then(power).otherwise(logarithm)


def absolute(call: ColumnCall) -> pl.Expr:
    """ABS: the least value of a signed integer type has none."""
    spec = call.type

    def kernel(run: Run, value: pl.Series) -> Result:
        if spec.family == "float" or not spec.info.signed:
            return value.abs(), None
        if spec.dt is DT.CY:
            return finish(unscaled(value, 0).abs(), spec)
        if spec.family == "decimal":
            return value.abs(), None
        least = value == spec.info.low
        return (value.abs(), least) if least.any() else (value.abs(), None)

    return call.kernel(kernel, FunctionOverflow)


def sign(call: ColumnCall) -> pl.Expr:
    """SIGN as DT_I4."""
    value = call.operands[0].expr
    return (value > 0).cast(pl.Int32) - (value < 0).cast(pl.Int32)


def whole(call: ColumnCall) -> pl.Expr:
    """CEILING and FLOOR: on decimals by floor division of the unscaled integers."""
    spec, up = call.type, call.function.name == "CEILING"

    def kernel(run: Run, value: pl.Series) -> Result:
        if spec.family == "int":
            return value, None
        if spec.family == "float":
            return (value.ceil() if up else value.floor()) + 0.0, None
        raw, step = unscaled(value, 0), one(10 ** digits(spec)[1], pl.Int128)
        if up:
            return finish(one(0, pl.Int128) - (one(0, pl.Int128) - raw) // step * step, spec)
        return finish(raw // step * step, spec)

    return call.kernel(kernel, FunctionOverflow)


def rounded(call: ColumnCall) -> pl.Expr:
    """ROUND: a constant length is vectorised, a length per row is not."""
    spec = call.type

    def kernel(run: Run, value: Any, length: Any) -> Result:
        if not isinstance(length, int) or not isinstance(value, pl.Series):
            made = each_row(call, [value, length])
            arguments = [a for a in (value, length) if isinstance(a, pl.Series)]
            failed = made.is_null()
            for argument in arguments:
                failed = failed & argument.is_not_null()
            return made, failed if failed.any() else None
        if spec.family == "int":
            return value, None
        if spec.family == "float":
            return _round_float(value.cast(pl.Float64), length).cast(value.dtype), None
        scale = digits(spec)[1]
        return (value, None) if length >= scale else finish(_round_raw(unscaled(value, 0), scale - length), spec)

    return call.kernel(kernel, FunctionOverflow)


def _round_raw(raw: pl.Series, digits_lost: int) -> pl.Series:
    step = one(10**digits_lost, pl.Int128)
    size = raw.abs()
    low = size // step
    rest = size - low * step
    up = rest >= step - rest
    if current().round_ties != "half_away":
        tie = rest == step - rest
        up = (rest > step - rest) | (tie & (low % one(2, pl.Int128) == one(1, pl.Int128)))
    made = (low + up.cast(pl.Int128)) * step
    negative = (raw < one(0, pl.Int128)).fill_null(False)
    return made.zip_with(~negative, one(0, pl.Int128) - made)


def _round_float(value: pl.Series, length: int) -> pl.Series:
    """In NumPy, whose division is exact where Polars multiplies by a reciprocal."""
    if length > FLOAT_DIGITS:
        return value
    numbers = value.fill_null(0.0).to_numpy()
    scale = 10.0**length
    with np.errstate(over="ignore", invalid="ignore"):
        rest = np.abs(numbers)
        rest *= scale
        made = np.floor(rest)
        rest -= made
        made += rest >= 0.5 if current().round_ties == "half_away" else (rest > 0.5) | ((rest == 0.5) & (made % 2 == 1))
        made /= scale
    np.copysign(made, numbers, out=made)
    if not np.isfinite(made).all():  # the scaled value left the range: too large to have such digits
        made = np.where(np.isfinite(made), made, numbers)
    return with_nulls(pl.Series(made), [value])


def positive(value: pl.Expr) -> pl.Expr:
    """The value where it is above zero, else NULL."""
    return pl.when(value > 0).then(value)


def defined_power(base: pl.Expr, exponent: pl.Expr) -> pl.Expr:
    """``base`` to ``exponent`` where that has a result, else NULL."""
    undefined = ((base == 0) & (exponent < 0)) | ((base < 0) & (exponent != exponent.floor()))
    return pl.when(~undefined).then(base.pow(exponent))
