"""Exact numbers: fitting a number into an integer, decimal or float type.

Every function returns the value and whether digits of a fraction were lost, or raises
:class:`ConversionError` through :func:`fail`. No float stands between text and decimal.
Sources: EXPRESSIONS §4.1 (ranges), §5.4 (rounding), DATA_FLOW §3.4.
"""

from __future__ import annotations

import math
import struct
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, localcontext

from dtserve.datatypes.errors import ConversionError, ConversionOverflow, SignMismatch
from dtserve.datatypes.switches import current
from dtserve.datatypes.types import DT, TypeSpec

__all__ = [
    "DECIMAL_LIMIT",
    "decimal_limits",
    "decimal_to_float",
    "exact_decimal",
    "fit_decimal",
    "fit_float",
    "fit_integer",
    "single",
]

EXACT = Context(prec=420, Emin=-10_000_000, Emax=10_000_000)
"""Enough digits for every float and every text that is taken as a number."""

DECIMAL_LIMIT = (1 << 96) - 1
_CY_LIMIT = (1 << 63) - 1
_INTEGER_ROUNDING = {"truncate": ROUND_DOWN, "half_even": ROUND_HALF_EVEN}
_SCALE_ROUNDING = {"truncate": ROUND_DOWN, "half_away": ROUND_HALF_UP}
_ONE = Decimal(1)


def decimal_limits(spec: TypeSpec) -> tuple[int, int, int]:
    """Scale, least and greatest unscaled value of CY, DECIMAL(s) or NUMERIC(p, s)."""
    if spec.dt is DT.CY:
        return 4, -_CY_LIMIT - 1, _CY_LIMIT
    if spec.dt is DT.DECIMAL:
        return spec.scale, -DECIMAL_LIMIT, DECIMAL_LIMIT
    limit = 10 ** min(spec.precision or 38, 38) - 1
    return spec.scale, -limit, limit


def fit_decimal(number: Decimal, target: TypeSpec, source: object) -> tuple[Decimal, bool]:
    """The number with exactly the scale of ``target``; ConversionOverflow beyond its precision."""
    scale, low, high = decimal_limits(target)
    if number and number.adjusted() > 40:
        raise ConversionOverflow(source=source, target=target, reason="too many digits before the decimal point")
    with localcontext(EXACT):
        fitted = number.quantize(Decimal((0, (1,), -scale)), rounding=_SCALE_ROUNDING[current().scale_reduction])
        lost = fitted != number
        unscaled = int(fitted.scaleb(scale))
    if not low <= unscaled <= high:
        raise ConversionOverflow(source=source, target=target, reason="too many digits before the decimal point")
    if not unscaled:
        fitted = abs(fitted)
    return fitted, lost and current().fraction_loss_reported


def fit_integer(number: Decimal | int, target: TypeSpec, source: object) -> tuple[int, bool]:
    """The number as an integer of ``target``; ConversionOverflow or SignMismatch beyond its range."""
    lost = False
    if isinstance(number, Decimal):
        if number.adjusted() > 40 and number:
            raise ConversionOverflow(source=source, target=target, reason="too many digits")
        with localcontext(EXACT):
            whole = int(number.quantize(_ONE, rounding=_INTEGER_ROUNDING[current().fraction_to_integer]))
            lost = whole != number
        number = whole
    info = target.info
    if number < 0 and not info.signed:
        raise SignMismatch(source=source, target=target)
    if not info.low <= number <= info.high:
        raise ConversionOverflow(source=source, target=target, reason=f"not in {info.low} .. {info.high}")
    return number, lost and current().fraction_loss_reported


def single(number: float) -> float:
    """The nearest value of DT_R4 (infinite beyond its range)."""
    try:
        return float(struct.unpack("<f", struct.pack("<f", number))[0])
    except OverflowError:
        return math.copysign(math.inf, number)


def fit_float(number: float, target: TypeSpec, source: object) -> float:
    """The number as DT_R4 or DT_R8; ConversionOverflow where it is infinite there."""
    fitted = single(number) if target.dt is DT.R4 else number
    if math.isinf(fitted):
        raise ConversionOverflow(source=source, target=target, reason="beyond the range of the type")
    return fitted


def decimal_to_float(number: Decimal) -> float:
    """The nearest double (infinite beyond its range)."""
    try:
        return float(number)
    except OverflowError:
        return math.copysign(math.inf, number)


def exact_decimal(number: float, source: TypeSpec, target: object) -> Decimal:
    """A float as a decimal of 15 (R4: 7) significant digits; ConversionError for NaN and infinities.

    >>> exact_decimal(19.99, TypeSpec(DT.R8), "")
    Decimal('19.99')
    """
    if not math.isfinite(number):
        raise ConversionError(source=source, target=target, reason="not a finite number")
    digits = current().real_digits if source.dt is DT.R4 else current().float_digits
    return Decimal(format(number, f".{digits}g"))
