"""ROUND, CEILING and FLOOR of one value: the type and its scale stay (EXPRESSIONS §7)."""

from __future__ import annotations

import math
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from typing import Any

from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.numbers_exact import single
from dtserve.expressions.arithmetic import fit
from dtserve.expressions.promotion import digits
from dtserve.expressions.switches import current
from dtserve.expressions.value_errors import FunctionOverflow

__all__ = ["FLOAT_DIGITS", "round_float", "round_value", "whole"]

FLOAT_DIGITS = 15
"""Digits behind the point beyond which ROUND leaves a float as it is."""

_EXACT = Context(prec=200)


def round_value(value: Any, length: int, spec: TypeSpec, function: str) -> Any:
    """The value rounded to ``length`` digits (not negative) behind the point.

    >>> round_value(Decimal("137.1575"), 3, TypeSpec(DT.NUMERIC, precision=7, scale=4), "ROUND")
    Decimal('137.1580')
    """
    if spec.family == "int":
        return value
    if spec.family == "float":
        return _single(round_float(value, length), spec)
    if length >= digits(spec)[1]:
        return value
    exponent = Decimal((0, (1,), -length))
    rounding = "ROUND_HALF_UP" if current().round_ties == "half_away" else "ROUND_HALF_EVEN"
    return _fitted(value.quantize(exponent, rounding=rounding, context=_EXACT), spec, function)


def round_float(value: float, length: int) -> float:
    """A double rounded to ``length`` digits, .5 away from zero or to even (a switch)."""
    if length > FLOAT_DIGITS or not math.isfinite(value):
        return value
    scale = 10.0**length
    size = abs(value) * scale
    if math.isinf(size):
        return value
    low = math.floor(size)
    rest = size - low
    up = rest >= 0.5 if current().round_ties == "half_away" else rest > 0.5 or (rest == 0.5 and low % 2 == 1)
    return math.copysign((low + up) / scale, value)


def whole(value: Any, spec: TypeSpec, function: str) -> Any:
    """CEILING and FLOOR.

    >>> whole(Decimal("-124.27"), TypeSpec(DT.NUMERIC, precision=5, scale=2), "CEILING")
    Decimal('-124.00')
    """
    if spec.family == "int":
        return value
    if spec.family == "float":
        return float(math.ceil(value) if function == "CEILING" else math.floor(value))
    rounding = ROUND_CEILING if function == "CEILING" else ROUND_FLOOR
    return _fitted(value.quantize(Decimal(1), rounding=rounding, context=_EXACT), spec, function)


def _fitted(value: Decimal, spec: TypeSpec, function: str) -> Decimal:
    fitted = fit(value, spec, "truncate")
    if fitted is None:
        raise FunctionOverflow(function=function, type=str(spec))
    return abs(fitted) if fitted == 0 else fitted


def _single(value: float, spec: TypeSpec) -> float:
    return single(value) if spec.dt is DT.R4 else value
