"""Arithmetic of the scalar back-end: one operation on two Python values (EXPRESSIONS §3, §5).

Integers are checked against the range of the result type, decimals are exact in precision
and scale, DT_R4 is rounded to single precision after every step.
"""

from __future__ import annotations

import math
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal
from typing import Any

from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.numbers_exact import decimal_limits, single
from dtserve.expressions.promotion import digits
from dtserve.expressions.switches import current
from dtserve.expressions.value_errors import (
    BinaryOverflow,
    BitwiseSignMismatch,
    DivideByZero,
    NegateOverflow,
    NumericOverflow,
)

__all__ = ["arithmetic", "fit", "in_range", "negate", "unscaled"]

_EXACT = Context(prec=200, Emin=-100_000, Emax=100_000)


def arithmetic(operator: str, left: Any, right: Any, spec: TypeSpec) -> Any:
    """``left operator right`` in type ``spec``; neither operand is NULL.

    DivideByZero, BinaryOverflow, NumericOverflow or BitwiseSignMismatch.

    >>> arithmetic("/", -7, 2, TypeSpec(DT.I4))
    -3
    """
    if operator in ("/", "%") and right == 0:
        raise DivideByZero(operator=operator)
    if spec.family == "int":
        return _integer(operator, left, right, spec)
    if spec.family == "float":
        return _float(operator, left, right, spec)
    return _decimal(operator, left, right, spec)


def _integer(operator: str, left: int, right: int, spec: TypeSpec) -> int:
    match operator:
        case "+":
            result = left + right
        case "-":
            result = left - right
        case "*":
            result = left * right
        case "/":
            result = abs(left) // abs(right)
            result = -result if (left < 0) != (right < 0) else result
        case "%":
            result = abs(left) % abs(right)
            result = -result if left < 0 else result
        case _:
            return _bitwise(operator, left, right)
    if not spec.info.low <= result <= spec.info.high:
        raise BinaryOverflow(operator=operator, type=spec.dt.label)
    return result


def _bitwise(operator: str, left: int, right: int) -> int:
    if (left < 0) != (right < 0):
        raise BitwiseSignMismatch(operator=operator)
    if operator == "&":
        return left & right
    return left | right if operator == "|" else left ^ right


def _float(operator: str, left: float, right: float, spec: TypeSpec) -> float:
    try:
        match operator:
            case "+":
                result = left + right
            case "-":
                result = left - right
            case "*":
                result = left * right
            case _:
                result = left / right
        if spec.dt is DT.R4:
            result = single(result)
    except OverflowError:
        result = math.inf
    if math.isinf(result) or math.isnan(result):
        raise BinaryOverflow(operator=operator, type=spec.dt.label)
    return result


def _decimal(operator: str, left: Decimal | int, right: Decimal | int, spec: TypeSpec) -> Decimal:
    a, b = Decimal(left), Decimal(right)
    match operator:
        case "+":
            result = _EXACT.add(a, b)
        case "-":
            result = _EXACT.subtract(a, b)
        case "*":
            result = _EXACT.multiply(a, b)
        case _:
            result = _EXACT.divide(a, b)
    mode = current().quotient_digits if operator == "/" else current().product_digits
    fitted = fit(result, spec, mode)
    if fitted is None:
        overflow = BinaryOverflow if spec.dt is DT.CY else NumericOverflow
        raise overflow(operator=operator, type=str(spec))
    return fitted


def fit(value: Decimal, spec: TypeSpec, mode: str) -> Decimal | None:
    """The value with the scale of ``spec``, rounded by ``mode`` (``truncate``, ``half_away``, ``half_even``);
    None where its digits do not fit the precision."""
    scale = digits(spec)[1]
    rounding = {"truncate": ROUND_DOWN, "half_away": ROUND_HALF_UP}.get(mode, "ROUND_HALF_EVEN")
    fitted = value.quantize(Decimal((0, (1,), -scale)), rounding=rounding, context=_EXACT)
    return fitted if in_range(unscaled(fitted, scale), spec) else None


def unscaled(value: Decimal | int, scale: int) -> int:
    """``value * 10**scale`` as an integer, exact.

    >>> unscaled(Decimal("1.25"), 2)
    125
    """
    return int(Decimal(value).scaleb(scale, context=_EXACT))


def in_range(unscaled: int, spec: TypeSpec) -> bool:
    """Whether an unscaled value fits DT_CY, DT_DECIMAL or DT_NUMERIC."""
    _, low, high = decimal_limits(spec)
    return low <= unscaled <= high


def negate(value: Any, spec: TypeSpec) -> Any:
    """``-value``; NegateOverflow for the least value of an integer type or DT_CY."""
    if spec.family == "int" and value == spec.info.low:
        raise NegateOverflow(type=spec.dt.label)
    if spec.dt is DT.CY and not in_range(-unscaled(value, 4), spec):
        raise NegateOverflow(type=spec.dt.label)
    if spec.family == "decimal":
        return value if value == 0 else value.copy_negate()
    return -value
