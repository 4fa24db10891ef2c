"""Text lengths: what DT_STR, DT_WSTR, DT_TEXT, DT_NTEXT and DT_BYTES can hold.

DT_WSTR counts UTF-16 units, DT_STR and DT_TEXT bytes of the code page; both end at the
first NUL (EXPRESSIONS §4.1). A length of 0 means "not declared": nothing is cut. A
character outside the code page becomes ``?`` and the value counts as truncated (§5.4). A
cut never leaves half a surrogate pair or half a double-byte character behind.
"""

from __future__ import annotations

from dtserve.datatypes.code_pages import UTF8, decode, encode, is_single_byte
from dtserve.datatypes.switches import current
from dtserve.datatypes.types import DT, TypeSpec

__all__ = ["fit_bytes", "fit_text", "utf16_length"]


def utf16_length(text: str) -> int:
    """The length of a text in UTF-16 units, as LEN and DT_WSTR count.

    >>> utf16_length("a😀")
    3
    """
    return len(text) if text.isascii() else len(text) + sum(char > "\uffff" for char in text)


def fit_text(text: str, target: TypeSpec) -> tuple[str, bool]:
    """The text as the target holds it, and whether anything was cut or replaced."""
    if target.dt in (DT.STR, DT.WSTR) and "\0" in text:
        text = text[: text.index("\0")]
    if target.dt is DT.NTEXT:
        return text, False
    if target.dt is DT.WSTR:
        return _fit_units(text, target.length)
    length = target.length if target.dt is DT.STR else 0
    if text.isascii() and (not length or len(text) <= length):
        return text, False
    return _fit_code_page(text, length, target.code_page)


def _fit_units(text: str, length: int) -> tuple[str, bool]:
    if not length or utf16_length(text) <= length:
        return text, False
    units = 0
    for index, char in enumerate(text):
        units += 2 if char > "\uffff" else 1
        if units > length:
            return text[:index], True
    return text, False


def _fit_code_page(text: str, length: int, code_page: int) -> tuple[str, bool]:
    data, lost = encode(text, code_page, current().unmappable_replacement)
    if lost:
        text = decode(data, code_page)[0]
    if not length or len(data) <= length:
        return text, lost
    if is_single_byte(code_page):
        return text[:length], True
    if code_page == UTF8:
        return data[:length].decode("utf-8", "ignore"), True
    size = 0
    for index, char in enumerate(text):
        size += len(encode(char, code_page, "?")[0])
        if size > length:
            return text[:index], True
    return text, True


def fit_bytes(data: bytes, target: TypeSpec) -> tuple[bytes, bool]:
    """The bytes as the target holds them, and whether any were cut."""
    if target.dt is DT.BYTES and target.length and len(data) > target.length:
        return data[: target.length], True
    return data, False
