"""Code pages of flat files: bytes to UTF-8 and back, by the rules of Windows.

Bytes that a single-byte code page does not define are the control characters of the same
number, as in Windows. Bytes that are no text in UTF-8, UTF-16 or a double-byte page become
:data:`UNDECODED`, of which the source makes an error of their column. Characters that a
code page lacks stop a write (DATA_FLOW §6). Code page 1200 stands for UTF-16
little endian, the encoding of files with Unicode=True.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from functools import cache, cached_property

from dtserve.datatypes.code_pages import UTF8, codec

__all__ = ["UNDECODABLE_IS_ERROR", "UNDECODED", "CodePage", "Transcoder", "is_valid", "repaired", "shown"]

UTF16 = 1200

UNDECODABLE_IS_ERROR = True
"""Bytes that are no text in the file's code page make an error of the column they stand in (0xC0209084), which its
error disposition settles. The reference does not tell what SSIS does; with False they become what Windows'
MultiByteToWideChar gives, U+FFFD or, in code page 932, U+30FB, without a word."""

UNDECODED = "\U0010ffff"
"""What stands for bytes that are no text: a noncharacter, which no text to be exchanged has."""

_SUBSTITUTE = {932: "\u30fb"}
_SHIFTED = {"hz", "iso2022_jp", "iso2022_jp_1", "iso2022_kr", "utf_7"}


def _substitute(number: int) -> str:
    """The name of an error handler that puts the code page's character in place of bad bytes."""
    name = f"dtserve.flatfile.{number}"
    character = UNDECODED if UNDECODABLE_IS_ERROR else _SUBSTITUTE.get(number, "\ufffd")

    def handler(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeDecodeError):
            raise error
        return character, error.end

    codecs.register_error(name, handler)
    return name


@dataclass(frozen=True)
class CodePage:
    """A code page: its number, Python's codec, and the bytes of its smallest unit."""

    number: int
    codec: str

    @staticmethod
    @cache
    def of(number: int) -> CodePage:
        """The code page with this number; raises UnknownCodePage."""
        return CodePage(number, codec(number))

    @property
    def is_utf8(self) -> bool:
        """Whether it is UTF-8."""
        return self.number == UTF8

    @property
    def unit(self) -> int:
        """Bytes that widths and delimiters are aligned to."""
        return 2 if self.number == UTF16 else 1

    @cached_property
    def table(self) -> str | None:
        """The 256 characters of a single-byte page; None for any other."""
        if self.is_utf8 or self.number == UTF16 or self.codec in _SHIFTED:
            return None
        try:
            found = [bytes([byte]).decode(self.codec, "dtserve.flatfile.control") for byte in range(256)]
        except UnicodeDecodeError:
            return None
        return None if _has_lead_bytes(self.codec) else "".join(found)

    @cached_property
    def errors(self) -> str:
        """The error handler for reading."""
        return _substitute(self.number)

    @cached_property
    def ascii(self) -> bool:
        """Whether bytes below 128 are always the ASCII characters (not so in EBCDIC and UTF-16)."""
        seven = bytes(range(128))
        return self.unit == 1 and self.codec not in _SHIFTED and self.decode(seven) == seven.decode("ascii")

    def delimiter(self, text: str) -> bytes:
        """A delimiter or qualifier in this encoding; characters the page lacks cannot occur in it."""
        return text.encode(self.codec, "replace")

    def decode(self, data: bytes) -> str:
        """Text of these bytes, :data:`UNDECODED` for those that are none; never fails."""
        if self.table is not None:
            return codecs.charmap_decode(data, "strict", self.table)[0]
        return data.decode(self.codec, self.errors)

    def to_utf8(self, data: bytes) -> bytes:
        """These bytes as UTF-8."""
        if self.ascii and data.isascii():
            return data
        return self.decode(data).encode("utf-8", "replace")

    def encode(self, text: str) -> bytes:
        """Bytes of this text; raises UnicodeEncodeError for a character that the page lacks."""
        if self.table is not None:
            return codecs.charmap_encode(text, "strict", codecs.charmap_build(self.table))[0]
        return text.encode(self.codec)

    def lead(self, data: bytes, start: int, end: int) -> bool:
        """Whether ``end`` falls inside a double-byte character of the text that begins at ``start``."""
        if self.table is not None or self.is_utf8 or self.unit == 2:
            return False
        decoder = codecs.getincrementaldecoder(self.codec)(self.errors)
        decoder.decode(data[start:end])
        return bool(decoder.getstate()[0])


def _has_lead_bytes(codec: str) -> bool:
    """Whether some byte waits for a second one."""
    decoder = codecs.getincrementaldecoder(codec)("ignore")
    for byte in range(0x80, 0x100):
        decoder.reset()
        decoder.decode(bytes([byte]))
        if decoder.getstate()[0]:
            return True
    return False


def _control(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(map(chr, error.object[error.start : error.end])), error.end


codecs.register_error("dtserve.flatfile.control", _control)


class Transcoder:
    """Turns the blocks of a file into blocks of UTF-8; blocks that are UTF-8 already stay as they are, checked or not."""

    def __init__(self, page: CodePage) -> None:
        self.page = page
        plain = page.is_utf8 or page.table is not None
        self._decoder = None if plain else codecs.getincrementaldecoder(page.codec)(page.errors)

    def feed(self, block: bytes, final: bool) -> bytes:
        """The next block; with ``final`` whatever is left comes out too."""
        if self._decoder is not None:
            return self._decoder.decode(block, final).encode("utf-8", "replace")
        return block if self.page.is_utf8 else self.page.to_utf8(block)


def shown(text: str) -> str:
    """Decoded text for people to read: U+FFFD in place of what was no text."""
    return text.replace(UNDECODED, "\ufffd")


def repaired(data: bytes) -> bytes | None:
    """UTF-8 with :data:`UNDECODED` in place of bytes that are none; None where it is valid. A cut last character stays as it is."""
    cut = _complete(data)
    if is_valid(data[:cut]):
        return None
    return CodePage.of(UTF8).to_utf8(data[:cut]) + data[cut:]


def _complete(block: bytes) -> int:
    """How many bytes of ``block`` end with a whole UTF-8 character."""
    end = len(block)
    for back in range(1, min(4, end) + 1):
        byte = block[end - back]
        if byte < 0x80:
            return end
        if byte >= 0xC0:
            need = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return end if need <= back else end - back
    return end


def is_valid(block: bytes) -> bool:
    """Whether a block is valid UTF-8; vectorised, several times as fast as decoding it."""
    import polars as pl

    try:
        pl.Series([block], dtype=pl.Binary).cast(pl.String)
    except pl.exceptions.PolarsError:
        return False
    return True
