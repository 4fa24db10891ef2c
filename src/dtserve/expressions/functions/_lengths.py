"""Result lengths of text functions (EXPRESSIONS §5.2)."""

from __future__ import annotations

from dtserve.datatypes import DT, TypeSpec
from dtserve.expressions.functions.base import Arguments

__all__ = ["MAX", "text", "up_to"]

MAX = 4_000
"""The length of a text whose length is not known before it is evaluated."""


def text(length: int) -> TypeSpec:
    """DT_WSTR of a length."""
    return TypeSpec(DT.WSTR, length=max(0, length))


def up_to(arguments: Arguments, index: int) -> TypeSpec:
    """DT_WSTR as long as a constant count says, else as the first argument."""
    count = arguments.integer(index)
    return arguments.types[0] if count is None else text(count)
