"""Types of operations: the implicit-conversion matrix and precision rules (EXPRESSIONS §5).

Numeric types meet in the matrix of §5.6; decimals get precision and scale from §5.2.
"""

from __future__ import annotations

from dtserve.datatypes import DT, TypeSpec
from dtserve.expressions.switches import current

__all__ = [
    "DATE_TYPES",
    "INTEGERS",
    "NUMBERS",
    "STRINGS",
    "arithmetic_type",
    "as_text",
    "common_date",
    "common_number",
    "digits",
    "is_time",
]  # fmt: skip

_ORDER = (
    DT.I1, DT.I2, DT.I4, DT.I8, DT.UI1, DT.UI2, DT.UI4, DT.UI8, DT.R4, DT.R8, DT.CY, DT.DECIMAL, DT.NUMERIC,
)  # fmt: skip
_MATRIX = """
I1: I1 I2 I4 I8 I2 I4 I8 - R4 R8 NUMERIC NUMERIC NUMERIC
I2: I2 I2 I4 I8 I2 I4 I8 - R4 R8 NUMERIC NUMERIC NUMERIC
I4: I4 I4 I4 I8 I4 I4 I8 - R4 R8 NUMERIC NUMERIC NUMERIC
I8: I8 I8 I8 I8 I8 I8 I8 - R4 R8 NUMERIC NUMERIC NUMERIC
UI1: I2 I2 I4 I8 UI1 UI2 UI4 UI8 R4 R8 NUMERIC NUMERIC NUMERIC
UI2: I4 I4 I4 I8 UI2 UI2 UI4 UI8 R4 R8 NUMERIC NUMERIC NUMERIC
UI4: I8 I8 I8 I8 UI4 UI4 UI4 UI8 R4 R8 NUMERIC NUMERIC NUMERIC
UI8: - - - - UI8 UI8 UI8 UI8 R4 R8 NUMERIC NUMERIC NUMERIC
R4: R4 R4 R4 R4 R4 R4 R4 R4 R4 R8 R4 R4 R4
R8: R8 R8 R8 R8 R8 R8 R8 R8 R8 R8 R8 R8 R8
CY: NUMERIC NUMERIC NUMERIC NUMERIC NUMERIC NUMERIC NUMERIC NUMERIC R4 R8 CY NUMERIC NUMERIC
DECIMAL: NUMERIC NUMERIC NUMERIC NUMERIC NUMERIC NUMERIC NUMERIC NUMERIC R4 R8 NUMERIC NUMERIC NUMERIC
NUMERIC: NUMERIC NUMERIC NUMERIC NUMERIC NUMERIC NUMERIC NUMERIC NUMERIC R4 R8 NUMERIC NUMERIC NUMERIC
"""


def _read_matrix() -> dict[tuple[DT, DT], DT | None]:
    found: dict[tuple[DT, DT], DT | None] = {}
    for line in _MATRIX.strip().splitlines():
        left, _, cells = line.partition(":")
        for right, cell in zip(_ORDER, cells.split(), strict=True):
            found[DT[left], right] = None if cell == "-" else DT[cell]
    return found


IMPLICIT = _read_matrix()
"""(left, right) → type of the result; None where an explicit cast is needed."""

INTEGERS = frozenset(_ORDER[:8])
NUMBERS = frozenset(_ORDER)
STRINGS = frozenset((DT.STR, DT.WSTR))
DATE_TYPES = frozenset(
    (DT.DATE, DT.DBDATE, DT.DBTIME, DT.DBTIME2, DT.DBTIMESTAMP, DT.DBTIMESTAMP2, DT.DBTIMESTAMPOFFSET, DT.FILETIME)
)
_DECIMAL_LIKE = {
    DT.I1: (3, 0), DT.I2: (5, 0), DT.I4: (10, 0), DT.I8: (19, 0),
    DT.UI1: (3, 0), DT.UI2: (5, 0), DT.UI4: (10, 0), DT.UI8: (20, 0),
    DT.CY: (19, 4),
}  # fmt: skip


