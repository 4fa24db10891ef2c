"""T-SQL whose results follow from the types of its parts: ISNULL, DATALENGTH, numbers as dates and as short texts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlglot import exp

from dtserve.connections.sql.nodes import Template, template, typed
from dtserve.connections.sql.tsql_types import type_of
from dtserve.datatypes import DT, TypeSpec

if TYPE_CHECKING:
    from dtserve.connections.sql.binder import Binder

__all__ = [
    "DAY_NUMBERS",
    "as_days",
    "as_moments",
    "cast_outside",
    "cut_to_first",
    "data_length",
    "exactly_typed",
    "is_unicode",
    "literal_bytes",
    "may_overflow",
    "money_scale",
]

DAY_NUMBERS: dict[str, tuple[int, ...]] = {
    "DATEADD": (2,), "DATEDIFF": (1, 2), "DATEDIFF_BIG": (1, 2), "DATEPART": (1,), "DATENAME": (1,), "YEAR": (0,),
    "MONTH": (0,), "DAY": (0,), "EOMONTH": (0,),
}  # fmt: skip
"""Arguments where a number means the days since 1900-01-01, as in ``DATEADD(month, DATEDIFF(month, 0, x), 0)``."""

_CAST = re.compile(r"(?P<before>CAST\((?:TRUNC(?:ATE)?\()?)(?P<call>(?:SUM|AVG)\(\{\*\}\))(?P<after>.*)", re.IGNORECASE)
_UNICODE = (DT.WSTR, DT.NTEXT)
_EXACT = "ssis exact"
_MOMENT = TypeSpec(DT.DBTIMESTAMP)
_MOMENTS = (DT.DBTIMESTAMP, DT.DBTIMESTAMP2, DT.DBDATE)
_FLOAT = TypeSpec(DT.R8)
_CUTS = {
    "postgres": "LEFT(CAST({{0}} AS TEXT), {0})", "mysql": "LEFT({{0}}, {0})", "sqlite": "substr({{0}}, 1, {0})",
}  # fmt: skip
_LENGTHS = {
    "postgres": ("CHAR_LENGTH(CAST({0} AS TEXT))", "OCTET_LENGTH({0})"),
    "mysql": ("CHAR_LENGTH({0})", "LENGTH({0})"),
    "sqlite": ("length({0})", "length({0})"),
}
"""Family → how many characters a text has, how many bytes a binary value."""
_DAYS = {
    "postgres": "(CAST(EXTRACT(EPOCH FROM CAST({0} AS TIMESTAMP) - TIMESTAMP '1900-01-01') AS DOUBLE PRECISION) / 86400)",
    "mysql": "(TIMESTAMPDIFF(MICROSECOND, '1900-01-01', {0}) / 8.64e10)",
    "sqlite": "(julianday({0}) - 2415020.5)",
}
_NEAREST = {"postgres": "FLOOR({0} + 0.5)", "mysql": "ROUND({0})", "sqlite": "round({0})"}
_BYTES = {
    DT.BOOL: 1, DT.UI1: 1, DT.I2: 2, DT.I4: 4, DT.I8: 8, DT.R4: 4, DT.R8: 8, DT.CY: 8, DT.DBDATE: 3,
    DT.DBTIMESTAMP: 8, DT.DBTIMESTAMP2: 8, DT.GUID: 16,
}  # fmt: skip
_DIGITS = {DT.UI1: 3, DT.I2: 6, DT.I4: 11, DT.I8: 20}
"""The longest text of a number, its sign included."""


def exactly_typed(node: exp.Expr) -> exp.Expr:
    """The node, marked: its type is declared, by a table or a cast, and no estimate."""
    node.meta[_EXACT] = True
    return node


def as_moments(name: str, arguments: list[exp.Expr], cast: Callable[[exp.Expr, TypeSpec], exp.Expr]) -> list[exp.Expr]:
    """The arguments of a function of dates, numbers among them as the moments that they mean."""
    found = list(arguments)
    for at in DAY_NUMBERS.get(name, ()):
        if at >= len(found):
            continue
        kind = type_of(found[at])
        if kind is None or kind.family not in ("int", "decimal", "float"):
            continue
        days = _plain_number(found[at])
        if days is None:
            found[at] = typed(cast(found[at], _MOMENT), _MOMENT)
        else:
            moment = datetime(1900, 1, 1) + timedelta(days=days)
            found[at] = typed(cast(typed(exp.Literal.string(moment.isoformat(" ")), _TEXT), _MOMENT), _MOMENT)
    return found


def as_days(family: str, node: exp.Expr, spec: TypeSpec) -> exp.Expr:
    """A moment that becomes a number as the days since 1900-01-01: to a whole number the nearest day, as T-SQL does."""
    kind = type_of(node)
    if kind is None or kind.dt not in _MOMENTS or spec.family not in ("int", "decimal", "float"):
        return node
    days = template(_DAYS[family], node, kind=_FLOAT)
    return template(_NEAREST[family], days, kind=_FLOAT) if spec.family == "int" else days


_TEXT = TypeSpec(DT.WSTR, length=26)


def _plain_number(node: exp.Expr) -> float | None:
    if isinstance(node, exp.Neg):
        inner = _plain_number(node.this)
        return None if inner is None else -inner
    return float(str(node.this)) if isinstance(node, exp.Literal) and not node.is_string else None


def cut_to_first(family: str, arguments: list[exp.Expr]) -> list[exp.Expr]:
    """ISNULL has the type of its first argument: a longer second text is cut to its length, where that is certain."""
    one, other = (type_of(each) for each in arguments)
    if one is None or other is None or one.dt not in (DT.STR, DT.WSTR) or other.family != "text" or not one.length:
        return arguments
    if not arguments[0].meta.get(_EXACT):
        return arguments
    second = arguments[1]
    if isinstance(second, exp.Literal):
        text = str(second.this)
        if len(text) <= one.length:
            return arguments
        return [arguments[0], typed(exp.Literal.string(text[: one.length]), one)]
    if isinstance(second, exp.Null) or (second.meta.get(_EXACT) and 0 < other.length <= one.length):
        return arguments
    return [arguments[0], template(_CUTS[family].format(one.length), second, kind=one)]


def data_length(family: str, node: exp.Expr) -> exp.Expr | None:
    """DATALENGTH of a value by its type: two bytes a character for Unicode, one otherwise; None for an unknown type.

    Of a column nobody knows here whether it was varchar or nvarchar on SQL Server: its characters count once.
    """
    kind = type_of(node)
    if kind is None:
        return None
    characters, binary = _LENGTHS[family]
    if kind.family == "text":
        unicode = kind.dt in _UNICODE and node.find(exp.Column) is None
        return template(f"(2 * {characters})" if unicode else characters, node)
    if kind.family == "binary":
        return template(binary, node)
    size = _BYTES.get(kind.dt)
    if kind.dt is DT.NUMERIC:
        size = next(size for most, size in ((9, 5), (19, 9), (28, 13), (38, 17)) if kind.precision <= most)
    return template(f"CASE WHEN {{0}} IS NOT NULL THEN {size} END", node) if size else None


def is_unicode(node: exp.Expr) -> bool:
    """Whether a text is nvarchar for certain: ``N'…'`` or a cast to nvarchar is part of it."""
    kind = type_of(node)
    if kind is None or kind.dt not in _UNICODE:
        return False
    parts = [each for each in node.walk() if not isinstance(each, exp.Column | exp.Identifier)]
    return any(
        known.dt in _UNICODE and (isinstance(each, exp.Literal) or _EXACT in each.meta)
        for each in parts
        if (known := type_of(each)) is not None
    )


def literal_bytes(node: exp.Expr, spec: TypeSpec) -> str | None:
    """A literal text as the hexadecimal digits of a binary value: UTF-16 where it is ``N'…'``; None for other nodes."""
    kind = type_of(node)
    if spec.family != "binary" or not isinstance(node, exp.Literal) or not node.is_string or kind is None:
        return None
    data = str(node.this).encode("utf-16-le") if kind.dt is DT.WSTR else str(node.this).encode("cp1252", "replace")
    return (data[: spec.length] if spec.length else data).hex()


def cast_outside(node: exp.Window) -> exp.Expr:
    """``CAST(SUM(x) AS INT) OVER (…)``: what keeps T-SQL's type stands around the window, not inside it."""
    inner = node.this
    found = _CAST.fullmatch(str(inner.this)) if isinstance(inner, Template) else None
    if found is None:
        return node
    kind = type_of(inner)
    node.set("this", template(found["call"], *inner.expressions, kind=kind))
    return template(f"{found['before']}{{0}}{found['after']}", node, kind=kind)


def money_scale(binder: Binder, style: int | None) -> int:
    """How many digits of money a text shows: two, or four with style 2; style 1 (commas) is refused."""
    if style == 2:
        return 4
    if style is not None and style > 0:
        raise binder.refuse(f"CONVERT of money with style {style}")
    return 2


def may_overflow(own: TypeSpec | None, spec: TypeSpec) -> bool:
    """Whether a whole number may be longer than the text it is cast to: ``*`` for varchar, an error for nvarchar."""
    if own is None or spec.dt not in (DT.STR, DT.WSTR) or not spec.length:
        return False
    return spec.length < _DIGITS.get(own.dt, 0)
