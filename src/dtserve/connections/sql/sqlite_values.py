"""How SSIS values lie in SQLite, which has only integers, reals, texts and blobs.

=========================  =====================================================
DT_BOOL                    0 or 1
DT_NUMERIC, DECIMAL, CY    the number, exactly: SQLite keeps 15 significant digits of
                           a fraction and 64-bit whole numbers; what has more is refused
                           (ValueNotStorable), never rounded
DT_DBDATE                  ``2024-03-01``
DT_DBTIMESTAMP …           ``2024-03-01 10:20:30`` or with ``.123456`` when there is a fraction
DT_DBTIME …                ``10:20:30`` or with a fraction
DT_DBTIMESTAMPOFFSET       ``2024-03-01 10:20:30+02:00``
DT_GUID                    ``3F2504E0-4F89-11D3-9A0C-0305E82C3301``
DT_BYTES, DT_IMAGE         blob
=========================  =====================================================

These forms compare and sort in SQLite as the values do.
"""

from __future__ import annotations

import datetime as dtm
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dtserve.connections.base import ResultColumn
from dtserve.connections.errors import ValueNotStorable
from dtserve.connections.sql.rows import aware, series_of
from dtserve.connections.sql.sqlite_texts import as_number, as_text
from dtserve.connections.sql.tsql_dates import canonical_moment
from dtserve.datatypes import DT, TypeSpec

if TYPE_CHECKING:
    import polars as pl

__all__ = ["decode_column", "decode_frame", "encode_beside", "encode_frame", "encode_value"]

DATABASE = "SQLite"
_DATES = (DT.DATE, DT.FILETIME, DT.DBTIMESTAMP, DT.DBTIMESTAMP2)
_TIMES = (DT.DBTIME, DT.DBTIME2)


def encode_value(value: Any, spec: TypeSpec | None = None, column: str = "") -> Any:
    """One value as SQLite stores it; raises ValueNotStorable."""
    if value is None or type(value) in (str, bytes, float):
        return _encode_plain(value, spec, column)
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        if not -(2**63) <= value < 2**63:
            raise ValueNotStorable(value=value, column=column, database=DATABASE)
        return value
    if isinstance(value, Decimal):
        return _encode_decimal(value, column)
    if isinstance(value, dict) and "utc" in value:
        value = aware(value)
    if isinstance(value, dtm.datetime):
        return value.isoformat(" ")
    if isinstance(value, dtm.date | dtm.time):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value).upper()
    if isinstance(value, bytearray | memoryview):
        return bytes(value)
    return str(value)


def encode_beside(value: Any, spec: TypeSpec | None, wanted: TypeSpec) -> Any:
    """A parameter that is compared with, or stored in, something of type ``wanted``; raises ValueError for no number.

    SQLite itself compares texts with numbers, and dates with moments, as if they never were equal.
    """
    if isinstance(value, str):
        if wanted.family == "datetime":
            return canonical_moment(value, wanted.dt, zoned=True)
        if wanted.dt is DT.BOOL and value.strip().lower() in ("true", "false"):
            return int(value.strip().lower() == "true")
        if wanted.family in ("int", "decimal", "float", "bool"):
            return as_number(value)
        return encode_value(value, wanted if wanted.dt is DT.GUID else spec, "parameter")
    if wanted.family == "text" and isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return as_text(encode_value(value, spec, "parameter"))
    if wanted.family == "datetime" and isinstance(value, dtm.date):
        if not isinstance(value, dtm.datetime):
            return f"{value.isoformat()} 00:00:00" if wanted.dt in _DATES else value.isoformat()
        if wanted.dt is DT.DBDATE and value == dtm.datetime(value.year, value.month, value.day):
            return value.date().isoformat()
    return _beside_numbers(encode_value(value, spec, "parameter"), wanted if isinstance(value, Decimal) else None)


def _beside_numbers(value: Any, wanted: TypeSpec | None) -> Any:
    """The text of a decimal as a real where a number is wanted: SQLite's own conversion is not always the nearest."""
    numeric = wanted is not None and wanted.family in ("decimal", "float")
    return float(value) if numeric and isinstance(value, str) else value


def _encode_plain(value: Any, spec: TypeSpec | None, column: str) -> Any:
    if type(value) is float and value != value:  # SQLite turns NaN into NULL
        raise ValueNotStorable(value="NaN", column=column, database=DATABASE)
    if type(value) is str and spec is not None and spec.dt is DT.GUID:
        return value.strip("{}").upper()
    return value


def _encode_decimal(value: Decimal, column: str) -> int | str:
    if not value.is_finite():
        raise ValueNotStorable(value=value, column=column, database=DATABASE)
    whole = value.to_integral_value()
    if whole == value and -(2**63) <= whole < 2**63:
        return int(whole)
    digits = value.as_tuple().digits
    if len(str(int("".join(map(str, digits)))).rstrip("0")) > 15 or whole == value:
        raise ValueNotStorable(value=value, column=column, database=DATABASE)
    return format(value, "f")


def encode_frame(
    frame: pl.DataFrame, columns: Sequence[ResultColumn], stored: Sequence[TypeSpec | None] = ()
) -> list[list[Any]]:
    """The columns of a frame as lists of values to put into columns of the types ``stored``.

    Raises ValueNotStorable.
    """
    kinds = stored or [None] * len(columns)
    return [
        _encode_series(series, column.type, column.name, kind)
        for series, column, kind in zip(frame.get_columns(), columns, kinds, strict=True)
    ]


