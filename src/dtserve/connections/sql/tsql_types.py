"""Types of T-SQL expressions: enough to tell text from numbers and dates, and to type result columns.

None means unknown. Source: the precedence and precision rules of T-SQL; SSIS types by
DATA_FLOW §3.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlglot import exp

from dtserve.connections.sql.declared_types import CODE_PAGE, from_declared
from dtserve.datatypes import DT, TypeSpec

__all__ = [
    "BOOL",
    "I4",
    "I8",
    "MOMENT",
    "arithmetic",
    "common",
    "literal_type",
    "spec_of",
    "type_of",
    "varchar",
    "wide",
]

I4 = TypeSpec(DT.I4)
I8 = TypeSpec(DT.I8)
R8 = TypeSpec(DT.R8)
BOOL = TypeSpec(DT.BOOL)
MOMENT = TypeSpec(DT.DBTIMESTAMP)
_RANK = {"text": 0, "binary": 0, "guid": 1, "bool": 2, "int": 3, "decimal": 4, "float": 5, "datetime": 6}
_INT_DIGITS = {DT.UI1: 3, DT.I1: 3, DT.I2: 5, DT.UI2: 5, DT.I4: 10, DT.UI4: 10, DT.I8: 19, DT.UI8: 20, DT.BOOL: 1}


def wide(length: int) -> TypeSpec:
    """nvarchar(length); longer than 4000 is nvarchar(max)."""
    return TypeSpec(DT.WSTR, length=max(length, 1)) if length <= 4000 else TypeSpec(DT.NTEXT)


def varchar(length: int) -> TypeSpec:
    """varchar(length); longer than 8000 is varchar(max)."""
    if length > 8000:
        return TypeSpec(DT.TEXT, code_page=CODE_PAGE)
    return TypeSpec(DT.STR, length=max(length, 1), code_page=CODE_PAGE)


def spec_of(kind: exp.DataType, default_length: int = 30) -> TypeSpec | None:
    """The SSIS type of a type in a CAST; char types without length have 30 there."""
    text = kind.sql(dialect="tsql")
    if kind.expressions == [] and text.upper() in ("VARCHAR", "NVARCHAR", "CHAR", "NCHAR", "VARBINARY", "BINARY"):
        text = f"{text}({default_length})"
    return from_declared(text, "sqlserver")


def literal_type(node: exp.Expr) -> TypeSpec | None:
    """The type of a literal."""
    if isinstance(node, exp.National):
        return wide(len(str(node.this)))
    if isinstance(node, exp.HexString):
        return TypeSpec(DT.BYTES, length=max(len(str(node.this)) // 2, 1))
    if not isinstance(node, exp.Literal):
        return None
    text = str(node.this)
    if node.is_string:
        return varchar(len(text))
    if "e" in text.lower():
        return R8
    if "." in text:
        whole, _, fraction = text.partition(".")
        digits = len(whole.lstrip("0") + fraction)
        return TypeSpec(DT.NUMERIC, precision=min(max(digits, 1), 38), scale=min(len(fraction), 38))
    if len(text) < 10 or int(text) < 2**31:
        return I4
    return TypeSpec(DT.NUMERIC, precision=min(len(text), 38))


def _as_decimal(spec: TypeSpec) -> tuple[int, int]:
    if spec.dt is DT.CY:
        return 19, 4
    if spec.dt in _INT_DIGITS:
        return _INT_DIGITS[spec.dt], 0
    return spec.precision or 38, spec.scale


def _capped(precision: int, scale: int) -> TypeSpec:
    if precision > 38:
        scale = max(min(scale, 38 - (precision - scale)), min(scale, 6))
        precision = 38
    return TypeSpec(DT.NUMERIC, precision=max(precision, 1), scale=max(scale, 0))


def arithmetic(operator: str, one: TypeSpec | None, other: TypeSpec | None) -> TypeSpec | None:
    """The type of ``one operator other`` for numbers; None when a side is unknown.

    >>> str(arithmetic("*", TypeSpec(DT.NUMERIC, precision=10, scale=2), I4))
    'DT_NUMERIC(21,2)'
    """
    if one is None or other is None:
        return None
    kinds = {one.family, other.family}
    if "datetime" in kinds:
        return one if one.family == "datetime" else other
    if "float" in kinds:
        return R8
    if kinds <= {"int", "bool"}:
        return max((one, other), key=lambda spec: _INT_DIGITS.get(spec.dt, 10)) if kinds != {"bool"} else I4
    if "text" in kinds:
        return other if one.family == "text" else one
    if one.dt is DT.CY and (other.dt is DT.CY or other.family == "int"):
        return one
    p1, s1 = _as_decimal(one)
    p2, s2 = _as_decimal(other)
    if operator in "+-":
        scale = max(s1, s2)
        return _capped(scale + max(p1 - s1, p2 - s2) + 1, scale)
    if operator == "*":
        return _capped(p1 + p2 + 1, s1 + s2)
    if operator == "/":
        scale = max(6, s1 + p2 + 1)
        return _capped(p1 - s1 + s2 + scale, scale)
    return _capped(min(p1 - s1, p2 - s2) + max(s1, s2), max(s1, s2))


def common(specs: Sequence[TypeSpec | None]) -> TypeSpec | None:
    """The type of CASE, COALESCE and UNION: the highest precedence; None when a branch is unknown and none decides."""
    known = [spec for spec in specs if spec is not None]
    if not known:
        return None
    best = known[0]
    for spec in known[1:]:
        best = _higher(best, spec)
    return best


def _higher(one: TypeSpec, other: TypeSpec) -> TypeSpec:
    rank_one, rank_other = _RANK.get(one.family, 0), _RANK.get(other.family, 0)
    if rank_one != rank_other:
        return one if rank_one > rank_other else other
    if one.family == "text":
        blob = next((spec for spec in (one, other) if spec.info.blob), None)
        unicode = DT.WSTR in (one.dt, other.dt) or DT.NTEXT in (one.dt, other.dt)
        if blob is not None:
            return TypeSpec(DT.NTEXT) if unicode else blob
        length = max(one.length, other.length)
        return wide(length) if unicode else varchar(length)
    if one.family == "int":
        return one if _INT_DIGITS.get(one.dt, 0) >= _INT_DIGITS.get(other.dt, 0) else other
    if one.family == "decimal" and one != other:
        p1, s1 = _as_decimal(one)
        p2, s2 = _as_decimal(other)
        return _capped(max(p1 - s1, p2 - s2) + max(s1, s2), max(s1, s2))
    return one


def type_of(node: Any) -> TypeSpec | None:
    """The type a pass has written on a node."""
    found = node.meta.get("ssis") if isinstance(node, exp.Expr) else None
    return found if isinstance(found, TypeSpec) else None
