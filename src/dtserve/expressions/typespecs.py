"""The type of a cast or of NULL() from its parameters as written (EXPRESSIONS §4.1)."""

from __future__ import annotations

from dtserve.datatypes import DT, TypeSpec, from_name
from dtserve.datatypes.code_pages import CODECS
from dtserve.expressions.errors import ExpressionFault, FailedToParse
from dtserve.expressions.nodes import Cast, Null, Parameter
from dtserve.expressions.type_errors import (
    InvalidCastCodePage,
    InvalidCastLength,
    InvalidCastParameter,
    InvalidCastParameterType,
    InvalidCastPrecision,
    InvalidCastScale,
    InvalidNullCodePage,
    InvalidNullLength,
    InvalidNullParameter,
    InvalidNullParameterType,
    InvalidNullPrecision,
    InvalidNullScale,
    UnsupportedType,
)

__all__ = ["MAX_BYTES", "MAX_STRING", "MAX_WIDE_STRING", "type_of"]

MAX_STRING = 8_000
MAX_WIDE_STRING = 4_000
MAX_BYTES = 8_000

_PARAMETERS: dict[DT, tuple[str, ...]] = {
    DT.STR: ("length", "code_page"),
    DT.WSTR: ("length",),
    DT.BYTES: ("length",),
    DT.DECIMAL: ("scale",),
    DT.NUMERIC: ("precision", "scale"),
    DT.TEXT: ("code_page",),
    DT.DBTIME2: ("scale",),
    DT.DBTIMESTAMP2: ("scale",),
    DT.DBTIMESTAMPOFFSET: ("scale",),
}
_CAST_ERRORS: dict[str, type[ExpressionFault]] = {
    "length": InvalidCastLength,
    "code_page": InvalidCastCodePage,
    "precision": InvalidCastPrecision,
    "scale": InvalidCastScale,
    "static": InvalidCastParameter,
    "integer": InvalidCastParameterType,
}
_NULL_ERRORS: dict[str, type[ExpressionFault]] = {
    "length": InvalidNullLength,
    "code_page": InvalidNullCodePage,
    "precision": InvalidNullPrecision,
    "scale": InvalidNullScale,
    "static": InvalidNullParameter,
    "integer": InvalidNullParameterType,
}
_LENGTHS = {DT.STR: MAX_STRING, DT.WSTR: MAX_WIDE_STRING, DT.BYTES: MAX_BYTES}
_NO_TYPE = (DT.EMPTY, DT.NULL)


def type_of(node: Cast | Null, text: str) -> TypeSpec:
    """The type that a cast or NULL() names; a coded error for a wrong name or parameter."""
    errors = _CAST_ERRORS if isinstance(node, Cast) else _NULL_ERRORS
    try:
        dt = from_name(node.type_name)
    except KeyError:
        raise UnsupportedType(type=node.type_name).locate(text, node.start, node.end) from None
    if dt in _NO_TYPE:
        raise UnsupportedType(type=node.type_name).locate(text, node.start, node.end)
    wanted = _PARAMETERS.get(dt, ())
    if len(node.parameters) != len(wanted):
        detail = f"{dt.label} takes {len(wanted)} parameters, not {len(node.parameters)}"
        raise FailedToParse(detail=detail).locate(text, node.start, node.end)
    values: dict[str, int] = {}
    for number, (name, parameter) in enumerate(zip(wanted, node.parameters, strict=True), 1):
        value = _integer(parameter, dt, number, errors, text)
        low, high = _range(dt, name, values)
        if (name == "code_page" and value not in CODECS) or (name != "code_page" and not low <= value <= high):
            fault = errors[name](value=value, type=dt.label, low=low, high=high)
            raise fault.locate(text, parameter.start, parameter.end)
        values[name] = value
    return TypeSpec(dt, **values)


def _integer(parameter: Parameter, dt: DT, number: int, errors: dict[str, type[ExpressionFault]], text: str) -> int:
    literal = parameter.literal
    if literal is None:
        raise errors["static"](number=number, type=dt.label).locate(text, parameter.start, parameter.end)
    if not isinstance(literal.value, int) or isinstance(literal.value, bool):
        raise errors["integer"](number=number, type=dt.label).locate(text, parameter.start, parameter.end)
    return literal.value


def _range(dt: DT, name: str, before: dict[str, int]) -> tuple[int, int]:
    if name == "length":
        return 0, _LENGTHS[dt]
    if name == "precision":
        return 1, 38
    if dt is DT.NUMERIC:
        return 0, before["precision"]
    return (0, 28) if dt is DT.DECIMAL else (0, 7)
