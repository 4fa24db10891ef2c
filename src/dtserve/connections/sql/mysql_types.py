"""MySQL's types as SSIS types, and parameters as PyMySQL takes them."""

from __future__ import annotations

from typing import Any

from dtserve.connections.base import SqlParameter
from dtserve.connections.sql.rows import aware
from dtserve.connections.sql.tsql_dates import canonical_moment
from dtserve.datatypes import DT, TypeSpec

__all__ = ["bind", "spec_of_field", "storable"]

_BINARY = 63
"""The character set number of bytes."""
_UNSIGNED = 32
_WHOLE = {1: (DT.I1, DT.UI1), 2: (DT.I2, DT.UI2), 3: (DT.I4, DT.UI4), 8: (DT.I8, DT.UI8), 9: (DT.I4, DT.UI4)}
_OTHERS = {
    4: DT.R4, 5: DT.R8, 10: DT.DBDATE, 14: DT.DBDATE, 11: DT.DBTIME2, 7: DT.DBTIMESTAMP2, 12: DT.DBTIMESTAMP2, 13: DT.I2,
}  # fmt: skip


def spec_of_field(field: Any, inferred: TypeSpec | None) -> TypeSpec:
    """The SSIS type of a result column; ``inferred`` is what its T-SQL text says, used where it says more."""
    found = _of_field(field)
    if inferred is None:
        return found
    pair = (found.family, inferred.family)
    alike = {("int", "bool"), ("text", "guid"), ("decimal", "int"), ("int", "decimal"), ("binary", "bool")}
    return inferred if found.family == inferred.family or pair in alike else found


def _of_field(field: Any) -> TypeSpec:
    code, length, scale = field.type_code, field.length, field.scale
    if code in _WHOLE:
        if code == 1 and length == 1:
            return TypeSpec(DT.BOOL)
        return TypeSpec(_WHOLE[code][1 if field.flags & _UNSIGNED else 0])
    if code in (0, 246):
        precision = length - (1 if scale else 0) - (0 if field.flags & _UNSIGNED else 1)
        return TypeSpec(DT.NUMERIC, precision=min(max(precision, 1), 38), scale=min(scale, 30))
    if code in _OTHERS:
        digits = scale if 0 < scale <= 6 else 0
        return TypeSpec(_OTHERS[code], scale=digits if code in (7, 11, 12) else 0)
    if code == 16:
        return TypeSpec(DT.BOOL) if length == 1 else TypeSpec(DT.BYTES, length=8)
    blob = code in (249, 250, 251, 252, 255)
    if field.charsetnr == _BINARY:
        return TypeSpec(DT.IMAGE) if blob or length > 8000 else TypeSpec(DT.BYTES, length=max(length, 1))
    characters = length // 4
    return TypeSpec(DT.WSTR, length=max(characters, 1)) if not blob and characters <= 4000 else TypeSpec(DT.NTEXT)


def storable(value: Any, spec: TypeSpec | None) -> Any:
    """A value of a frame as PyMySQL writes it."""
    if isinstance(value, dict) and "utc" in value:
        return aware(value)
    if spec is not None and spec.dt is DT.GUID and isinstance(value, str):
        return value.strip("{}").upper()
    return value


def bind(value: Any, wanted: TypeSpec | None) -> Any:
    """A parameter; ``wanted`` is the type of the column it is compared with or stored in."""
    spec = None
    if isinstance(value, SqlParameter):
        value, spec = value.value, value.type
    if isinstance(value, str) and wanted is not None and wanted.family == "datetime":
        return canonical_moment(value, wanted.dt)
    return storable(value, spec if spec is not None and spec.dt is DT.GUID else wanted)
