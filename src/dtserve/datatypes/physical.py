"""The Polars type of each DT_* type; kept apart so that ``types`` never imports Polars."""

from __future__ import annotations

import polars as pl

from dtserve.datatypes.types import DT, TypeSpec

__all__ = ["polars_type"]

_FIXED: dict[DT, pl.DataType] = {
    DT.EMPTY: pl.Null(),
    DT.NULL: pl.Null(),
    DT.I1: pl.Int8(),
    DT.I2: pl.Int16(),
    DT.I4: pl.Int32(),
    DT.I8: pl.Int64(),
    DT.UI1: pl.UInt8(),
    DT.UI2: pl.UInt16(),
    DT.UI4: pl.UInt32(),
    DT.UI8: pl.UInt64(),
    DT.R4: pl.Float32(),
    DT.R8: pl.Float64(),
    DT.BOOL: pl.Boolean(),
    DT.CY: pl.Decimal(19, 4),
    DT.STR: pl.String(),
    DT.WSTR: pl.String(),
    DT.TEXT: pl.String(),
    DT.NTEXT: pl.String(),
    DT.GUID: pl.String(),
    DT.BYTES: pl.Binary(),
    DT.IMAGE: pl.Binary(),
    DT.DBDATE: pl.Date(),
    DT.DBTIME: pl.Time(),
    DT.DBTIME2: pl.Time(),
    DT.DATE: pl.Datetime("us"),
    DT.FILETIME: pl.Datetime("us"),
    DT.DBTIMESTAMP: pl.Datetime("us"),
    DT.DBTIMESTAMP2: pl.Datetime("us"),
    DT.DBTIMESTAMPOFFSET: pl.Struct({"utc": pl.Datetime("us"), "offset": pl.Int16()}),
}


def polars_type(spec: TypeSpec) -> pl.DataType:
    """The Polars type that holds a column of type ``spec``."""
    if spec.dt is DT.NUMERIC:
        return pl.Decimal(min(spec.precision or 38, 38), spec.scale)
    if spec.dt is DT.DECIMAL:
        return pl.Decimal(29, spec.scale)
    return _FIXED[spec.dt]
