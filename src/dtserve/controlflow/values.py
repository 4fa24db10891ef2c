"""Values of variables and parameters: types, conversions, stored text (FORMAT §3.3, CONTROL_FLOW §5)."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from dtserve.controlflow.errors import DtsConversionFailed, VariableTypeMismatch
from dtserve.controlflow.stored_values import (
    OBJECT,
    RANGES,
    ZERO_DATE,
    conversion_error,
    default_value,
    parse_variant,
    variant_name,
)
from dtserve.datatypes import DT, TypeSpec, from_variant

__all__ = [
    "OBJECT",
    "ZERO_DATE",
    "convert_to_variant",
    "default_value",
    "display_text",
    "parse_variant",
    "python_spec",
    "stored_text",
    "strict_to_variant",
    "variant_name",
    "variant_spec",
]

UNLIMITED = 1 << 30
"""Length of a string variable: none that matters."""

_ALIKE = {
    8: {DT.WSTR, DT.STR, DT.NTEXT, DT.TEXT},
    7: {DT.DATE, DT.DBDATE, DT.DBTIMESTAMP, DT.DBTIMESTAMP2, DT.FILETIME},
    14: {DT.DECIMAL, DT.NUMERIC, DT.CY},
    6: {DT.CY, DT.DECIMAL, DT.NUMERIC},
    18: {DT.UI2},
    22: {DT.I4},
    23: {DT.UI4},
    72: {DT.GUID},
}
_DTS = {
    DT.BOOL: 11, DT.I1: 16, DT.I2: 2, DT.I4: 3, DT.I8: 20, DT.UI1: 17, DT.UI2: 18, DT.UI4: 19, DT.UI8: 21,
    DT.R4: 4, DT.R8: 5,
}  # fmt: skip


def variant_spec(vt: int, value: Any) -> TypeSpec | None:
    """The expression type of a variable that now holds ``value``; None for Object."""
    if vt == OBJECT:
        return None
    if vt in (22, 23):
        vt -= 19 if vt == 22 else 4
    if vt == 7:
        return TypeSpec(DT.DATE)
    dt = from_variant(vt)
    if dt is DT.WSTR:
        return TypeSpec(DT.WSTR, length=len(value) if isinstance(value, str) else 0)
    if dt is DT.DECIMAL and isinstance(value, Decimal):
        exponent = value.as_tuple().exponent
        return TypeSpec(DT.DECIMAL, scale=max(0, -exponent) if isinstance(exponent, int) else 0)
    return TypeSpec(dt)


def python_spec(value: Any) -> TypeSpec | None:
    """The type of a bare Python value; None for what only an Object holds."""
    if isinstance(value, bool):
        return TypeSpec(DT.BOOL)
    if isinstance(value, int):
        low, high = RANGES[3]
        return TypeSpec(DT.I4 if low <= value <= high else DT.I8)
    if isinstance(value, str):
        return TypeSpec(DT.WSTR, length=len(value))
    if isinstance(value, datetime):
        return TypeSpec(DT.DBTIMESTAMPOFFSET if value.tzinfo else DT.DBTIMESTAMP, scale=7 if value.tzinfo else 0)
    if isinstance(value, Decimal):
        exponent = value.as_tuple().exponent
        return TypeSpec(DT.DECIMAL, scale=max(0, -exponent) if isinstance(exponent, int) else 0)
    simple: tuple[tuple[type, DT], ...] = ((float, DT.R8), (date, DT.DBDATE), (time, DT.DBTIME2), (bytes, DT.BYTES))
    for kind, dt in simple:
        if isinstance(value, kind):
            return TypeSpec(dt, length=len(value) if isinstance(value, bytes) else 0)
    return None


def convert_to_variant(value: Any, spec: TypeSpec | None, vt: int, name: str, locale_id: int = 1033) -> Any:
    """``value`` of type ``spec`` (None = by its Python type) as a value of a variable of type ``vt``.

    The conversion is that of a cast; DtsConversionFailed when the value does not fit,
    VariableTypeMismatch for NULL in anything but an Object.
    """
    if vt == OBJECT:
        return value
    if value is None:
        raise VariableTypeMismatch(name=name, given="NULL", expected=variant_name(vt))
    fitting = _fitting(value, vt)
    if fitting is not None:
        return fitting
    source = spec or python_spec(value)
    if source is None:
        raise VariableTypeMismatch(name=name, given=type(value).__name__, expected=variant_name(vt))
    if source.dt in (DT.NTEXT, DT.TEXT):
        source = TypeSpec(DT.WSTR, length=len(value))
    if vt == 14:
        return _to_decimal(value, name)
    from dtserve.datatypes.convert import convert_value

    target = TypeSpec(DT.WSTR, length=UNLIMITED) if vt == 8 else variant_spec(vt, None)
    if target is None:
        raise VariableTypeMismatch(name=name, given=str(source), expected=variant_name(vt))
    try:
        return convert_value(value, source, target, locale_id=locale_id)
    except conversion_error() as error:
        raise DtsConversionFailed(name=name, type=variant_name(vt), detail=error) from None


def _fitting(value: Any, vt: int) -> Any:
    """The value itself where no conversion is needed; None otherwise."""
    kind = type(value)
    if kind is int:
        bounds = RANGES.get(vt)
        return value if bounds is not None and bounds[0] <= value <= bounds[1] else None
    if (kind is str and vt in (8, 72)) or (kind is bool and vt == 11) or (kind is float and vt == 5):
        return value
    if kind is datetime and vt == 7 and value.tzinfo is None:
        return value
    return value if kind is Decimal and vt == 14 else None


def _to_decimal(value: Any, name: str) -> Decimal:
    try:
        return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        raise DtsConversionFailed(name=name, type="Decimal", detail="it is no number.") from None


def strict_to_variant(value: Any, spec: TypeSpec | None, vt: int, name: str, locale_id: int = 1033) -> Any:
    """Like :func:`convert_to_variant` for values that must already have the variable's type (0xC001F009)."""
    if vt == OBJECT:
        return value
    source = spec or python_spec(value)
    if value is None or source is None:
        raise VariableTypeMismatch(name=name, given="NULL" if value is None else "Object", expected=variant_name(vt))
    same = source.dt in _ALIKE[vt] if vt in _ALIKE else _DTS.get(source.dt) == vt
    if not same:
        raise VariableTypeMismatch(name=name, given=str(source), expected=variant_name(vt))
    return convert_to_variant(value, source, vt, name, locale_id)


def display_text(value: Any) -> str:
    """A value as SSIS turns it into the text of a property."""
    if isinstance(value, str):
        return value
    spec = python_spec(value)
    if spec is None:
        return str(value)
    from dtserve.datatypes.text import format_value

    return format_value(value, spec)


_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def stored_text(value: Any, vt: int) -> str:
    """A value as packages store it: the inverse of :func:`parse_variant`.

    >>> stored_text(True, 11), stored_text(datetime(2020, 4, 2, 16, 37, 40), 7)
    ('-1', '4/2/2020 4:37:40 PM')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "-1" if value else "0"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, datetime):
        from dtserve.datatypes.text import format_value

        return format_value(value, TypeSpec(DT.DATE), locale_id=1033)
    return _NOT_XML.sub("?", display_text(value))
