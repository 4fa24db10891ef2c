"""Declared column types of databases → SSIS types (DATA_FLOW §3.2).

The text is what a catalog shows or a ``CREATE TABLE`` says: ``nvarchar(50)``,
``DECIMAL(18, 4)``, ``datetime2(7)``. Names of T-SQL, SQLite, PostgreSQL, MySQL and Oracle
that mean the same are in one table; where a name means different things, the family decides.
"""

from __future__ import annotations

import re

from dtserve.datatypes import DT, TypeSpec

__all__ = ["CODE_PAGE", "from_declared"]

CODE_PAGE = 1252
"""Code page of char and varchar columns: that of SQL Server's default collation."""

LONGEST = 8000
"""Longer text and binary types are those with (max)."""

_TYPE = re.compile(r"^\s*([a-z][\w ]*?)\s*(?:$|\(\s*(\w+)\s*(?:,\s*(-?\d+)\s*)?(?:\s*(?:char|byte)\s*)?\)([\w ]*)$)")
_MAX_DECIMAL = TypeSpec(DT.NUMERIC, precision=38, scale=10)

_PLAIN: dict[str, TypeSpec] = {
    "bit": TypeSpec(DT.BOOL), "bool": TypeSpec(DT.BOOL), "boolean": TypeSpec(DT.BOOL),
    "tinyint": TypeSpec(DT.UI1), "smallint": TypeSpec(DT.I2), "int2": TypeSpec(DT.I2), "int": TypeSpec(DT.I4),
    "int4": TypeSpec(DT.I4), "mediumint": TypeSpec(DT.I4), "integer": TypeSpec(DT.I4),
    "smallserial": TypeSpec(DT.I2), "serial": TypeSpec(DT.I4), "bigserial": TypeSpec(DT.I8),
    "bigint": TypeSpec(DT.I8), "int8": TypeSpec(DT.I8), "year": TypeSpec(DT.I2),
    "unsigned big int": TypeSpec(DT.UI8), "tinyint unsigned": TypeSpec(DT.UI1), "smallint unsigned": TypeSpec(DT.UI2),
    "mediumint unsigned": TypeSpec(DT.UI4), "int unsigned": TypeSpec(DT.UI4), "integer unsigned": TypeSpec(DT.UI4),
    "bigint unsigned": TypeSpec(DT.UI8),
    "real": TypeSpec(DT.R4), "float4": TypeSpec(DT.R4), "binary_float": TypeSpec(DT.R4),
    "float": TypeSpec(DT.R8), "float8": TypeSpec(DT.R8), "double": TypeSpec(DT.R8),
    "double precision": TypeSpec(DT.R8), "binary_double": TypeSpec(DT.R8),
    "money": TypeSpec(DT.CY), "smallmoney": TypeSpec(DT.CY),
    "date": TypeSpec(DT.DBDATE), "smalldatetime": TypeSpec(DT.DBTIMESTAMP), "datetime": TypeSpec(DT.DBTIMESTAMP),
    "uniqueidentifier": TypeSpec(DT.GUID), "uuid": TypeSpec(DT.GUID),
    "text": TypeSpec(DT.TEXT, code_page=CODE_PAGE), "ntext": TypeSpec(DT.NTEXT), "clob": TypeSpec(DT.NTEXT),
    "nclob": TypeSpec(DT.NTEXT), "long": TypeSpec(DT.NTEXT), "tinytext": TypeSpec(DT.NTEXT),
    "mediumtext": TypeSpec(DT.NTEXT), "longtext": TypeSpec(DT.NTEXT), "json": TypeSpec(DT.NTEXT),
    "jsonb": TypeSpec(DT.NTEXT), "xml": TypeSpec(DT.NTEXT), "xmltype": TypeSpec(DT.NTEXT),
    "citext": TypeSpec(DT.NTEXT), "sysname": TypeSpec(DT.WSTR, length=128), "sql_variant": TypeSpec(DT.WSTR, length=4000),
    "enum": TypeSpec(DT.WSTR, length=255), "set": TypeSpec(DT.WSTR, length=255), "name": TypeSpec(DT.WSTR, length=63),
    "image": TypeSpec(DT.IMAGE), "blob": TypeSpec(DT.IMAGE), "tinyblob": TypeSpec(DT.IMAGE),
    "mediumblob": TypeSpec(DT.IMAGE), "longblob": TypeSpec(DT.IMAGE), "bytea": TypeSpec(DT.IMAGE),
    "long raw": TypeSpec(DT.IMAGE), "bfile": TypeSpec(DT.IMAGE), "geography": TypeSpec(DT.IMAGE),
    "geometry": TypeSpec(DT.IMAGE), "hierarchyid": TypeSpec(DT.BYTES, length=892),
    "rowversion": TypeSpec(DT.BYTES, length=8), "timestamp": TypeSpec(DT.BYTES, length=8),
    "rowid": TypeSpec(DT.WSTR, length=18), "urowid": TypeSpec(DT.WSTR, length=4000),
}  # fmt: skip
_WIDE = {"nchar", "nvarchar", "nvarchar2", "varchar2", "national char", "national varchar", "native character"}
_NARROW = {"char", "varchar", "character", "character varying", "bpchar", "string", "varying character"}
_BINARY = {"binary", "varbinary", "raw", "binary varying"}
_DECIMAL = {"decimal", "numeric", "dec", "number"}
_FAMILY: dict[str, dict[str, TypeSpec]] = {
    "sqlite": {
        "integer": TypeSpec(DT.I8), "real": TypeSpec(DT.R8), "text": TypeSpec(DT.NTEXT),
        "timestamp": TypeSpec(DT.DBTIMESTAMP),
    },
    "postgres": {"text": TypeSpec(DT.NTEXT), "timestamp": TypeSpec(DT.DBTIMESTAMP2, scale=6)},
    "mysql": {
        "text": TypeSpec(DT.NTEXT), "float": TypeSpec(DT.R4), "tinyint": TypeSpec(DT.I1),
        "real": TypeSpec(DT.R8), "timestamp": TypeSpec(DT.DBTIMESTAMP),
    },
    "oracle": {"date": TypeSpec(DT.DBTIMESTAMP), "timestamp": TypeSpec(DT.DBTIMESTAMP)},
    "sqlserver": {"numeric": TypeSpec(DT.NUMERIC, precision=18), "decimal": TypeSpec(DT.NUMERIC, precision=18)},
}  # fmt: skip


