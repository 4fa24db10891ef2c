"""Columns of a bulk copy and binary parameters as python-tds takes them, early dates as mssql-python does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from dtserve.connections.base import ResultColumn
from dtserve.connections.sql.catalog import CatalogTable
from dtserve.datatypes import DT, TypeSpec

__all__ = ["binary_parameter", "early_as_text", "tds_columns"]

_IDENTITY = 0x10
"""The flag of an identity column in the metadata of a load."""

_FIRST_YEAR = 1753
"""The first that mssql-python takes in a parameter, whatever the type of the column."""

_SIMPLE = {
    DT.BOOL: "BitType", DT.UI1: "TinyIntType", DT.I1: "SmallIntType", DT.I2: "SmallIntType", DT.UI2: "IntType",
    DT.I4: "IntType", DT.UI4: "BigIntType", DT.I8: "BigIntType", DT.R4: "RealType", DT.R8: "FloatType", DT.CY: "MoneyType",
    DT.DBDATE: "DateType", DT.DBTIMESTAMP: "DateTimeType", DT.DATE: "DateTimeType", DT.GUID: "UniqueIdentifierType",
    DT.TEXT: "VarCharMaxType", DT.NTEXT: "NVarCharMaxType", DT.IMAGE: "VarBinaryMaxType",
}  # fmt: skip


def tds_columns(table: CatalogTable, columns: Sequence[ResultColumn]) -> list[Any]:
    """The columns with the types of the table, so that the server has nothing to convert.

    An identity column among them keeps its values: nothing else in INSERT BULK says so.
    """
    from pytds import tds_base, tds_types

    found = []
    for column in columns:
        known = table.by_name[column.name.lower()]
        kind = _type(tds_types, known.type or column.type)
        flags = (tds_base.Column.fNullable if known.nullable else 0) | (_IDENTITY if known.identity else 0)
        found.append(tds_base.Column(name=known.name, type=kind, flags=flags))
    return found


def binary_parameter(value: bytes) -> Any:
    """Bytes as a parameter of python-tds."""
    from pytds import tds_base, tds_types

    kind = tds_types.VarBinaryType(size=len(value) or 1) if len(value) <= 8000 else tds_types.VarBinaryMaxType()
    return tds_base.Param(type=kind, value=value)


def early_as_text(value: Any) -> Any:
    """A date before 1753 as a text, which the server reads; anything else as it is."""
    if isinstance(value, dt.date) and value.year < _FIRST_YEAR:
        return value.isoformat(" ") if isinstance(value, dt.datetime) else value.isoformat()
    return value


def _type(types: Any, spec: TypeSpec) -> Any:
    if spec.dt in _SIMPLE:
        return getattr(types, _SIMPLE[spec.dt])()
    if spec.dt in (DT.NUMERIC, DT.DECIMAL, DT.UI8):
        return types.DecimalType(precision=spec.precision or 38, scale=spec.scale)
    if spec.dt is DT.STR:
        return types.VarCharType(size=spec.length)
    if spec.dt is DT.WSTR:
        return types.NVarCharType(size=spec.length)
    if spec.dt is DT.BYTES:
        return types.VarBinaryType(size=spec.length)
    scaled = {DT.DBTIME: "TimeType", DT.DBTIME2: "TimeType", DT.DBTIMESTAMPOFFSET: "DateTimeOffsetType"}
    return getattr(types, scaled.get(spec.dt, "DateTime2Type"))(precision=min(spec.scale or 7, 7))
