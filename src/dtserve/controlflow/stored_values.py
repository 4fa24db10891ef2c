"""Stored values of variables and parameters, and what they hold when nothing is stored (FORMAT §3.3).

Conversions between types are in :mod:`dtserve.controlflow.values`, which hands these names out too; a package
without values starts without the data types.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dtserve.controlflow.errors import VariableLoadError

if TYPE_CHECKING:
    from decimal import Decimal

__all__ = ["OBJECT", "RANGES", "ZERO_DATE", "conversion_error", "default_value", "parse_variant", "variant_name"]

OBJECT = 13
"""VT_UNKNOWN: a variable of type Object."""

ZERO_DATE = datetime(1899, 12, 30)

_NAMES = {
    0: "Empty", 1: "DBNull", 2: "Int16", 3: "Int32", 4: "Single", 5: "Double", 6: "Currency", 7: "DateTime",
    8: "String", 11: "Boolean", 13: "Object", 14: "Decimal", 16: "SByte", 17: "Byte", 18: "Char", 19: "UInt32",
    20: "Int64", 21: "UInt64", 22: "Int32", 23: "UInt32", 64: "FileTime", 72: "Guid",
}  # fmt: skip
_WIDTHS = {
    2: (16, True), 3: (32, True), 16: (8, True), 17: (8, False), 18: (16, False), 19: (32, False),
    20: (64, True), 21: (64, False), 22: (32, True), 23: (32, False),
}  # fmt: skip
RANGES = {
    vt: (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
    for vt, (bits, signed) in _WIDTHS.items()
}
"""Least and greatest value of the integer types."""


def variant_name(vt: int) -> str:
    """The .NET name the designer shows for a VARIANT type.

    >>> variant_name(3), variant_name(13)
    ('Int32', 'Object')
    """
    return _NAMES.get(vt, f"type {vt}")


def default_value(vt: int) -> Any:
    """What a variable holds when nothing is stored: False, 0, empty text, 1899-12-30, None for Object."""
    if vt in RANGES:
        return 0
    if vt in (6, 14):
        return _parse_decimal("0")
    return {11: False, 4: 0.0, 5: 0.0, 7: ZERO_DATE, 8: ""}.get(vt)


def _parse_int(text: str) -> int:
    return int(text.strip() or 0)


def _parse_decimal(text: str) -> Decimal:
    from decimal import Decimal

    return Decimal(text)


def _parse_bool(text: str) -> bool:
    plain = text.strip().lower()
    if plain in ("true", "-1", "1"):
        return True
    if plain in ("false", "0", ""):
        return False
    raise ValueError(text)


def _parse_char(text: str) -> int:
    return ord(text) if len(text) == 1 and not text.isdigit() else _parse_int(text)


def _parse_date(text: str) -> datetime:
    if not text.strip():
        return ZERO_DATE
    if text.strip()[10:11] == "T":  # project parameters are stored in the XML form
        return datetime.fromisoformat(text.strip()).replace(tzinfo=None)
    from dtserve.datatypes import DT, TypeSpec
    from dtserve.datatypes.text import parse_value

    found = parse_value(text.strip(), TypeSpec(DT.DBTIMESTAMP), locale_id=1033, fast_parse=False)
    if not isinstance(found, datetime):
        raise ValueError(text)
    return found


_PARSERS: dict[int, Callable[[str], Any]] = {
    **dict.fromkeys(RANGES, _parse_int),
    18: _parse_char,
    4: float,
    5: float,
    6: _parse_decimal,
    14: _parse_decimal,
    7: _parse_date,
    64: _parse_date,
    8: str,
    72: str,
    11: _parse_bool,
}


NUMBERS = frozenset(RANGES) - {18} | {4, 5, 6, 14}


def parse_variant(text: str | None, vt: int, name: str, *, sensitive: bool = False) -> Any:
    """The value behind the stored text of a variable or parameter; VariableLoadError when there is none.

    >>> parse_variant("-1", 11, "b"), parse_variant("42", 3, "n"), parse_variant(None, 8, "s")
    (True, 42, '')
    """
    parser = _PARSERS.get(vt)
    if text is None or parser is None:
        return default_value(vt)
    if not text and vt not in (8, 72):
        return default_value(vt)
    try:
        if vt in NUMBERS and "_" in text:  # which Python takes between digits
            raise ValueError(text)
        value = parser(text)
        if vt in RANGES and not RANGES[vt][0] <= value <= RANGES[vt][1]:
            raise ValueError(text)
    except (ValueError, ArithmeticError, conversion_error()):
        shown = "(sensitive)" if sensitive else text[:200]
        raise VariableLoadError(value=shown, name=name, type=variant_name(vt)) from None
    return value


def conversion_error() -> type[Exception]:
    """The error of a conversion that fails; imported only when one is tried."""
    from dtserve.datatypes.errors import ConversionError

    return ConversionError
