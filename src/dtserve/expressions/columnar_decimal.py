"""Exact decimal arithmetic on columns.

A decimal column is worked on as its unscaled integers. The range of the actual values
decides the width: 64 bits where everything fits, which is the rule for real data, else
128 bits, else exact Python integers for the rows that do not fit 128 bits and 128 bits
for the others. Precision and scale were fixed when the expression was typed (§5.2).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.arrow_columns import from_array
from dtserve.datatypes.numbers_exact import decimal_limits
from dtserve.expressions.arithmetic import in_range
from dtserve.expressions.arithmetic import unscaled as exact_unscaled
from dtserve.expressions.program import Run
from dtserve.expressions.promotion import digits
from dtserve.expressions.switches import current

__all__ = ["decimal_kernel", "finish", "from_unscaled", "negate_decimal", "one", "unscaled"]

Result = tuple[pl.Series, pl.Series | None]
_LIMIT_64 = 2**63 - 1
_LIMIT_128 = 2**127 - 1


def unscaled(value: Any, scale: int) -> Any:
    """The unscaled integers of a decimal or integer operand: Int128 Series, or a Python int for a constant."""
    if isinstance(value, pl.Series):
        return value.to_physical() if value.dtype.is_decimal() else value.cast(pl.Int128)
    return exact_unscaled(value, scale)


def from_unscaled(values: pl.Series, spec: TypeSpec) -> pl.Series:
    """Unscaled integers (within the precision of ``spec``) as a decimal column."""
    if values.dtype == pl.Int64:
        return _from_64_bits(values, spec)
    wide = values.cast(pl.Int128).cast(pl.Decimal(38, 0)).to_arrow()
    precision, scale = digits(spec)
    kind = pa.decimal128(precision, scale)
    array = pa.Array.from_buffers(kind, len(wide), wide.buffers(), wide.null_count, wide.offset)
    return from_array("", array)


def _from_64_bits(values: pl.Series, spec: TypeSpec) -> pl.Series:
    """The same from 64-bit integers: each becomes the low word of its 128 bits."""
    validity = None
    if values.null_count():
        validity = pa.py_buffer(np.packbits(values.is_not_null().to_numpy(), bitorder="little"))
        values = values.fill_null(0)
    low = values.to_numpy()
    words = np.empty((len(low), 2), dtype=np.int64)
    words[:, 0] = low
    np.right_shift(low, 63, out=words[:, 1])
    array = pa.Array.from_buffers(pa.decimal128(*digits(spec)), len(low), [validity, pa.py_buffer(words)])
    return from_array("", array)


def decimal_kernel(operator: str, left: TypeSpec, right: TypeSpec, spec: TypeSpec) -> Callable[..., Result]:
    """The kernel of ``left operator right`` with a decimal result; its mask marks results without room."""
    (_, s1), (_, s2), (_, scale) = digits(left), digits(right), digits(spec)
    plan = _Plan(operator, s1, s2, scale)
    sum_like = operator in ("+", "-") and scale == max(s1, s2)
    native = sum_like or (operator == "*" and scale == s1 + s2 and 0 in (s1, s2))

    def kernel(run: Run, first: Any, second: Any) -> Result:
        if native:
            made = _native(operator, first, second, scale if sum_like else s1, scale if sum_like else s2)
            if made is not None:
                fits = spec.dt is not DT.CY or _fits(made.to_physical(), spec)
                return (_retyped(made, spec), None) if fits else finish(made.to_physical(), spec)
        a, b = unscaled(first, s1), unscaled(second, s2)
        if not isinstance(a, pl.Series):
            a = pl.repeat(a, run.frame.height, dtype=pl.Int128, eager=True)
        if not isinstance(b, pl.Series):
            b = pl.Series([b], dtype=pl.Int128)
        if a.min() is None or b.min() is None:
            return pl.repeat(None, run.frame.height, dtype=spec.polars(), eager=True), None
        return finish(plan.compute(a, b), spec)

    return kernel


def _native(operator: str, first: Any, second: Any, left_scale: int, right_scale: int) -> pl.Series | None:
    """Polars' own decimal operation where it is exact (no digit to round); None beyond 38 digits."""
    try:
        a, b = _decimal(first, left_scale), _decimal(second, right_scale)
        return a + b if operator == "+" else a - b if operator == "-" else a * b
    except pl.exceptions.PolarsError:  # a value or result of more than 38 digits
        return None


def _decimal(value: Any, scale: int) -> pl.Series:
    kind = pl.Decimal(38, scale)
    return value.cast(kind) if isinstance(value, pl.Series) else pl.Series([value], dtype=kind)


def _retyped(values: pl.Series, spec: TypeSpec) -> pl.Series:
    """The same decimals under the precision of ``spec``, which typing made wide enough."""
    array = values.to_arrow()
    kind = pa.decimal128(*digits(spec))
    array = pa.Array.from_buffers(kind, len(array), array.buffers(), array.null_count, array.offset)
    return from_array("", array)


