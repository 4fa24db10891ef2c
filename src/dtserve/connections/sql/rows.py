"""Rows of Python values ↔ Polars frames in the physical forms of ``datatypes.types``.

Every DB-API driver goes through here; numbers stay exact (no float on the way of a
DECIMAL, NUMERIC or CY).
"""

from __future__ import annotations

import datetime as dtm
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import TYPE_CHECKING, Any

from dtserve.connections.base import ResultColumn
from dtserve.datatypes import DT, TypeSpec

if TYPE_CHECKING:
    import polars as pl

__all__ = ["batched_frames", "frame_of", "guess_type", "plain_rows", "series_of"]


def frame_of(rows: Sequence[Sequence[Any]], columns: Sequence[ResultColumn]) -> pl.DataFrame:
    """The frame of some rows; its columns are named by position. Raises ValueError for a value of another type."""
    import polars as pl

    if rows:
        values: Iterable[Sequence[Any]] = zip(*rows, strict=True)
    else:
        values = [() for _ in columns]
    return pl.DataFrame(
        [
            series_of(str(at), column.type, list(cells))
            for at, (column, cells) in enumerate(zip(columns, values, strict=True))
        ]
    )


def batched_frames(
    fetch: Callable[[int], Sequence[Sequence[Any]]], columns: Sequence[ResultColumn], batch_rows: int
) -> Iterator[pl.DataFrame]:
    """Frames of ``batch_rows`` rows until ``fetch`` gives none."""
    while rows := fetch(batch_rows):
        yield frame_of(rows, columns)


def series_of(name: str, spec: TypeSpec, values: list[Any]) -> pl.Series:
    """One column; values are what drivers give for that type (int, str, Decimal, datetime, UUID, memoryview …)."""
    import polars as pl

    if spec.dt is DT.DBTIMESTAMPOFFSET:
        return pl.Series(name, [_offset(value) for value in values], dtype=spec.polars())
    change = _CHANGES.get(spec.family)
    if spec.dt in _CHANGES_DT:
        change = _CHANGES_DT[spec.dt]
    if change is not None and not set(map(type, values)) <= {_PLAIN.get(spec.family), type(None)}:
        values = [None if value is None else change(value, spec) for value in values]
    try:
        return pl.Series(name, values, dtype=spec.polars(), strict=True)
    except (TypeError, OverflowError, pl.exceptions.PolarsError) as error:
        raise ValueError(f"a value does not fit {spec}: {str(error).splitlines()[0]}") from None


def _text(value: Any, spec: TypeSpec) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode("utf-8", "replace")
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)


def _int(value: Any, spec: TypeSpec) -> int:
    if type(value) is int:
        return value
    number = int(value)
    if not isinstance(value, str | bytes | bool) and number != value:
        raise ValueError(f"{value} is no whole number")
    return number


def _decimal(value: Any, spec: TypeSpec) -> Decimal:
    number = value if type(value) is Decimal else Decimal(repr(value) if isinstance(value, float) else str(value))
    scale = 4 if spec.dt is DT.CY else spec.scale
    with localcontext() as context:
        context.prec = 60
        return number.quantize(Decimal(1).scaleb(-scale), rounding=ROUND_HALF_UP)


def _guid(value: Any, spec: TypeSpec) -> str:
    if isinstance(value, bytes) and len(value) == 16:
        value = uuid.UUID(bytes=value)
    text = str(value).strip().upper()
    return text if text.startswith("{") else f"{{{text}}}"


def _bytes(value: Any, spec: TypeSpec) -> bytes:
    return value.encode("utf-8") if isinstance(value, str) else bytes(value)


def _bool(value: Any, spec: TypeSpec) -> bool:
    if isinstance(value, bytes):
        return any(value)
    if isinstance(value, str):
        return value.strip().lower() in ("1", "t", "true", "y", "yes")
    return bool(value)


def _date(value: Any, spec: TypeSpec) -> dtm.date:
    if isinstance(value, dtm.datetime):
        return value.date()
    return value if isinstance(value, dtm.date) else dtm.datetime.fromisoformat(str(value)).date()


def _time(value: Any, spec: TypeSpec) -> dtm.time:
    if isinstance(value, dtm.timedelta):
        return (dtm.datetime.min + value).time()
    if isinstance(value, dtm.datetime):
        return value.time()
    if isinstance(value, dtm.time):
        return value.replace(tzinfo=None)
    return dtm.time.fromisoformat(str(value))


