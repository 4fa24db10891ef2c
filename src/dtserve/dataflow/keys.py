"""Sort keys of rows: several columns, directions and comparison flags as one comparable text.

Merge and Merge Join compare rows of different buffers. :class:`RowKeys` encodes the key
columns of a frame into one column whose order is the order of the rows: each column as
hexadecimal digits of an order-preserving byte form, a mark for NULL before it,
complemented where the column runs down. A single short key is a number instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dtserve.dataflow.collation import NULLS_FIRST, SortKeys
from dtserve.datatypes import DT, TypeSpec

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

__all__ = ["KeyColumn", "RowKeys", "common_type", "sort_key_columns"]

_DIGITS = "0123456789ABCDEF"
_COMPLEMENT = dict(zip(_DIGITS, reversed(_DIGITS), strict=True))


@dataclass(frozen=True)
class KeyColumn:
    """A column of a sort key: its name in the frame, type, direction and comparison flags."""

    name: str
    type: TypeSpec
    descending: bool = False
    flags: int = 0


def sort_key_columns(columns: list[tuple[str, TypeSpec, int, int]]) -> list[KeyColumn]:
    """Key columns from (name, type, sort key position, flags); a negative position runs down, 0 is no key."""
    keyed = [c for c in columns if c[2]]
    keyed.sort(key=lambda c: abs(c[2]))
    return [KeyColumn(name, spec, position < 0, flags) for name, spec, position, flags in keyed]


def common_type(one: TypeSpec, other: TypeSpec) -> TypeSpec | None:
    """A type in which keys of both types compare: decimals in the finer scale, numbers in the wider type; None without one."""
    if one.family != other.family or (one.family == "datetime" and one.dt is not other.dt):
        return None
    if one.family == "decimal" or (one.family == "int" and one.dt is not other.dt):
        if one.family == "int" and DT.UI8 not in (one.dt, other.dt):
            return TypeSpec(DT.I8)
        scales = (int(getattr(spec.polars(), "scale", 0)) for spec in (one, other))
        return TypeSpec(DT.NUMERIC, precision=38, scale=max(scales))
    return TypeSpec(DT.R8) if one.family == "float" else one


class RowKeys:
    """Encodes rows; one instance per component."""

    def __init__(self, locale_id: int) -> None:
        self._texts = SortKeys(locale_id)

    def encode(self, frame: pl.DataFrame, keys: list[KeyColumn], types: Sequence[TypeSpec] = ()) -> pl.Series:
        """One value per row, smaller for rows that come first: a number for one short key, else a text.

        ``types`` are those in which the keys compare with the keys of another input (:func:`common_type`).
        """
        import polars as pl

        if types:
            keys = [replace(key, type=spec) for key, spec in zip(keys, types, strict=True)]
            wrong = [pl.col(k.name).cast(k.type.polars()) for k in keys if frame.schema[k.name] != k.type.polars()]
            frame = frame.with_columns(wrong) if wrong else frame
        if len(keys) == 1 and _short(keys[0].type):
            return _number(frame[keys[0].name], keys[0])
        parts = [self._part(frame[key.name], key) for key in keys]
        return pl.DataFrame(parts).select(pl.concat_str(pl.all()).alias("key")).to_series()

    def has_null(self, frame: pl.DataFrame, keys: list[KeyColumn]) -> pl.Series:
        """True where a key column is NULL."""
        import polars as pl

        return frame.select(pl.any_horizontal(pl.col(key.name).is_null() for key in keys)).to_series()

    def close(self) -> None:
        """Release the collator."""
        self._texts.close()

    def _part(self, values: pl.Series, key: KeyColumn) -> pl.Series:
        import polars as pl

        digits = self._digits(values, key)
        if key.descending:
            digits = digits.str.replace_many(list(_COMPLEMENT), list(_COMPLEMENT.values()))
        first = NULLS_FIRST is not key.descending
        null, present = ("0", "1") if first else ("1", "0")
        return digits.to_frame("d").select(
            pl.when(pl.col("d").is_null()).then(pl.lit(null)).otherwise(pl.lit(present) + pl.col("d")).alias(key.name)
        )[key.name]

    def _digits(self, values: pl.Series, key: KeyColumn) -> pl.Series:
        """Hexadecimal digits that order as the values do, each ended or of fixed width; NULL stays NULL."""
        family = key.type.family
        if key.type.dt is DT.GUID:
            return _ended(values.str.to_uppercase().cast(_binary()).bin.encode("hex").str.to_uppercase())
        if family == "text":
            return _ended(self._texts.hexadecimal(values, key.flags))
        if family == "binary":
            return _ended(values.bin.encode("hex").str.to_uppercase())
        return _fixed(values, key.type)


def _short(spec: TypeSpec) -> bool:
    """Whether all values are whole numbers far from the ends of 64 bits, which then stand for NULL."""
    import polars as pl

    dtype = spec.polars()
    if isinstance(dtype, pl.Datetime):
        return dtype.time_unit != "ns" and spec.dt is not DT.DBTIMESTAMPOFFSET
    return dtype in (pl.Boolean, pl.Int8, pl.Int16, pl.Int32, pl.UInt8, pl.UInt16, pl.UInt32, pl.Date, pl.Time)


def _number(values: pl.Series, key: KeyColumn) -> pl.Series:
    """The values as numbers in the direction of the key, NULL before or behind them."""
    import numpy as np
    import polars as pl

    numbers = values.to_physical().cast(pl.Int64)
    if key.descending:
        numbers = -numbers
    ends = np.iinfo(np.int64)
    first = NULLS_FIRST is not key.descending
    return numbers.fill_null(int(ends.min if first else ends.max)).alias("key")


def _binary() -> pl.DataType:
    import polars as pl

    return pl.Binary()


def _ended(digits: pl.Series) -> pl.Series:
    """Digits with an end mark, so that a text comes before a longer one that starts with it.

    Every byte is written after a digit 1 and the end is a 0, so the mark survives the complement.
    """
    return digits.str.replace_all(r"(..)", "1$1") + "0"


def _fixed(values: pl.Series, spec: TypeSpec) -> pl.Series:
    """Numbers, dates and truth values as big-endian digits of fixed width."""
    import numpy as np
    import polars as pl

    null = values.is_null()
    if spec.family == "float":
        bits = values.cast(pl.Float64).fill_null(0.0).to_numpy().copy()
        bits[bits == 0] = 0.0
        bits[np.isnan(bits)] = np.nan  # with either sign
        raw = bits.view(np.uint64)
        negative = raw >> np.uint64(63) == 1
        ordered = np.where(negative, ~raw, raw | np.uint64(1 << 63))
        words = [ordered]
    elif spec.family == "decimal":
        words = _decimal_words(values)
    elif spec.dt is DT.UI8:
        words = [values.fill_null(0).to_numpy()]
    else:
        words = [_as_int64(values, spec).view(np.uint64) ^ np.uint64(1 << 63)]
    return _hex(words).zip_with(~null, pl.Series([None], dtype=pl.String).new_from_index(0, values.len()))


def _as_int64(values: pl.Series, spec: TypeSpec) -> np.ndarray:
    import polars as pl

    if spec.dt is DT.DBTIMESTAMPOFFSET:
        values = values.struct.field("utc")
    if spec.family == "datetime":
        values = values.to_physical()
    return values.cast(pl.Int64).fill_null(0).to_numpy()


def _decimal_words(values: pl.Series) -> list[np.ndarray]:
    """High and low half of the scaled number, the sign bit turned."""
    import numpy as np
    import pyarrow as pa

    buffer = values.fill_null(0).rechunk().to_arrow()
    if buffer.type.bit_width != 128:
        buffer = buffer.cast(pa.decimal128(38, buffer.type.scale))
    halves = np.frombuffer(buffer.buffers()[1], dtype="<u8")[2 * buffer.offset : 2 * (buffer.offset + len(buffer))]
    pairs = halves.reshape(-1, 2)
    return [pairs[:, 1] ^ np.uint64(1 << 63), pairs[:, 0]]


def _hex(words: list[np.ndarray]) -> pl.Series:
    """Words side by side as hexadecimal text."""
    import numpy as np
    import pyarrow as pa

    from dtserve.datatypes.arrow_columns import from_array

    count = len(words[0])
    data = np.stack(words, axis=1).astype(">u8").tobytes()
    width = 8 * len(words)
    fixed = pa.FixedSizeBinaryArray.from_buffers(pa.binary(width), count, [None, pa.py_buffer(data)])
    return from_array("", fixed).bin.encode("hex").str.to_uppercase()
