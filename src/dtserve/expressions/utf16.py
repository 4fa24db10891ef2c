"""Text as SSIS counts it: in UTF-16 units, where a character beyond the BMP is two.

A function that would cut such a pair in two drops the half, as conversions do, in both
back-ends, because the columnar form (UTF-8) cannot hold a half.
"""

from __future__ import annotations

from dtserve.datatypes.strings import utf16_length

__all__ = ["cut", "is_bmp", "simple_lower", "simple_upper", "units", "utf16_length"]


def is_bmp(text: str) -> bool:
    """Whether every character is one UTF-16 unit."""
    return text.isascii() or max(text, default="") <= "\uffff"


def units(text: str) -> bytes:
    """The UTF-16 units, two bytes each, little end first."""
    return text.encode("utf-16-le", "surrogatepass")


def cut(text: str, start: int, stop: int) -> str:
    """The units ``start`` to ``stop`` (from 0), as a slice of a Python text.

    >>> cut("Mountain Bike", 9, 13)
    'Bike'
    """
    if is_bmp(text):
        return text[start:stop]
    return units(text)[2 * start : 2 * stop].decode("utf-16-le", "ignore")


def simple_upper(text: str) -> str:
    """Upper case, character by character, as Windows does: characters without a single upper one stay.

    >>> simple_upper("straße")
    'STRAßE'
    """
    upper = text.upper()
    if len(upper) == len(text):
        return upper
    return "".join(one if len(one := char.upper()) == 1 else char for char in text)


def simple_lower(text: str) -> str:
    """Lower case, character by character; ``İ`` stays and ``Σ`` is always ``σ``."""
    if text.isascii():
        return text.lower()
    return "".join(one if len(one := char.lower()) == 1 else char for char in text)