def _datetime(value: Any, spec: TypeSpec) -> dtm.datetime:
    if isinstance(value, dtm.datetime):
        return value if value.tzinfo is None else value.astimezone(dtm.UTC).replace(tzinfo=None)
    if isinstance(value, dtm.date):
        return dtm.datetime(value.year, value.month, value.day)
    return dtm.datetime.fromisoformat(str(value))


def _offset(value: Any) -> dict[str, Any] | None:
    if value is None:
        return None
    moment = value if isinstance(value, dtm.datetime) else dtm.datetime.fromisoformat(str(value))
    if moment.tzinfo is None:
        return {"utc": moment, "offset": 0}
    shift = moment.utcoffset() or dtm.timedelta()
    return {"utc": (moment - shift).replace(tzinfo=None), "offset": int(shift.total_seconds() // 60)}


_PLAIN: dict[str, type] = {"text": str, "int": int, "binary": bytes, "bool": bool, "float": float}
_CHANGES: dict[str, Callable[[Any, TypeSpec], Any]] = {
    "text": _text, "int": _int, "decimal": _decimal, "guid": _guid, "binary": _bytes, "bool": _bool,
    "float": lambda value, spec: float(value), "datetime": _datetime,
}  # fmt: skip
_CHANGES_DT: dict[DT, Callable[[Any, TypeSpec], Any]] = {DT.DBDATE: _date, DT.DBTIME: _time, DT.DBTIME2: _time}


def plain_rows(frame: pl.DataFrame, columns: Sequence[ResultColumn]) -> Iterator[tuple[Any, ...]]:
    """The rows of a frame as values a DB-API driver takes; DBTIMESTAMPOFFSET becomes an aware datetime."""
    offsets = [at for at, column in enumerate(columns) if column.type.dt is DT.DBTIMESTAMPOFFSET]
    if not offsets:
        yield from frame.iter_rows()
        return
    for row in frame.iter_rows():
        cells = list(row)
        for at in offsets:
            cells[at] = aware(cells[at])
        yield tuple(cells)


def aware(value: Any) -> dtm.datetime | None:
    """The aware datetime of a DBTIMESTAMPOFFSET struct."""
    if value is None:
        return None
    if isinstance(value, dtm.datetime):
        return value
    shift = dtm.timedelta(minutes=value["offset"])
    utc: dtm.datetime = value["utc"]
    return (utc + shift).replace(tzinfo=dtm.timezone(shift))


def guess_type(values: Iterable[Any], *, streaming: bool = False) -> TypeSpec:
    """The type of a column without declared type, by all its values; DT_WSTR(4000) when all are NULL.

    ``streaming`` tells that more values will come: whole numbers get the widest type then.
    """
    kinds: dict[str, Any] = {}
    for value in values:
        if value is not None:
            kinds.setdefault(type(value).__name__, value)
            if type(value) is int and not -(2**31) <= value < 2**31:
                kinds["wide"] = value
    if {"int", "float"} <= set(kinds) or {"int", "Decimal"} <= set(kinds):
        kinds.pop("int")
    if "str" in kinds:
        return TypeSpec(DT.NTEXT) if streaming else TypeSpec(DT.WSTR, length=4000)
    for kind, value in kinds.items():
        if kind == "int":
            return TypeSpec(DT.I8) if streaming or "wide" in kinds else TypeSpec(DT.I4)
        if kind != "wide":
            return _guess_one(value)
    return TypeSpec(DT.WSTR, length=4000)


def _guess_one(value: Any) -> TypeSpec:
    if isinstance(value, Decimal):
        scale = max(-int(value.as_tuple().exponent), 0)
        return TypeSpec(DT.NUMERIC, precision=38, scale=min(max(scale, 6), 38))
    if isinstance(value, dtm.datetime):
        return TypeSpec(DT.DBTIMESTAMPOFFSET if value.tzinfo else DT.DBTIMESTAMP2, scale=6)
    for kind, dt in _GUESSES:
        if isinstance(value, kind):
            return TypeSpec(dt, scale=6 if dt is DT.DBTIME2 else 0)
    return TypeSpec(DT.NTEXT)


_GUESSES: tuple[tuple[type | tuple[type, ...], DT], ...] = (
    (bool, DT.BOOL), (float, DT.R8), (dtm.date, DT.DBDATE), ((dtm.time, dtm.timedelta), DT.DBTIME2),
    (uuid.UUID, DT.GUID), ((bytes, bytearray, memoryview), DT.IMAGE),
)  # fmt: skip
