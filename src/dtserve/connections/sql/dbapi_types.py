"""Result columns of DB-API drivers as SSIS types: by ODBC type numbers, TDS type numbers or Python types."""

from __future__ import annotations

import datetime as dtm
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from dtserve.datatypes import DT, TypeSpec

__all__ = ["from_odbc", "from_python", "from_tds"]

LONGEST_WIDE = 4000
LONGEST_NARROW = 8000
CODE_PAGE = 1252


def _wide(length: int) -> TypeSpec:
    return TypeSpec(DT.WSTR, length=length) if 0 < length <= LONGEST_WIDE else TypeSpec(DT.NTEXT)


def _narrow(length: int) -> TypeSpec:
    if 0 < length <= LONGEST_NARROW:
        return TypeSpec(DT.STR, length=length, code_page=CODE_PAGE)
    return TypeSpec(DT.TEXT, code_page=CODE_PAGE)


def _bytes(length: int) -> TypeSpec:
    return TypeSpec(DT.BYTES, length=length) if 0 < length <= LONGEST_NARROW else TypeSpec(DT.IMAGE)


def _numeric(precision: int, scale: int) -> TypeSpec:
    if precision <= 0:
        return TypeSpec(DT.NUMERIC, precision=38, scale=10)
    return TypeSpec(DT.NUMERIC, precision=min(precision, 38), scale=min(max(scale, 0), 38))


_ODBC: dict[int, DT] = {
    -7: DT.BOOL, -6: DT.UI1, 5: DT.I2, 4: DT.I4, -5: DT.I8, 7: DT.R4, 6: DT.R8, 8: DT.R8, 9: DT.DBDATE, 91: DT.DBDATE,
    -11: DT.GUID, 10: DT.DBTIME2, 92: DT.DBTIME2, -154: DT.DBTIME2, 11: DT.DBTIMESTAMP2, 93: DT.DBTIMESTAMP2,
    -155: DT.DBTIMESTAMPOFFSET, -152: DT.NTEXT, -10: DT.NTEXT, -4: DT.IMAGE, -151: DT.IMAGE,
}  # fmt: skip
_SCALED = (DT.DBTIME2, DT.DBTIMESTAMP2, DT.DBTIMESTAMPOFFSET)


_DATETIME_SIZE = 23
"""Digits and marks of SQL Server's datetime, with three digits of a second; ODBC has one number for it and datetime2."""


def from_odbc(number: int, size: int, scale: int) -> TypeSpec | None:
    """The type of an ODBC type number (SQL_INTEGER 4, SQL_WVARCHAR -9 …); None for an unknown one.

    >>> str(from_odbc(-9, 50, 0)), str(from_odbc(3, 18, 4))
    ('DT_WSTR(50)', 'DT_NUMERIC(18,4)')
    """
    if number in _ODBC:
        dt = _ODBC[number]
        if dt is DT.DBTIMESTAMP2 and 0 < size <= _DATETIME_SIZE:
            return TypeSpec(DT.DBTIMESTAMP)
        return TypeSpec(dt, scale=min(max(scale, 0), 7)) if dt in _SCALED else TypeSpec(dt)
    if number in (2, 3):
        return _numeric(size, scale)
    if number in (-8, -9):
        return _wide(size)
    if number in (1, 12, -1):
        return _narrow(size if number != -1 else 0)
    if number in (-2, -3):
        return _bytes(size)
    return TypeSpec(DT.WSTR, length=LONGEST_WIDE) if number == -150 else None


_TDS: dict[int, DT] = {
    48: DT.UI1, 50: DT.BOOL, 104: DT.BOOL, 52: DT.I2, 56: DT.I4, 127: DT.I8, 59: DT.R4, 62: DT.R8, 60: DT.CY, 122: DT.CY,
    110: DT.CY, 58: DT.DBTIMESTAMP, 61: DT.DBTIMESTAMP, 111: DT.DBTIMESTAMP, 40: DT.DBDATE, 41: DT.DBTIME2,
    42: DT.DBTIMESTAMP2, 43: DT.DBTIMESTAMPOFFSET, 36: DT.GUID, 34: DT.IMAGE, 99: DT.NTEXT, 241: DT.NTEXT, 240: DT.IMAGE,
}  # fmt: skip
_BY_SIZE = {38: {1: DT.UI1, 2: DT.I2, 4: DT.I4, 8: DT.I8}, 109: {4: DT.R4, 8: DT.R8}}
_MAX = 0xFFFF


def from_tds(number: int, size: float | None, precision: int | None, scale: int | None) -> TypeSpec | None:
    """The type of a TDS type number (XSYBNVARCHAR 231 …); None for an unknown one.

    python-tds counts the length of NVARCHAR in characters, not in bytes as the wire does.

    >>> str(from_tds(231, 50.0, None, None)), str(from_tds(38, 8, None, None))
    ('DT_WSTR(50)', 'DT_I8')
    """
    length = 0 if size is None or size >= _MAX or size < 0 else int(size)
    if number in _BY_SIZE:
        dt = _BY_SIZE[number].get(length)
        return TypeSpec(dt) if dt is not None else None
    if number in _TDS:
        dt = _TDS[number]
        return TypeSpec(dt, scale=scale or 0) if dt in _SCALED else TypeSpec(dt)
    if number in (106, 108, 55, 63):
        return _numeric(precision or 0, scale or 0)
    if number in (231, 239):
        return _wide(length)
    if number in (167, 175, 39, 47):
        return _narrow(length)
    if number in (165, 173, 37, 45):
        return _bytes(length)
    if number == 35:
        return TypeSpec(DT.TEXT, code_page=CODE_PAGE)
    return TypeSpec(DT.WSTR, length=LONGEST_WIDE) if number == 98 else None


def from_python(item: Sequence[Any]) -> TypeSpec | None:
    """The type of a PEP 249 description whose type code is a Python type (pyodbc, mssql-python); None otherwise.

    >>> str(from_python(("n", int, None, 10, 10, 0, True)))
    'DT_I4'
    """
    kind = item[1]
    size, precision, scale = (value if isinstance(value, int) else 0 for value in item[3:6])
    if kind is int:
        digits = precision or size
        return TypeSpec(DT.UI1 if digits == 3 else DT.I2 if digits == 5 else DT.I4 if digits == 10 else DT.I8)
    if kind is str:
        return _wide(size or precision)
    if kind in (bytes, bytearray):
        return _bytes(size or precision)
    if kind is Decimal:
        return _numeric(precision or size, scale)
    simple = {
        bool: DT.BOOL, float: DT.R8, dtm.date: DT.DBDATE, dtm.time: DT.DBTIME2, dtm.datetime: DT.DBTIMESTAMP2, uuid.UUID: DT.GUID,
    }  # fmt: skip
    dt = simple.get(kind) if isinstance(kind, type) else None
    if dt is None:
        return None
    return TypeSpec(dt, scale=min(max(scale, 0), 7) or 6) if dt in _SCALED else TypeSpec(dt)
