"""One value from one type to another.

The matrix of :mod:`dtserve.datatypes.matrix` says which pairs convert; this module says how.
Sources: EXPRESSIONS §5.4 and §5.6, DATA_FLOW §3.3 and §3.4.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from dtserve.datatypes.code_pages import DEFAULT_CODE_PAGE, decode, encode
from dtserve.datatypes.errors import ConversionError, ConversionTruncation, SignMismatch, UnsupportedConversion
from dtserve.datatypes.locales import DEFAULT_LCID
from dtserve.datatypes.matrix import is_legal
from dtserve.datatypes.moments import convert_moment, filetime_ticks, finish, from_filetime_ticks, from_ole, to_ole
from dtserve.datatypes.numbers_exact import decimal_to_float, exact_decimal, fit_decimal, fit_float, fit_integer
from dtserve.datatypes.parse import parse_outcome
from dtserve.datatypes.strings import fit_bytes, fit_text
from dtserve.datatypes.switches import current
from dtserve.datatypes.text import format_value
from dtserve.datatypes.types import DT, TypeSpec

__all__ = ["convert_outcome", "convert_value"]

_NUMERIC = frozenset({"int", "float", "decimal", "bool"})
_BINARY_FORMS = {
    DT.I4: (4, True), DT.UI4: (4, False), DT.I8: (8, True), DT.UI8: (8, False),
}  # fmt: skip


def convert_value(
    value: Any, source: TypeSpec, target: TypeSpec, *, locale_id: int = DEFAULT_LCID, fast_parse: bool = False
) -> Any:
    """The value as the target type; None for None.

    UnsupportedConversion for a pair that never converts, ConversionError for a value that
    does not, ConversionTruncation (with the shortened value) for one that does not fit whole.

    >>> convert_value(Decimal("12.5"), TypeSpec(DT.NUMERIC, precision=4, scale=1), TypeSpec(DT.R8))
    12.5
    """
    if not is_legal(source.dt, target.dt):
        raise UnsupportedConversion(source=source, target=target)
    if value is None or target.family == "none":
        return None
    found, cut = convert_outcome(value, source, target, locale_id, fast_parse)
    if cut:
        raise ConversionTruncation(found, source=source, target=target, reason="the value does not fit whole")
    return found


def convert_outcome(
    value: Any, source: TypeSpec, target: TypeSpec, locale_id: int = DEFAULT_LCID, fast_parse: bool = False
) -> tuple[Any, bool]:
    """The converted value and whether it was cut, for a legal pair and a value that is not None."""
    family = source.family
    if family == "text":
        if target.dt is DT.IMAGE:
            return _text_bytes(value, source), False
        return parse_outcome(value, target, source, locale_id, fast_parse)
    if target.family == "text" and family != "binary":
        return fit_text(format_value(value, source, locale_id=locale_id), target)
    if family in _NUMERIC and target.family in _NUMERIC:
        return convert_number(value, source, target)
    if family == "datetime" and target.family == "datetime":
        return convert_moment(value, source, target)
    return _RULES[family](value, source, target)


def convert_number(value: Any, source: TypeSpec, target: TypeSpec) -> tuple[Any, bool]:
    """A number or truth value as another; True is -1 (EXPRESSIONS §5.4)."""
    if target.dt is DT.BOOL:
        return value != 0, False
    if isinstance(value, bool):
        if target.family == "int" and not target.info.signed:
            return _unsigned_truth(value, source, target), False
        value = -int(value)
    if target.family == "float":
        number = decimal_to_float(value) if isinstance(value, Decimal) else _to_float(value)
        return fit_float(number, target, source) if source.family != "float" else _narrow(number, target, source), False
    if target.family == "decimal":
        exact = exact_decimal(value, source, target) if isinstance(value, float) else Decimal(value)
        return fit_decimal(exact, target, source)
    if isinstance(value, float):
        exact_decimal(value, source, target)
        value = Decimal(value)
    return fit_integer(value, target, source)


def _unsigned_truth(value: bool, source: TypeSpec, target: TypeSpec) -> int:
    choice = current().true_as_unsigned
    if value and choice == "error":
        raise SignMismatch(source=source, target=target)
    return (target.info.high if choice == "all_ones" else 1) if value else 0


def _to_float(value: Any) -> float:
    return float(value)


def _narrow(number: float, target: TypeSpec, source: TypeSpec) -> float:
    """Float to float: NaN and infinities pass, only a finite number can overflow."""
    return number if number in (float("inf"), float("-inf")) else fit_float(number, target, source)


def _from_number(value: Any, source: TypeSpec, target: TypeSpec) -> tuple[Any, bool]:
    if target.family == "binary":
        size, signed = _BINARY_FORMS[source.dt]
        return fit_bytes(int(value).to_bytes(size, "little", signed=signed), target)
    if target.dt is DT.FILETIME and source.dt in (DT.I8, DT.UI8):
        return from_filetime_ticks(value, target, source)
    number = decimal_to_float(value) if isinstance(value, Decimal) else -float(value) if value is True else float(value)
    return finish(from_ole(number, target, source), None, target, source)


def _from_moment(value: Any, source: TypeSpec, target: TypeSpec) -> tuple[Any, bool]:
    if source.dt is DT.FILETIME:
        return fit_integer(filetime_ticks(value), target, source)
    return convert_number(to_ole(value), TypeSpec(DT.R8), target)


def _from_binary(value: bytes, source: TypeSpec, target: TypeSpec) -> tuple[Any, bool]:
    if target.family == "binary":
        return fit_bytes(value, target)
    if target.dt in (DT.STR, DT.WSTR):
        return fit_text(format_value(value, source), target)
    if target.dt in (DT.TEXT, DT.NTEXT):
        text, lost = decode(value, 1200 if target.dt is DT.NTEXT else target.code_page or DEFAULT_CODE_PAGE)
        return text, lost
    if target.dt is DT.GUID:
        if len(value) != 16:
            raise ConversionError(source=source, target=target, reason="a GUID has 16 bytes")
        return "{" + str(uuid.UUID(bytes_le=value)).upper() + "}", False
    if target.dt is DT.R4:
        if len(value) != 4:
            raise ConversionError(source=source, target=target, reason="the value has 4 bytes")
        import struct

        return struct.unpack("<f", value)[0], False
    size, signed = _BINARY_FORMS[target.dt]
    if len(value) != size:
        raise ConversionError(source=source, target=target, reason=f"the value has {size} bytes")
    return int.from_bytes(value, "little", signed=signed), False


def _from_guid(value: str, source: TypeSpec, target: TypeSpec) -> tuple[Any, bool]:
    if target.dt is DT.GUID:
        return value, False
    return fit_bytes(uuid.UUID(value).bytes_le, target)


def _text_bytes(value: str, source: TypeSpec) -> bytes:
    """The bytes of a text for DT_IMAGE: UTF-16 of the Unicode types, else the code page."""
    if source.dt in (DT.WSTR, DT.NTEXT):
        return value.encode("utf-16-le", "surrogatepass")
    return encode(value, source.code_page or DEFAULT_CODE_PAGE, current().unmappable_replacement)[0]


_RULES: dict[str, Callable[[Any, TypeSpec, TypeSpec], tuple[Any, bool]]] = {
    "int": _from_number,
    "float": _from_number,
    "decimal": _from_number,
    "bool": _from_number,
    "datetime": _from_moment,
    "binary": _from_binary,
    "guid": _from_guid,
}
