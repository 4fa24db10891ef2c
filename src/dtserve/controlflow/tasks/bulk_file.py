"""Reading a character file as BULK INSERT does: terminators only, no qualifiers, in pieces of bounded size."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

__all__ = ["read_rows", "terminator"]

PIECE = 1 << 20
_NAMED = {
    "tab": "\t",
    "semicolon {;}": ";",
    "comma {,}": ",",
    "colon {:}": ":",
    "vertical bar {|}": "|",
}
_ESCAPES = {"\\t": "\t", "\\n": "\n", "\\r": "\r", "\\0": "\0", "\\\\": "\\"}


def terminator(text: str) -> str:
    r"""The characters behind a stored terminator.

    >>> terminator("{CR}{LF}"), terminator("Vertical Bar {|}"), terminator("\\t"), terminator("~")
    ('\r\n', '|', '\t', '~')
    """
    named = _NAMED.get(text.strip().lower())
    if named is not None:
        return named
    for mark, char in (("{CR}", "\r"), ("{LF}", "\n"), ("{TAB}", "\t")):
        text = text.replace(mark, char).replace(mark.lower(), char)
    for mark, char in _ESCAPES.items():
        text = text.replace(mark, char)
    return text


def read_rows(path: Path, encoding: str, field: str, row: str, *, first: int = 1, last: int = 0) -> Iterator[list[str]]:
    """The rows ``first`` to ``last`` (0 = the end) as lists of fields; raises OSError, UnicodeDecodeError."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    rest, number = "", 0
    with path.open("rb") as stream:
        while True:
            data = stream.read(PIECE)
            rest += decoder.decode(data, final=not data)
            lines = rest.split(row)
            rest = lines.pop()
            if not data and rest:
                lines.append(rest)
            for line in lines:
                number += 1
                if last and number > last:
                    return
                if number >= first:
                    yield line.split(field)
            if not data:
                return