def from_declared(text: str, family: str = "sqlserver") -> TypeSpec | None:
    """The SSIS type of a declared type; None for one that says nothing (empty, or unknown).

    >>> str(from_declared("NVARCHAR(50)")), str(from_declared("decimal(18, 4)"))
    ('DT_WSTR(50)', 'DT_NUMERIC(18,4)')
    >>> str(from_declared("varchar(max)")), str(from_declared("TEXT", "sqlite"))
    ('DT_TEXT', 'DT_NTEXT')
    """
    match = _TYPE.match(text.lower())
    if match is None:
        return None
    name = " ".join(match[1].split())
    tail = " ".join((match[4] or "").split())
    first, second = match[2] or "", match[3] or ""
    if first.isdigit() and int(first) > LONGEST:
        first = "max"
    special = _special(name, tail, first, family)
    if special is not None:
        return special
    if name in _DECIMAL:
        return _decimal(first, second, family)
    if name in _WIDE or (name in _NARROW and family in ("postgres", "mysql")):
        return TypeSpec(DT.NTEXT) if first in ("max", "") and name not in ("nchar", "char") else _wide(first)
    if name in _NARROW:
        if first == "max" or (not first and family == "sqlite"):
            return TypeSpec(DT.TEXT, code_page=CODE_PAGE)
        return TypeSpec(DT.STR, length=int(first) if first.isdigit() else 1, code_page=CODE_PAGE)
    if name in _BINARY:
        return TypeSpec(DT.BYTES, length=int(first)) if first.isdigit() else TypeSpec(DT.IMAGE)
    found = _FAMILY.get(family, {}).get(f"{name} {tail}".strip()) or _PLAIN.get(f"{name} {tail}".strip())
    return found or _FAMILY.get(family, {}).get(name) or _PLAIN.get(name)


def _wide(first: str) -> TypeSpec:
    return TypeSpec(DT.WSTR, length=int(first) if first.isdigit() else 1)


def _decimal(first: str, second: str, family: str) -> TypeSpec:
    if first.isdigit():
        precision, scale = int(first), int(second or 0)
        if scale < 0:  # Oracle: rounded left of the point
            precision, scale = precision - scale, 0
        return TypeSpec(DT.NUMERIC, precision=min(max(precision, scale), 38), scale=scale)
    return TypeSpec(DT.NUMERIC, precision=18) if family == "sqlserver" else _MAX_DECIMAL


def _special(name: str, tail: str, first: str, family: str) -> TypeSpec | None:
    """Types whose digits count fractional seconds, and FLOAT(n)."""
    digits = int(first) if first.isdigit() else 7
    whole = f"{name} {tail}"
    zoned = whole.startswith("timestamp with ") and "zone" in whole
    if name in ("datetimeoffset", "timestamptz") or zoned:
        return TypeSpec(DT.DBTIMESTAMPOFFSET, scale=digits)
    if name == "datetime2":
        return TypeSpec(DT.DBTIMESTAMP2, scale=digits)
    if name in ("time", "timetz"):
        return TypeSpec(DT.DBTIME2, scale=digits)
    if name.startswith("timestamp") and family == "postgres":
        return TypeSpec(DT.DBTIMESTAMP2, scale=min(digits, 6))
    if name == "float" and first.isdigit() and int(first) <= 24 and family != "oracle":
        return TypeSpec(DT.R4)
    if name == "bit" and first.isdigit() and int(first) > 1:
        return TypeSpec(DT.BYTES, length=(int(first) + 7) // 8) if family == "mysql" else TypeSpec(DT.NTEXT)
    if name == "tinyint" and first == "1" and family == "mysql" and not tail:
        return TypeSpec(DT.BOOL)
    return None
