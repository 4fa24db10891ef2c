"""CAST and CONVERT of T-SQL on values as SQLite stores them."""

from __future__ import annotations

import datetime as dtm
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from dtserve.connections.sql.tsql_dates import EARLIEST, parse_moment, print_style, zone_of
from dtserve.datatypes import DT, TypeSpec

__all__ = ["cast_value"]

_STORED_MOMENT = 10


def cast_value(value: Any, name: str, length: int, precision: int, scale: int, style: int, attempt: int) -> Any:
    """``value`` as the type, in its stored form; NULL instead of an error with ``attempt`` (TRY_CAST)."""
    if value is None:
        return None
    try:
        return _cast(value, TypeSpec(DT[name], length, precision, scale), style)
    except (ValueError, ArithmeticError):
        if attempt:
            return None
        raise


def _cast(value: Any, spec: TypeSpec, style: int) -> Any:
    family = spec.family
    if family == "text":
        text = _text(value, style)
        if isinstance(value, int) and 0 < spec.length < len(text):
            if spec.dt is DT.STR:
                return "*"
            raise ValueError(f"Arithmetic overflow error converting {value} to data type nvarchar.")
        return text[: spec.length] if spec.length and spec.dt in (DT.STR, DT.WSTR) else text
    if family == "int":
        return _whole(value, spec)
    if family == "bool":
        low = value.strip().lower() if isinstance(value, str) else value
        return int(low == "true" or (low != "false" and _decimal(low) != 0))
    if family == "float":
        return float(_decimal(value))
    if family == "decimal":
        return _exact(_decimal(value), spec)
    if family == "datetime":
        return _moment(value, spec, style)
    if family == "binary":
        data = value if isinstance(value, bytes) else _bytes(value)
        return data[: spec.length] if spec.length else data
    return str(value).strip("{}").upper()


def _text(value: Any, style: int) -> str:
    if isinstance(value, bytes):
        if style in (1, 2):
            return ("0x" if style == 1 else "") + value.hex().upper()
        return value.decode("cp1252", "replace")
    if isinstance(value, float):
        return format(value, ".6g") if style < 0 and value == value and abs(value) >= 1e6 else format(value, ".15g")
    if isinstance(value, str) and style >= 0:
        moment = _stored(value)
        if moment is not None:
            return print_style(moment, style)
    return str(value)


def _stored(text: str) -> dtm.datetime | None:
    """The moment behind a stored date or time; None for an ordinary text."""
    dated = len(text) >= _STORED_MOMENT and text[4:5] == "-" and text[7:8] == "-"
    clock = text[2:3] == ":" and text[5:6] == ":"
    return parse_moment(text) if dated or clock else None


def _decimal(value: Any) -> Decimal:
    if isinstance(value, str):
        text = value.strip().lstrip("$").replace(",", "")
        try:
            return Decimal(text or "0")
        except InvalidOperation:
            raise ValueError(f"Conversion failed when converting the value {value!r} to a number.") from None
    if isinstance(value, bytes):
        return Decimal(int.from_bytes(value, "big"))
    return Decimal(format(value, ".15g")) if isinstance(value, float) else Decimal(value)


def _whole(value: Any, spec: TypeSpec) -> int:
    number = _decimal(value)
    if isinstance(value, str) and number != number.to_integral_value():
        raise ValueError(f"Conversion failed when converting the value {value!r} to data type int.")
    whole = int(number.to_integral_value(ROUND_DOWN))
    if not spec.info.low <= whole <= spec.info.high:
        raise ValueError(f"Arithmetic overflow error converting {value!r} to data type {spec.dt.label}.")
    return whole


def _exact(number: Decimal, spec: TypeSpec) -> int | float:
    scale = 4 if spec.dt is DT.CY else spec.scale
    rounded = number.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP)
    if spec.precision and len(rounded.as_tuple().digits) > spec.precision and abs(rounded) >= 1:
        raise ValueError(f"Arithmetic overflow error converting {number} to data type numeric.")
    return int(rounded) if rounded == rounded.to_integral_value() and abs(rounded) < 2**63 else float(rounded)


def _moment(value: Any, spec: TypeSpec, style: int) -> str:
    if isinstance(value, int | float):
        moment: dtm.datetime | None = dtm.datetime(1900, 1, 1) + dtm.timedelta(days=value)
    else:
        moment = parse_moment(str(value), style)
    if moment is None or (spec.dt is DT.DBTIMESTAMP and moment.year < EARLIEST and isinstance(value, str)):
        raise ValueError("Conversion failed when converting date and/or time from character string.")
    if spec.dt is DT.DBDATE:
        return moment.date().isoformat()
    if spec.dt in (DT.DBTIME, DT.DBTIME2):
        return moment.time().isoformat()
    if spec.dt is DT.DBTIMESTAMP:
        moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    if spec.dt is DT.DBTIMESTAMPOFFSET:
        return moment.isoformat(" ") + (zone_of(value) if isinstance(value, str) else "+00:00")
    return moment.isoformat(" ")


def _bytes(value: Any) -> bytes:
    if isinstance(value, int):
        return value.to_bytes(8 if not -(2**31) <= value < 2**31 else 4, "big", signed=value < 0)
    return str(value).encode("cp1252", "replace")
