"""Values from text, by standard parse or fast parse (DATA_FLOW §3.4)."""

from __future__ import annotations

from typing import Any

from dtserve.datatypes.errors import ConversionTruncation
from dtserve.datatypes.locales import DEFAULT_LCID, locale_for
from dtserve.datatypes.moments import finish
from dtserve.datatypes.parse_fast import parse_moment_fast
from dtserve.datatypes.parse_moments import parse_moment
from dtserve.datatypes.parse_numbers import (
    parse_bool,
    parse_bytes,
    parse_decimal,
    parse_float,
    parse_guid,
    parse_integer,
    parse_integer_fast,
)
from dtserve.datatypes.strings import fit_text
from dtserve.datatypes.types import DT, TypeSpec

__all__ = ["TEXT", "parse_outcome", "parse_value"]

TEXT = TypeSpec(DT.WSTR)
"""The type that stands for "text" in messages when the source type is not known."""


def parse_value(text: str, spec: TypeSpec, *, locale_id: int = DEFAULT_LCID, fast_parse: bool = False) -> Any:
    """The value of type ``spec`` that a text stands for; None for None.

    ConversionError when it stands for none, ConversionTruncation (with the shortened value)
    when it does not fit whole.

    >>> parse_value("10/27/2001", TypeSpec(DT.DBDATE))
    datetime.date(2001, 10, 27)
    >>> parse_value("(1,234.50)", TypeSpec(DT.NUMERIC, precision=10, scale=2))
    Decimal('-1234.50')
    """
    if text is None:
        return None
    value, cut = parse_outcome(text, spec, TEXT, locale_id, fast_parse)
    if cut:
        raise ConversionTruncation(value, source=TEXT, target=spec, reason="the value is longer")
    return value


def parse_outcome(text: str, spec: TypeSpec, source: object, locale_id: int, fast_parse: bool) -> tuple[Any, bool]:
    """The value and whether it was cut; ConversionError where there is none."""
    family = spec.family
    if family == "text":
        return fit_text(text, spec)
    if family == "int" and fast_parse:
        return parse_integer_fast(text, spec, source)
    if family == "datetime" and fast_parse:
        moment, zone, cut = parse_moment_fast(text, spec, source)
        value, shortened = finish(moment, zone, spec, source)
        return value, shortened or (cut and spec.dt is not DT.DBDATE)
    if family == "guid":
        return parse_guid(text, spec, source), False
    if family == "binary":
        return parse_bytes(text, spec, source)
    return _standard(text, spec, source, locale_id)


def _standard(text: str, spec: TypeSpec, source: object, locale_id: int) -> tuple[Any, bool]:
    locale = locale_for(locale_id)
    family = spec.family
    if family == "int":
        return parse_integer(text, spec, source, locale)
    if family == "decimal":
        return parse_decimal(text, spec, source, locale)
    if family == "float":
        return parse_float(text, spec, source, locale), False
    if family == "bool":
        return parse_bool(text, spec, source, locale), False
    if family == "none":
        return None, False
    moment, zone, cut = parse_moment(text, spec, source, locale)
    value, shortened = finish(moment, zone, spec, source)
    return value, shortened or (cut and spec.dt is not DT.DBDATE)
