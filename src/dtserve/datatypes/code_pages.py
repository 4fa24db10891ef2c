"""Windows code pages and their Python codecs.

DT_STR and DT_TEXT columns name a code page; in memory their text is Unicode and the code
page decides which characters exist and how many bytes a character counts.
"""

from __future__ import annotations

from functools import cache

from dtserve.datatypes.errors import UnknownCodePage

__all__ = [
    "CODECS", "DEFAULT_CODE_PAGE", "UTF8", "codec", "decode", "encode", "is_single_byte", "known_code_pages",
    "repertoire",
]  # fmt: skip

DEFAULT_CODE_PAGE = 1252
UTF8 = 65001

CODECS: dict[int, str] = {
    37: "cp037", 273: "cp273", 424: "cp424", 437: "cp437", 500: "cp500", 708: "iso8859_6", 720: "cp720",
    737: "cp737", 775: "cp775", 850: "cp850", 852: "cp852", 855: "cp855", 857: "cp857", 858: "cp858",
    860: "cp860", 861: "cp861", 862: "cp862", 863: "cp863", 864: "cp864", 865: "cp865", 866: "cp866",
    869: "cp869", 874: "cp874", 875: "cp875", 932: "cp932", 936: "gbk", 949: "cp949", 950: "cp950",
    1026: "cp1026", 1140: "cp1140", 1200: "utf_16_le", 1201: "utf_16_be", 1250: "cp1250", 1251: "cp1251",
    1252: "cp1252", 1253: "cp1253", 1254: "cp1254", 1255: "cp1255", 1256: "cp1256", 1257: "cp1257",
    1258: "cp1258", 1361: "johab", 10000: "mac_roman", 10006: "mac_greek", 10007: "mac_cyrillic",
    10029: "mac_latin2", 10079: "mac_iceland", 10081: "mac_turkish", 12000: "utf_32_le", 12001: "utf_32_be",
    20127: "ascii", 20866: "koi8_r", 20932: "euc_jp", 20936: "gb2312", 20949: "euc_kr", 21866: "koi8_u",
    28591: "iso8859_1", 28592: "iso8859_2", 28593: "iso8859_3", 28594: "iso8859_4", 28595: "iso8859_5",
    28596: "iso8859_6", 28597: "iso8859_7", 28598: "iso8859_8", 28599: "iso8859_9", 28603: "iso8859_13",
    28605: "iso8859_15", 38598: "iso8859_8", 50220: "iso2022_jp", 50221: "iso2022_jp_1", 50225: "iso2022_kr",
    51932: "euc_jp", 51936: "gb2312", 51949: "euc_kr", 52936: "hz", 54936: "gb18030", 65000: "utf_7",
    65001: "utf_8",
}  # fmt: skip
"""Code page → Python codec. 0 to 3 (system defaults) are taken as 1252."""


@cache
def codec(code_page: int) -> str:
    """The Python codec of a code page; UnknownCodePage for a number without one.

    >>> codec(932), codec(0)
    ('cp932', 'cp1252')
    """
    number = DEFAULT_CODE_PAGE if 0 <= code_page <= 3 else code_page
    found = CODECS.get(number)
    if found is None:
        raise UnknownCodePage(code_page=code_page)
    return found


@cache
def is_single_byte(code_page: int) -> bool:
    """Whether every character of the code page is one byte."""
    name = codec(code_page)
    return name.startswith(("cp0", "cp1", "cp2", "cp4", "cp5", "cp7", "cp8", "iso8859", "koi8", "mac_", "ascii"))


def known_code_pages() -> list[int]:
    """All code pages with a codec."""
    return sorted(CODECS)


@cache
def _tables(code_page: int) -> tuple[str, dict[int, int]]:
    """Byte → character and character → byte of a single-byte code page.

    Windows maps a byte that stands for nothing in 0x80 to 0x9F to the control character
    of the same number, both ways; Python's codecs refuse it.
    """
    name = codec(code_page)
    chars = [bytes([byte]).decode(name, "replace") for byte in range(256)]
    taken = set(chars)
    for byte in range(0x80, 0xA0):
        if chars[byte] == "\ufffd" and chr(byte) not in taken:
            chars[byte] = chr(byte)
    return "".join(chars), {ord(char): byte for byte, char in reversed(list(enumerate(chars))) if char != "\ufffd"}


@cache
def repertoire(code_page: int) -> str:
    """The characters of a single-byte code page as the inside of a regular expression class."""
    return "".join(f"\\x{{{point:x}}}" for point in sorted(_tables(code_page)[1]))


def encode(text: str, code_page: int, replacement: str = "?") -> tuple[bytes, bool]:
    """The bytes of a text and whether a character had no match and was replaced.

    >>> encode("5 €", 1252), encode("Ж", 1252)
    ((b'5 \\x80', False), (b'?', True))
    """
    if is_single_byte(code_page):
        table = _tables(code_page)[1]
        lost = False
        data = bytearray()
        spare = replacement.encode(codec(code_page), "replace")
        for char in text:
            byte = table.get(ord(char))
            if byte is None:
                data += spare
                lost = True
            else:
                data.append(byte)
        return bytes(data), lost
    name = codec(code_page)
    try:
        return text.encode(name), False
    except UnicodeEncodeError:
        return _encode_each(text, name, replacement.encode(name, "replace")), True


def _encode_each(text: str, name: str, spare: bytes) -> bytes:
    parts = []
    for char in text:
        try:
            parts.append(char.encode(name))
        except UnicodeEncodeError:
            parts.append(spare)
    return b"".join(parts)


def decode(data: bytes, code_page: int) -> tuple[str, bool]:
    """The text of some bytes and whether a byte had no match (U+FFFD then)."""
    if is_single_byte(code_page):
        text = data.decode("latin-1").translate(_translation(code_page))
        return text, "\ufffd" in text
    name = codec(code_page)
    try:
        return data.decode(name), False
    except UnicodeDecodeError:
        return data.decode(name, "replace"), True


@cache
def _translation(code_page: int) -> dict[int, str]:
    return dict(enumerate(_tables(code_page)[0]))
