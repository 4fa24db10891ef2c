"""The text functions of T-SQL, as SQLite sessions offer them: comparisons without regard to case."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

__all__ = [
    "as_number",
    "as_text",
    "charindex_text",
    "decimal_text",
    "isnumeric_text",
    "like_regex",
    "like_text",
    "patindex_text",
    "quotename_text",
    "replace_text",
    "stuff_text",
    "substring_text",
]


def as_text(value: Any) -> str:
    """A value as text."""
    if isinstance(value, float):
        return format(value, ".15g")
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def as_number(value: Any) -> Any:
    """A value as a number; ValueError for a text that is none."""
    if not isinstance(value, str):
        return value
    try:
        number = Decimal(value.strip() or "0")
    except InvalidOperation:
        raise ValueError(f"Error converting data type varchar to numeric: {value!r}.") from None
    return int(number) if number == number.to_integral_value() else float(number)


def decimal_text(value: Any, scale: Any) -> str:
    """A fraction as text with all the digits of its type: ``1.50``."""
    number = Decimal(format(value, ".15g") if isinstance(value, float) else str(value))
    return format(number.quantize(Decimal(1).scaleb(-int(scale)), ROUND_HALF_UP), "f")


@lru_cache(maxsize=256)
def like_regex(pattern: str) -> re.Pattern[str]:
    """A LIKE pattern of T-SQL as a regular expression."""
    parts, at = [], 0
    while at < len(pattern):
        char = pattern[at]
        close = pattern.find("]", at + 2) if char == "[" else -1
        if close > 0:
            inner = pattern[at + 1 : close]
            negated = inner.startswith("^")
            body = re.sub(r"([\\\[\]^&~|])", r"\\\1", inner[1:] if negated else inner)
            parts.append(f"[{'^' if negated else ''}{body}]")
            at = close
        else:
            parts.append({"%": ".*", "_": "."}.get(char, re.escape(char)))
        at += 1
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)


def like_text(value: Any, pattern: Any) -> int:
    """LIKE: 1 or 0."""
    return int(like_regex(as_text(pattern)).fullmatch(as_text(value)) is not None)


def patindex_text(pattern: Any, value: Any) -> int:
    """PATINDEX."""
    text = as_text(pattern)
    core = text.removeprefix("%").removesuffix("%")
    found = re.compile(like_regex(core).pattern, re.IGNORECASE | re.DOTALL).search(as_text(value))
    if found is None or (not text.startswith("%") and found.start() > 0):
        return 0
    return found.start() + 1


def charindex_text(wanted: Any, text: Any, start: Any = 1) -> int:
    """CHARINDEX, without regard to case."""
    return as_text(text).lower().find(as_text(wanted).lower(), max(int(start) - 1, 0)) + 1


def substring_text(value: Any, start: Any, length: Any) -> Any:
    """SUBSTRING of texts and bytes."""
    if int(length) < 0:
        raise ValueError("Invalid length parameter passed to the substring function.")
    first = int(start) - 1
    end = first + int(length)
    data = value if isinstance(value, bytes) else as_text(value)
    return data[max(first, 0) : max(end, 0)]


def stuff_text(text: Any, start: Any, length: Any, other: Any) -> str | None:
    """STUFF; NULL outside of the text."""
    plain, at, size = as_text(text), int(start), int(length)
    if at < 1 or at > len(plain) or size < 0:
        return None
    return plain[: at - 1] + as_text(other if other is not None else "") + plain[at - 1 + size :]


def replace_text(text: Any, old: Any, new: Any) -> str:
    """REPLACE, without regard to case."""
    wanted = as_text(old)
    if not wanted:
        return as_text(text)
    return re.sub(re.escape(wanted), lambda match: as_text(new), as_text(text), flags=re.IGNORECASE)


def isnumeric_text(value: Any) -> int:
    """ISNUMERIC of a value that is not NULL."""
    text = as_text(value).strip().replace(",", "").lstrip("$")
    try:
        return int(Decimal(text or "0").is_finite()) if text else int(bool(as_text(value).strip()))
    except InvalidOperation:
        return 0


def quotename_text(text: Any, quote: Any = "[") -> str:
    """QUOTENAME."""
    plain = as_text(text)
    if quote in ("[", "]"):
        return "[" + plain.replace("]", "]]") + "]"
    return str(quote) + plain.replace(str(quote), str(quote) * 2) + str(quote)