def digits(spec: TypeSpec) -> tuple[int, int]:
    """Precision and scale that a type stands for in decimal arithmetic (I2 (5,0) … CY (19,4)).

    >>> digits(TypeSpec(DT.I4)), digits(TypeSpec(DT.CY))
    ((10, 0), (19, 4))
    """
    if spec.dt is DT.NUMERIC:
        return spec.precision, spec.scale
    if spec.dt is DT.DECIMAL:
        return 29, spec.scale
    return _DECIMAL_LIKE[spec.dt]


def is_time(spec: TypeSpec) -> bool:
    """Whether the type is a time of day without a date."""
    return spec.dt in (DT.DBTIME, DT.DBTIME2)


def as_text(spec: TypeSpec) -> TypeSpec:
    """DT_STR becomes DT_WSTR of the same length inside an expression; other types stay."""
    return TypeSpec(DT.WSTR, length=spec.length) if spec.dt is DT.STR else spec


def common_number(left: TypeSpec, right: TypeSpec) -> TypeSpec | None:
    """The type in which two numbers are compared or chosen from; None where a cast is needed.

    >>> str(common_number(TypeSpec(DT.UI4), TypeSpec(DT.I4)))
    'DT_I8'
    >>> str(common_number(TypeSpec(DT.I4), TypeSpec(DT.NUMERIC, precision=5, scale=2)))
    'DT_NUMERIC(12,2)'
    """
    found = IMPLICIT[left.dt, right.dt]
    if found is not DT.NUMERIC:
        return None if found is None else TypeSpec(found)
    (p1, s1), (p2, s2) = digits(left), digits(right)
    scale = max(s1, s2)
    return _capped(max(p1 - s1, p2 - s2) + scale, scale)


def arithmetic_type(operator: str, left: TypeSpec, right: TypeSpec) -> TypeSpec | None:
    """The result of ``+ - * / %`` on two numbers; None where a cast is needed.

    >>> str(arithmetic_type("*", TypeSpec(DT.CY), TypeSpec(DT.NUMERIC, precision=3, scale=2)))
    'DT_NUMERIC(23,6)'
    """
    found = IMPLICIT[left.dt, right.dt]
    if found is not DT.NUMERIC:
        return None if found is None else TypeSpec(found)
    if operator == "/" and right.dt is DT.CY and left.dt in INTEGERS and current().integer_by_currency_is_currency:
        return TypeSpec(DT.CY)
    (p1, s1), (p2, s2) = digits(left), digits(right)
    if operator == "*":
        return _capped(p1 + p2 + 1, s1 + s2)
    if operator == "/":
        scale = max(6, s1 + p2 + 1)
        return _capped(p1 - s1 + s2 + scale, scale)
    scale = max(s1, s2)
    return _capped(max(p1 - s1, p2 - s2) + scale + 1, scale)


def _capped(precision: int, scale: int) -> TypeSpec:
    """NUMERIC of at most 38 digits: digits before the point go first, at least 6 behind it stay (T-SQL)."""
    if precision > 38:
        whole = precision - scale
        scale = max(38 - whole, min(scale, 6))
        precision = 38
    return TypeSpec(DT.NUMERIC, precision=precision, scale=scale)


def common_date(left: TypeSpec, right: TypeSpec) -> TypeSpec | None:
    """The type in which two dates or times are compared (EXPRESSIONS §6); None for a time against a date.

    >>> str(common_date(TypeSpec(DT.DATE), TypeSpec(DT.DBDATE)))
    'DT_DBTIMESTAMP'
    """
    if left.dt is right.dt:
        return left if left.scale >= right.scale else right
    if is_time(left) != is_time(right):
        return None
    for dt in (DT.DBTIMESTAMPOFFSET, DT.DBTIMESTAMP2, DT.DBTIME2):
        if dt in (left.dt, right.dt):
            return TypeSpec(dt, scale=7)
    return TypeSpec(DT.DBTIMESTAMP)
