"""The DT_* data types: names, codes, ranges and the Arrow/Polars form of each.

Sources: DATA_FLOW §3.1 (codes), FORMAT §3.3 (VARIANT), FORMAT §4.3 (.NET type
codes), EXPRESSIONS §1. One row of :data:`TYPES` per type; everything else is
looked up there.

Physical forms (Polars)
    integers, floats, booleans: the type of that width · CY ``Decimal(19, 4)`` ·
    DECIMAL ``Decimal(29, s)`` · NUMERIC ``Decimal(p, s)`` · STR, WSTR, TEXT, NTEXT
    ``String`` · BYTES, IMAGE ``Binary`` · GUID ``String`` in the form
    ``{3F2504E0-4F89-11D3-9A0C-0305E82C3301}`` · DBDATE ``Date`` · DBTIME, DBTIME2
    ``Time`` · DATE, FILETIME, DBTIMESTAMP, DBTIMESTAMP2 ``Datetime("us")`` ·
    DBTIMESTAMPOFFSET ``Struct(utc: Datetime("us"), offset: Int16 minutes)``.
    Fractions finer than a microsecond do not fit: where a text has them, that is reported
    as a truncation, never a silent change.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "DT",
    "TYPES",
    "TypeInfo",
    "TypeSpec",
    "from_code",
    "from_name",
    "from_token",
    "from_variant",
    "variant_from_dotnet",
]


class DT(enum.Enum):
    """A data type of the data flow; the value is its numeric code (DATA_FLOW §3.1)."""

    EMPTY = 0
    NULL = 1
    I2 = 2
    I4 = 3
    R4 = 4
    R8 = 5
    CY = 6
    DATE = 7
    BOOL = 11
    DECIMAL = 14
    I1 = 16
    UI1 = 17
    UI2 = 18
    UI4 = 19
    I8 = 20
    UI8 = 21
    FILETIME = 64
    GUID = 72
    BYTES = 128
    STR = 129
    WSTR = 130
    NUMERIC = 131
    DBDATE = 133
    DBTIME = 134
    DBTIMESTAMP = 135
    DBTIME2 = 145
    DBTIMESTAMPOFFSET = 146
    IMAGE = 301
    TEXT = 302
    NTEXT = 303
    DBTIMESTAMP2 = 304

    @property
    def label(self) -> str:
        """The name with its prefix: ``DT_WSTR``."""
        return f"DT_{self.name}"


class TypeInfo(NamedTuple):
    """What is fixed for a type.

    ``token`` is the name in pipeline XML of formats 6 and 8; ``variant`` the VARIANT
    code of variables and package parameters; ``family`` one of ``bool``, ``int``,
    ``float``, ``decimal``, ``text``, ``binary``, ``guid``, ``datetime``, ``none``;
    ``low`` and ``high`` the range of an integer; ``width`` its bits.
    """

    dt: DT
    token: str
    family: str
    variant: int = 0
    width: int = 0
    signed: bool = True
    blob: bool = False

    @property
    def low(self) -> int:
        """The least value of an integer type."""
        return -(1 << (self.width - 1)) if self.signed else 0

    @property
    def high(self) -> int:
        """The greatest value of an integer type."""
        return (1 << (self.width - 1)) - 1 if self.signed else (1 << self.width) - 1


TYPES: dict[DT, TypeInfo] = {
    info.dt: info
    for info in (
        TypeInfo(DT.EMPTY, "empty", "none", 0),
        TypeInfo(DT.NULL, "null", "none", 1),
        TypeInfo(DT.I1, "i1", "int", 16, 8),
        TypeInfo(DT.I2, "i2", "int", 2, 16),
        TypeInfo(DT.I4, "i4", "int", 3, 32),
        TypeInfo(DT.I8, "i8", "int", 20, 64),
        TypeInfo(DT.UI1, "ui1", "int", 17, 8, signed=False),
        TypeInfo(DT.UI2, "ui2", "int", 18, 16, signed=False),
        TypeInfo(DT.UI4, "ui4", "int", 19, 32, signed=False),
        TypeInfo(DT.UI8, "ui8", "int", 21, 64, signed=False),
        TypeInfo(DT.R4, "r4", "float", 4, 32),
        TypeInfo(DT.R8, "r8", "float", 5, 64),
        TypeInfo(DT.CY, "cy", "decimal", 6),
        TypeInfo(DT.DECIMAL, "decimal", "decimal", 14),
        TypeInfo(DT.NUMERIC, "numeric", "decimal", 14),
        TypeInfo(DT.BOOL, "bool", "bool", 11),
        TypeInfo(DT.STR, "str", "text", 8),
        TypeInfo(DT.WSTR, "wstr", "text", 8),
        TypeInfo(DT.TEXT, "text", "text", 8, blob=True),
        TypeInfo(DT.NTEXT, "nText", "text", 8, blob=True),
        TypeInfo(DT.BYTES, "bytes", "binary", 13),
        TypeInfo(DT.IMAGE, "image", "binary", 13, blob=True),
        TypeInfo(DT.GUID, "guid", "guid", 8),
        TypeInfo(DT.DATE, "date", "datetime", 7),
        TypeInfo(DT.DBDATE, "dbDate", "datetime", 7),
        TypeInfo(DT.DBTIME, "dbTime", "datetime", 7),
        TypeInfo(DT.DBTIME2, "dbTime2", "datetime", 7),
        TypeInfo(DT.DBTIMESTAMP, "dbTimeStamp", "datetime", 7),
        TypeInfo(DT.DBTIMESTAMP2, "dbTimeStamp2", "datetime", 7),
        TypeInfo(DT.DBTIMESTAMPOFFSET, "dbTimeStampoffset", "datetime", 7),
        TypeInfo(DT.FILETIME, "dateTime", "datetime", 7),
    )
}

_BY_TOKEN = {info.token.lower(): dt for dt, info in TYPES.items()}
_BY_TOKEN["filetime"] = DT.FILETIME
_BY_VARIANT = {
    0: DT.EMPTY, 1: DT.NULL, 2: DT.I2, 3: DT.I4, 4: DT.R4, 5: DT.R8, 6: DT.CY, 7: DT.DATE,
    8: DT.WSTR, 11: DT.BOOL, 14: DT.DECIMAL, 16: DT.I1, 17: DT.UI1, 18: DT.UI2, 19: DT.UI4,
    20: DT.I8, 21: DT.UI8, 22: DT.I4, 23: DT.UI4, 64: DT.FILETIME, 72: DT.GUID,
}  # fmt: skip
_DOTNET_TO_VARIANT = {
    3: 11, 4: 18, 5: 16, 6: 17, 7: 2, 8: 18, 9: 3, 10: 19, 11: 20, 12: 21, 13: 4, 14: 5, 15: 14, 16: 7, 18: 8,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TypeSpec:
    """A type with its lengths: what a column, a cast or a variable is declared as.

    ``length`` counts characters (STR: bytes of the code page; BYTES: bytes), 0 where
    it has no meaning; ``precision`` and ``scale`` are those of NUMERIC (precision) and
    DECIMAL, NUMERIC, DBTIME2, DBTIMESTAMP2, DBTIMESTAMPOFFSET (scale).

    >>> str(TypeSpec(DT.NUMERIC, precision=18, scale=4)), str(TypeSpec(DT.STR, length=10, code_page=1252))
    ('DT_NUMERIC(18,4)', 'DT_STR(10,1252)')
    """

    dt: DT
    length: int = 0
    precision: int = 0
    scale: int = 0
    code_page: int = 0

    @property
    def info(self) -> TypeInfo:
        """The fixed facts of the type."""
        return TYPES[self.dt]

    @property
    def family(self) -> str:
        """``info.family``."""
        return TYPES[self.dt].family

    def with_(self, **changes: Any) -> TypeSpec:
        """A copy with some fields changed."""
        return replace(self, **changes)

    def polars(self) -> pl.DataType:
        """The Polars type that holds a column of this type."""
        from dtserve.datatypes.physical import polars_type

        return polars_type(self)

    def __str__(self) -> str:
        label = self.dt.label
        if self.dt is DT.NUMERIC:
            return f"{label}({self.precision},{self.scale})"
        if self.dt is DT.DECIMAL:
            return f"{label}({self.scale})"
        if self.dt is DT.STR:
            return f"{label}({self.length},{self.code_page})"
        if self.dt in (DT.WSTR, DT.BYTES):
            return f"{label}({self.length})"
        return label


def from_code(code: int) -> DT:
    """The type with this numeric code (formats 2 and 3, flat file columns); ValueError otherwise."""
    return DT(code)


def from_token(token: str) -> DT:
    """The type with this XML token (``wstr``) or numeric code in text; ValueError otherwise."""
    found = _BY_TOKEN.get(token.strip().lower())
    if found is not None:
        return found
    return DT(int(token))


def from_name(name: str) -> DT:
    """The type with this expression name, ``DT_WSTR`` in any case; KeyError otherwise."""
    return DT[name.upper().removeprefix("DT_")]


def from_variant(vt: int) -> DT:
    """The expression type of a variable or parameter of this VARIANT type.

    String is DT_WSTR, Char (18 in packages) DT_UI2, DateTime DT_DATE
    (EXPRESSIONS §4.2). KeyError for 13 (Object), which has no expression type.
    """
    return _BY_VARIANT[vt]


def variant_from_dotnet(type_code: int) -> int | None:
    """The VARIANT type of a .NET TypeCode, as project parameters write it (FORMAT §4.3); None for no such type.

    >>> variant_from_dotnet(18), variant_from_dotnet(3)
    (8, 11)
    """
    return _DOTNET_TO_VARIANT.get(type_code)
