"""PostgreSQL's types as SSIS types, and rows on the wire of COPY (CSV) as Polars frames, both ways."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dtserve.connections.base import ResultColumn
from dtserve.datatypes import DT, TypeSpec

if TYPE_CHECKING:
    import polars as pl

__all__ = ["frame_to_csv", "read_csv", "spec_of_oid"]

_FIXED: dict[int, TypeSpec] = {
    16: TypeSpec(DT.BOOL), 20: TypeSpec(DT.I8), 21: TypeSpec(DT.I2), 23: TypeSpec(DT.I4), 26: TypeSpec(DT.I8),
    700: TypeSpec(DT.R4), 701: TypeSpec(DT.R8), 790: TypeSpec(DT.CY), 17: TypeSpec(DT.IMAGE), 18: TypeSpec(DT.WSTR, length=1),
    19: TypeSpec(DT.WSTR, length=63), 25: TypeSpec(DT.NTEXT), 114: TypeSpec(DT.NTEXT), 3802: TypeSpec(DT.NTEXT),
    142: TypeSpec(DT.NTEXT), 1082: TypeSpec(DT.DBDATE), 2950: TypeSpec(DT.GUID), 705: TypeSpec(DT.NTEXT),
}  # fmt: skip
_UNBOUNDED = TypeSpec(DT.NUMERIC, precision=38, scale=10)
"""``numeric`` without precision, which PostgreSQL lets have any number of digits."""


def spec_of_oid(oid: int, modifier: int, inferred: TypeSpec | None = None) -> TypeSpec:
    """The SSIS type of a result column; ``inferred`` is what its T-SQL text says, used where it says more."""
    found = _of_oid(oid, modifier)
    if inferred is None:
        return found
    if found.family == inferred.family or (found.family, inferred.family) in (("decimal", "int"), ("int", "decimal")):
        return inferred
    return found


def _of_oid(oid: int, modifier: int) -> TypeSpec:
    if oid in _FIXED:
        return _FIXED[oid]
    if oid == 1700:
        if modifier < 4:
            return _UNBOUNDED
        scale = (modifier - 4) & 0x7FF
        scale = scale - 2048 if scale > 1023 else scale
        precision = ((modifier - 4) >> 16) & 0xFFFF
        if scale < 0:
            precision, scale = precision - scale, 0
        return TypeSpec(DT.NUMERIC, precision=min(max(precision, scale), 38), scale=min(scale, 38))
    if oid in (1042, 1043):
        length = modifier - 4
        return TypeSpec(DT.WSTR, length=length) if 0 < length <= 4000 else TypeSpec(DT.NTEXT)
    digits = modifier if 0 <= modifier <= 6 else 6
    moments = {1083: DT.DBTIME2, 1266: DT.DBTIME2, 1114: DT.DBTIMESTAMP2, 1184: DT.DBTIMESTAMPOFFSET}
    if oid in moments:
        return TypeSpec(moments[oid], scale=digits)
    return TypeSpec(DT.NTEXT)


_DIRECT = (
    DT.I2, DT.I4, DT.I8, DT.I1, DT.UI1, DT.UI2, DT.UI4, DT.UI8, DT.R4, DT.R8, DT.NUMERIC, DT.DECIMAL, DT.DBDATE,
    DT.DBTIMESTAMP, DT.DBTIMESTAMP2, DT.DATE, DT.FILETIME,
)  # fmt: skip


def read_csv(data: bytes, columns: Sequence[ResultColumn], oids: Sequence[int]) -> pl.DataFrame:
    """The frame of some CSV rows of COPY; raises ValueError for what does not fit its type."""
    import polars as pl

    names = [str(at) for at in range(len(columns))]
    schema = {
        name: column.type.polars() if column.type.dt in _DIRECT and oid != 790 else pl.String()
        for name, column, oid in zip(names, columns, oids, strict=True)
    }
    try:
        frame = pl.read_csv(
            io.BytesIO(data), has_header=False, schema=schema, raise_if_empty=False, truncate_ragged_lines=False
        )
        return frame.with_columns(
            [
                _decoded(pl.col(name), column.type).alias(name)
                for name, column in zip(names, columns, strict=True)
                if schema[name] == pl.String and column.type.family != "text"
            ]
        )
    except pl.exceptions.PolarsError as error:
        raise ValueError(str(error).splitlines()[0]) from None


def _decoded(text: pl.Expr, spec: TypeSpec) -> pl.Expr:
    import polars as pl

    if spec.dt is DT.BOOL:
        return text == "t"
    if spec.dt is DT.GUID:
        return pl.lit("{") + text.str.to_uppercase() + pl.lit("}")
    if spec.family == "binary":
        return text.str.slice(2).str.decode("hex", strict=True)
    if spec.dt in (DT.DBTIME, DT.DBTIME2):
        return text.str.replace(r"[+-]\d\d(:\d\d)*$", "").str.to_time("%H:%M:%S%.f", strict=True)
    if spec.dt is DT.DBTIMESTAMPOFFSET:
        return _with_offset(text)
    return text.str.replace_all(r"[$,]", "").cast(spec.polars(), strict=True)


def _with_offset(text: pl.Expr) -> pl.Expr:
    """``2024-03-01 10:20:30+02`` or ``+05:30`` as UTC and minutes."""
    import polars as pl

    local = text.str.replace(r"[+-]\d\d(:\d\d)*$", "").str.to_datetime(
        "%Y-%m-%d %H:%M:%S%.f", strict=True, time_unit="us"
    )
    hours = text.str.extract(r"([+-]\d\d)(?::\d\d)*$", 1).cast(pl.Int16)
    minutes = text.str.extract(r"[+-]\d\d:(\d\d)(?::\d\d)?$", 1).cast(pl.Int16).fill_null(0)
    negative = text.str.contains(r"-\d\d(:\d\d)*$")
    offset = hours * 60 + pl.when(negative).then(-minutes).otherwise(minutes)
    both = pl.struct((local - pl.duration(minutes=offset)).alias("utc"), offset.cast(pl.Int16).alias("offset"))
    return pl.when(text.is_null()).then(None).otherwise(both)


def frame_to_csv(frame: pl.DataFrame, columns: Sequence[ResultColumn]) -> bytes:
    """The rows of a frame for COPY … FROM STDIN (FORMAT csv): NULL is nothing, an empty text is ``""``."""
    import polars as pl

    changed = []
    for name in frame.columns:
        kind = frame.schema[name]
        if kind == pl.Binary:
            changed.append((pl.lit("\\x") + pl.col(name).bin.encode("hex")).alias(name))
        elif isinstance(kind, pl.Struct):
            changed.append(_zoned(pl.col(name)).alias(name))
    out = io.BytesIO()
    # a lone \\. on a line would end the COPY
    lone = len(columns) == 1 and columns[0].type.family == "text"
    frame.with_columns(changed).write_csv(
        out,
        include_header=False,
        quote_style="non_numeric" if lone else "necessary",
        datetime_format="%Y-%m-%d %H:%M:%S%.6f",
        time_format="%H:%M:%S%.6f",
        date_format="%Y-%m-%d",
    )
    return out.getvalue()


def _zoned(value: pl.Expr) -> pl.Expr:
    """A DBTIMESTAMPOFFSET struct as text with its offset."""
    import polars as pl

    utc, offset = value.struct.field("utc"), value.struct.field("offset").cast(pl.Int32)
    local = (utc + pl.duration(minutes=offset)).dt.to_string("%Y-%m-%d %H:%M:%S%.6f")
    sign = pl.when(offset < 0).then(pl.lit("-")).otherwise(pl.lit("+"))
    hours = (offset.abs() // 60).cast(pl.String).str.zfill(2)
    minutes = (offset.abs() % 60).cast(pl.String).str.zfill(2)
    return local + sign + hours + pl.lit(":") + minutes
