"""The functions of the expression language, loaded one by one when first used.

>>> find("substring").name
'SUBSTRING'
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dtserve.expressions.functions.base import Function

__all__ = ["NAMES", "find", "function_names"]

NAMES = (
    "ABS", "CEILING", "CODEPOINT", "DATEADD", "DATEDIFF", "DATEPART", "DAY", "EXP", "FINDSTRING", "FLOOR", "GETDATE",
    "GETUTCDATE", "HEX", "ISNULL", "LEFT", "LEN", "LN", "LOG", "LOWER", "LTRIM", "MONTH", "NULL", "POWER", "REPLACE",
    "REPLACENULL", "REPLICATE", "REVERSE", "RIGHT", "ROUND", "RTRIM", "SIGN", "SQRT", "SQUARE", "SUBSTRING", "TOKEN",
    "TOKENCOUNT", "TRIM", "UPPER", "YEAR",
)  # fmt: skip
"""Every function of SQL Server 2012 to 2022 (EXPRESSIONS §2.6); NULL is part of the grammar."""

_CALLABLE = frozenset(NAMES) - {"NULL"}


@cache
def find(name: str) -> Function | None:
    """The function of this name in any case, or None. Its module is imported now."""
    upper = name.upper()
    if upper not in _CALLABLE:
        return None
    function: Function = import_module(f"{__name__}.{upper.lower()}").FUNCTION
    return function


def function_names() -> tuple[str, ...]:
    """Every function of the language, sorted."""
    return NAMES
