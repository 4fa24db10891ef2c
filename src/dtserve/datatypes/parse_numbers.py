"""Numbers, truth values, GUIDs and bytes from text.

Standard parse follows the Automation routines with the marks of the locale (DATA_FLOW
§3.4): blanks around, one sign before or behind, parentheses for negative numbers, a
currency sign, thousands marks, an exponent, ``&H`` and ``&O`` integers. Fast parse of
integers: blanks, one sign, digits; nothing else.
"""

from __future__ import annotations

import re
from decimal import Decimal, localcontext
from functools import cache

from dtserve.datatypes.errors import ConversionError, ConversionOverflow
from dtserve.datatypes.locales import Locale
from dtserve.datatypes.numbers_exact import EXACT, decimal_to_float, fit_decimal, fit_float, fit_integer
from dtserve.datatypes.switches import current
from dtserve.datatypes.types import TypeSpec

__all__ = [
    "BLANKS", "parse_bool", "parse_bytes", "parse_decimal", "parse_float", "parse_guid", "parse_integer",
    "parse_integer_fast", "standard_number",
]  # fmt: skip

BLANKS = " \t\n\v\f\r"
_SPACES = " \u00a0\u202f"
_RADIX = re.compile(r"&(?:[hH]([0-9A-Fa-f]{1,16})|[oO]([0-7]{1,22}))&?")
_FAST_INTEGER = re.compile(r"[ \t]*([+-]?[0-9]+)[ \t]*")
_GUID = re.compile(r"\{[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}\}")
_TRUTH = {"true": True, "#true#": True, "false": False, "#false#": False}
_EXPONENT_LIMIT = 1_000_000


@cache
def _number_pattern(locale: Locale) -> re.Pattern[str]:
    currency = re.escape(locale.currency)
    thousands = f"[{_SPACES}]" if locale.thousands in _SPACES else re.escape(locale.thousands)
    decimal = re.escape(locale.decimal)
    edge = rf"(?:[ \t\n\v\f\r()+-]|{currency}){{0,12}}?"
    return re.compile(
        rf"(?P<lead>{edge})"
        rf"(?P<whole>[0-9](?:{thousands}?[0-9])*)?(?:{thousands})?"
        rf"(?:{decimal}(?P<part>[0-9]*))?"
        rf"(?:[eE](?P<power>[+-]?[0-9]+))?"
        rf"(?P<trail>{edge})"
    )


def standard_number(text: str, locale: Locale) -> Decimal | None:
    """The number a text stands for under standard parse, exactly; None when it is none."""
    bare = text.strip(BLANKS)
    radix = _RADIX.fullmatch(bare)
    if radix:
        return Decimal(int(radix[1], 16) if radix[1] else int(radix[2], 8))
    match = _number_pattern(locale).fullmatch(bare)
    if not match or not (match["whole"] or match["part"]):
        return None
    edges = match["lead"] + match["trail"]
    negative = _sign(edges, match["lead"], match["trail"], locale.currency)
    if negative is None:
        return None
    whole = re.sub("[^0-9]", "", match["whole"] or "")
    exponent = match["power"] or "0"
    power = min(_EXPONENT_LIMIT, int(exponent.lstrip("+-0")[:9] or "0"))
    power = -power if exponent.startswith("-") else power
    with localcontext(EXACT):
        digits = whole + (match["part"] or "")
        number = Decimal(f"{digits}E{power - len(match['part'] or '')}")
        return number.copy_negate() if negative else number


def _sign(edges: str, lead: str, trail: str, currency: str) -> bool | None:
    """Whether the signs around the digits say "negative"; None when they are no sign at all."""
    if edges.count(currency) > 1 or sum(edges.count(mark) for mark in "+-") > 1:
        return None
    opened, closed = lead.count("("), trail.count(")")
    if opened != closed or opened > 1 or edges.count("(") + edges.count(")") != opened + closed:
        return None
    if opened and "-" in edges:
        return None
    return opened == 1 or "-" in edges


def _number(text: str, target: TypeSpec, source: object, locale: Locale) -> Decimal:
    number = standard_number(text, locale)
    if number is None:
        raise ConversionError(source=source, target=target, reason="the text is not a number")
    return number


def parse_integer(text: str, target: TypeSpec, source: object, locale: Locale) -> tuple[int, bool]:
    """An integer by standard parse."""
    return fit_integer(_number(text, target, source, locale), target, source)


def parse_integer_fast(text: str, target: TypeSpec, source: object) -> tuple[int, bool]:
    """An integer by fast parse; blanks only are 0."""
    match = _FAST_INTEGER.fullmatch(text)
    if match:
        if len(match[1]) > 400:
            raise ConversionOverflow(source=source, target=target, reason="too many digits")
        return fit_integer(int(match[1]), target, source)
    if not text.strip(" \t") and (text or current().fast_parse_empty_is_zero):
        return 0, False
    raise ConversionError(source=source, target=target, reason="the text is not an integer")


def parse_decimal(text: str, target: TypeSpec, source: object, locale: Locale) -> tuple[Decimal, bool]:
    """CY, DECIMAL or NUMERIC by standard parse."""
    return fit_decimal(_number(text, target, source, locale), target, source)


def parse_float(text: str, target: TypeSpec, source: object, locale: Locale) -> float:
    """R4 or R8 by standard parse."""
    return fit_float(decimal_to_float(_number(text, target, source, locale)), target, source)


def parse_bool(text: str, target: TypeSpec, source: object, locale: Locale) -> bool:
    """True, False in any case (also between ``#``), or a number: 0 is False."""
    bare = text.strip(BLANKS)
    truth = _TRUTH.get(bare.lower())
    if truth is not None:
        return truth
    number = standard_number(bare, locale)
    if number is None:
        raise ConversionError(source=source, target=target, reason="the text is neither True nor False nor a number")
    return number != 0


def parse_guid(text: str, target: TypeSpec, source: object) -> str:
    """A GUID in braces, in upper case (EXPRESSIONS §9 no. 290; without braces there is no conversion)."""
    bare = text.strip(BLANKS)
    if not _GUID.fullmatch(bare):
        raise ConversionError(source=source, target=target, reason="the text is not a GUID in braces")
    return bare.upper()


def parse_bytes(text: str, target: TypeSpec, source: object) -> tuple[bytes, bool]:
    """DT_BYTES from pairs of hexadecimal digits, with or without ``0x``."""
    bare = text.strip(BLANKS)
    if bare[:2] in ("0x", "0X"):
        bare = bare[2:]
    if len(bare) % 2 or not re.fullmatch("[0-9A-Fa-f]*", bare):
        raise ConversionError(source=source, target=target, reason="the text is not made of hexadecimal digits")
    data = bytes.fromhex(bare)
    return (data[: target.length], True) if target.length and len(data) > target.length else (data, False)
