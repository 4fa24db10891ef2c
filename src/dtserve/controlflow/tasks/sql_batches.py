"""Splitting a script into batches at ``GO`` lines, and finding parameter markers in a batch."""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["count_markers", "split_batches"]

_PIECE = re.compile(
    r"""(?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))"""
    r"""|(?P<quoted>'(?:[^']|'')*(?:'|\Z)|"(?:[^"]|"")*(?:"|\Z)|\[(?:[^\]]|\]\])*(?:\]|\Z))"""
    r"""|(?P<go>(?:^|(?<=\n))[ \t]*GO(?:[ \t]+(?P<count>\d+))?[ \t]*(?:--[^\n]*)?\r?(?=\n|\Z))"""
    r"""|(?P<marker>\?)""",
    re.IGNORECASE | re.DOTALL,
)


def split_batches(text: str) -> list[str]:
    """The batches between ``GO`` lines, blank ones left out; ``GO n`` repeats the batch before it.

    >>> split_batches("SELECT 1\\nGO\\nSELECT 'a\\nGO\\nb'\\ngo 2\\n")
    ['SELECT 1', "SELECT 'a\\nGO\\nb'", "SELECT 'a\\nGO\\nb'"]
    """
    batches: list[str] = []
    start = 0
    for found in _PIECE.finditer(text):
        if found["go"] is not None:
            _add(batches, text[start : found.start()], int(found["count"] or 1))
            start = found.end()
    _add(batches, text[start:], 1)
    return batches


def _add(batches: list[str], text: str, times: int) -> None:
    if text.strip():
        batches.extend([text.strip()] * times)


def _markers(text: str) -> Iterator[int]:
    for found in _PIECE.finditer(text):
        if found["marker"]:
            yield found.start()


def count_markers(text: str) -> int:
    """How many ``?`` markers stand outside strings, names and comments.

    >>> count_markers("EXEC p ?, '?' -- ?")
    1
    """
    return sum(1 for _ in _markers(text))