def _encode_series(series: pl.Series, spec: TypeSpec, column: str, stored: TypeSpec | None) -> list[Any]:
    import polars as pl

    kind = series.dtype
    if kind == pl.Boolean:
        return series.cast(pl.Int8).to_list()
    if isinstance(kind, pl.Datetime):
        plain = series.dt.to_string("%Y-%m-%d %H:%M:%S")
        exact = series.dt.to_string("%Y-%m-%d %H:%M:%S%.6f")
        whole = series.dt.microsecond() == 0
        return plain.zip_with(whole.fill_null(True), exact).to_list()
    if kind == pl.Date:
        return series.dt.to_string("%Y-%m-%d").to_list()
    if kind == pl.String and spec.dt is DT.GUID:
        return series.str.strip_chars("{}").str.to_uppercase().to_list()
    if isinstance(kind, pl.Decimal) and stored is not None:
        if stored.family == "text":
            return series.cast(pl.String).to_list()
        if stored.family in ("decimal", "float") and _few_digits(series, kind.scale):
            return series.cast(pl.Float64).to_list()
    if kind in (pl.Float32, pl.Float64) and not series.is_nan().any():
        return series.to_list()
    if kind == pl.Time or isinstance(kind, pl.Decimal | pl.Struct) or kind in (pl.UInt64, pl.Float32, pl.Float64):
        return [_beside_numbers(encode_value(value, spec, column), stored) for value in series.to_list()]
    return series.to_list()


def _few_digits(series: pl.Series, scale: int) -> bool:
    """Whether all values have at most 15 digits, which a real holds exactly: there and back gives the same decimal."""
    highest: Any = series.max()
    lowest: Any = series.min()
    return highest is None or (scale <= 15 and max(abs(highest), abs(lowest)) < 10 ** (15 - scale))


def decode_frame(rows: Sequence[Sequence[Any]], columns: Sequence[ResultColumn]) -> pl.DataFrame:
    """The frame of rows as SQLite gives them; raises ValueError for a value its column cannot hold."""
    import polars as pl

    cells = zip(*rows, strict=True) if rows else (() for _ in columns)
    return pl.DataFrame(
        [
            decode_column(str(at), column, list(values))
            for at, (column, values) in enumerate(zip(columns, cells, strict=True))
        ]
    )


def decode_column(name: str, column: ResultColumn, values: list[Any]) -> pl.Series:
    """One column of raw values in its physical form."""
    import polars as pl

    spec = column.type
    try:
        if spec.dt in _DATES:
            return _moments(name, spec, values)
        if spec.dt is DT.DBDATE and (days := _days(name, values)) is not None:
            return days
        if spec.dt in _TIMES or spec.dt is DT.DBDATE:
            values = [_clock(value, spec) for value in values]
        elif spec.family == "bool" and set(map(type, values)) <= {int, type(None)}:
            return pl.Series(name, values, dtype=pl.Int64).cast(pl.Boolean)
        elif spec.family == "decimal":
            fast = _short_numbers(name, spec, values)
            if fast is not None:
                return fast
            values = [_number(value) for value in values]
        return series_of(name, spec, values)
    except (ValueError, ArithmeticError) as error:
        raise ValueError(f'column "{column.name}": {error}') from None


def _moments(name: str, spec: TypeSpec, values: list[Any]) -> pl.Series:
    import polars as pl

    try:
        text = pl.Series(name, values, dtype=pl.String, strict=True)
        fast = text.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", strict=False, time_unit="us")
        if fast.null_count() == text.null_count():
            return fast
    except (TypeError, pl.exceptions.PolarsError):
        pass
    return series_of(name, spec, [_moment(value) for value in values])


def _days(name: str, values: list[Any]) -> pl.Series | None:
    """The dates of texts, all at once; None where one is written otherwise."""
    import polars as pl

    if not set(map(type, values)) <= {str, type(None)}:
        return None
    text = pl.Series(name, values, dtype=pl.String)
    found = text.str.to_date("%Y-%m-%d", strict=False)
    return found if found.null_count() == text.null_count() else None


def _moment(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return None if value is None else dtm.datetime.fromisoformat(value.strip())
    raise ValueError(f"{value!r} is no date")


def _clock(value: Any, spec: TypeSpec) -> Any:
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no {'date' if spec.dt is DT.DBDATE else 'time'}")
    if spec.dt is DT.DBDATE:
        return dtm.datetime.fromisoformat(value.strip()).date()
    return dtm.datetime.fromisoformat(value).time() if len(value) > 15 else dtm.time.fromisoformat(value.strip())


def _short_numbers(name: str, spec: TypeSpec, values: list[Any]) -> pl.Series | None:
    """The decimals of integers and reals of at most 15 digits, all at once; None where that would not be exact."""
    import polars as pl

    wanted = spec.polars()
    if not set(map(type, values)) <= {int, float, type(None)} or not isinstance(wanted, pl.Decimal):
        return None
    try:
        reals = pl.Series(name, values, dtype=pl.Float64, strict=False)
        if not reals.is_finite().all() or not _few_digits(reals, wanted.scale):
            return None
        found = reals.cast(wanted)
    except pl.exceptions.PolarsError:
        return None
    return found if found.cast(pl.Float64).equals(reals, null_equal=True) else None


def _number(value: Any) -> Decimal | None:
    if value is None:
        return None
    if type(value) is float:
        return Decimal(f"{value:.15g}")
    return Decimal(value if isinstance(value, int) else str(value).strip())