class _Plan:
    """The steps of one operation on unscaled integers: scale up, operate, scale down with rounding."""

    def __init__(self, operator: str, left_scale: int, right_scale: int, scale: int) -> None:
        self.operator = operator
        self.up_left = self.up_right = self.down = 1
        if operator in ("+", "-"):
            common = max(left_scale, right_scale)
            self.up_left, self.up_right = 10 ** (common - left_scale), 10 ** (common - right_scale)
            self.down = 10 ** max(0, common - scale)
        elif operator == "*":
            self.down = 10 ** (left_scale + right_scale - scale)
        else:
            shift = scale + right_scale - left_scale
            self.up_left, self.up_right = 10 ** max(0, shift), 10 ** max(0, -shift)
        self.truncate = (current().quotient_digits if operator == "/" else current().product_digits) == "truncate"

    def exact(self, a: int, b: int) -> int:
        """The operation on Python integers."""
        x, y = a * self.up_left, b * self.up_right
        if self.operator == "/":
            return _divided(x, y, self.truncate)
        made = x + y if self.operator == "+" else x - y if self.operator == "-" else x * y
        return _divided(made, self.down, self.truncate) if self.down > 1 else made

    def peak(self, a: int, b: int) -> int:
        """The greatest magnitude on the way, for operands of at most these magnitudes."""
        x, y = a * self.up_left, b * self.up_right
        if self.operator == "/":
            return 2 * max(x, y, self.up_left, self.up_right) + 1
        return 2 * max(x, y, x * y if self.operator == "*" else x + y, self.up_left, self.up_right) + self.down

    def compute(self, a: pl.Series, b: pl.Series) -> pl.Series:
        """The unscaled results, Int64 or Int128; ±10^38 stands for everything without room."""
        peak = self.peak(_magnitude(a), _magnitude(b))
        if peak <= _LIMIT_64:
            return self.vector(a.cast(pl.Int64), b.cast(pl.Int64))
        if peak <= _LIMIT_128:
            return self.vector(a, b)
        return self.mixed(a, b)

    def vector(self, a: pl.Series, b: pl.Series) -> pl.Series:
        """The operation in the width of ``a``."""
        dtype = a.dtype
        x, y = _scaled(a, self.up_left), _scaled(b, self.up_right)
        if self.operator == "/":
            return _quotient(x, y, self.truncate)
        made = x + y if self.operator == "+" else x - y if self.operator == "-" else x * y
        if self.down > _LIMIT_128:
            return made * one(0, dtype)
        return _quotient(made, one(self.down, dtype), self.truncate) if self.down > 1 else made

    def mixed(self, a: pl.Series, b: pl.Series) -> pl.Series:
        """128 bits where a row fits, exact Python integers where it does not."""
        other = b if len(b) == len(a) else b.new_from_index(0, len(a))
        x = a.cast(pl.Float64).abs() * float(self.up_left)
        y = other.cast(pl.Float64).abs() * float(self.up_right)
        product = x * y if self.operator == "*" else x + y
        fits = ((product < 4e37) & (x < 4e37) & (y < 4e37)) | a.is_null() | other.is_null()
        zero = one(0, a.dtype)
        if self.operator == "/":
            fits = fits | (other == zero)
        safe = self.vector(a.zip_with(fits, zero), other.zip_with(fits, one(1, a.dtype)))
        rows = (~fits).arg_true()
        limit = 10**38
        made = [self.exact(p, q) for p, q in zip(a.gather(rows), other.gather(rows), strict=True)]
        kept = [value if abs(value) < limit else (limit if value > 0 else -limit) for value in made]
        return safe.scatter(rows, pl.Series(kept, dtype=pl.Int128))


def _scaled(values: pl.Series, factor: int) -> pl.Series:
    """The values times a power of ten; one beyond 128 bits meets only zeros here."""
    return values if factor == 1 or factor > _LIMIT_128 else values * one(factor, values.dtype)


def one(value: int, dtype: Any) -> pl.Series:
    """A Series of one value, which Polars broadcasts."""
    return pl.Series([value], dtype=dtype)


def _magnitude(values: pl.Series) -> int:
    low, high = values.min(), values.max()
    return 0 if low is None else max(abs(int(low)), abs(int(high)))  # type: ignore[arg-type]


def _divided(x: int, y: int, truncate: bool) -> int:
    quotient, rest = divmod(abs(x), abs(y))
    if not truncate and 2 * rest >= abs(y):
        quotient += 1
    return -quotient if (x < 0) != (y < 0) else quotient


def _quotient(x: pl.Series, y: pl.Series, truncate: bool) -> pl.Series:
    """``x / y`` toward zero, or rounded half away from zero; NULL where ``y`` is NULL."""
    dtype = x.dtype
    low = x.min()
    negative_y = (y.min() or 0) < 0  # type: ignore[operator]
    if low is not None and low >= 0 and not negative_y:  # type: ignore[operator]
        size_x, size_y, signs = x, y, None
    else:
        size_x, size_y = x.abs(), y.abs()
        signs = (x < one(0, dtype)) != (y < one(0, dtype))
    quotient = size_x // size_y  # NULL where y is zero, which is guarded elsewhere
    if not truncate:
        rest = size_x - quotient * size_y
        quotient = quotient + (rest >= size_y - rest).cast(dtype)
    return quotient if signs is None else quotient.zip_with(~signs.fill_null(False), one(0, dtype) - quotient)


def _fits(values: pl.Series, spec: TypeSpec) -> bool:
    low, high = values.min(), values.max()
    return low is None or (in_range(int(low), spec) and in_range(int(high), spec))  # type: ignore[arg-type]


def finish(values: pl.Series, spec: TypeSpec) -> Result:
    """The decimal column; the mask marks unscaled values without room in ``spec``."""
    if _fits(values, spec):
        return from_unscaled(values, spec), None
    wide = values.cast(pl.Int128)
    _, least, most = decimal_limits(spec)
    out = (wide < one(least, wide.dtype)) | (wide > one(most, wide.dtype))
    return from_unscaled(wide.zip_with(~out.fill_null(False), one(0, wide.dtype)), spec), out


def negate_decimal(spec: TypeSpec) -> Callable[..., Result]:
    """The kernel of unary minus."""

    def kernel(run: Run, series: Any) -> Result:
        if spec.dt is DT.CY:
            return finish(one(0, pl.Int128) - unscaled(series, 0), spec)
        return -series, None

    return kernel
