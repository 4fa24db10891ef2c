"""Single values in the forms of OLE DB, as raw files hold them."""

from __future__ import annotations

import datetime as dt
import struct
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any

from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.code_pages import decode, encode

__all__ = ["Codec", "codec"]

_INTEGERS = {
    DT.I1: "<b", DT.I2: "<h", DT.I4: "<i", DT.I8: "<q", DT.UI1: "<B", DT.UI2: "<H", DT.UI4: "<I", DT.UI8: "<Q",
    DT.R4: "<f", DT.R8: "<d",
}  # fmt: skip
_DATE = struct.Struct("<hHH")
_TIME = struct.Struct("<HHH")
_TIME2 = struct.Struct("<HHHxxI")
_STAMP = struct.Struct("<hHHHHHI")
_OFFSET = struct.Struct("<hHHHHHIhh")
_EPOCH_OLE = dt.datetime(1899, 12, 30)
_LAST_MILLISECOND = dt.datetime.max.replace(microsecond=999_000)
_EPOCH_FILE = dt.datetime(1601, 1, 1)
_DAY = 86_400_000_000
_EXACT = Context(prec=60)


@dataclass(frozen=True, slots=True)
class Codec:
    """How values of a type are written; ``size`` is 0 where it varies."""

    size: int
    pack: Callable[[Any], bytes]
    unpack: Callable[[bytes, int], tuple[Any, int]]


def codec(spec: TypeSpec) -> Codec:
    """The codec of a type; ValueError for the long types."""
    kind = spec.dt
    if kind in _INTEGERS:
        form = struct.Struct(_INTEGERS[kind])
        return Codec(form.size, form.pack, lambda data, at: (form.unpack_from(data, at)[0], at + form.size))
    if kind in (DT.STR, DT.WSTR, DT.BYTES):
        return _sized(spec)
    made = _FIXED.get(kind)
    if made is not None:
        return made
    if kind is DT.NUMERIC:
        return Codec(19, lambda value: _pack_numeric(value, spec), lambda data, at: (_numeric(data, at), at + 19))
    if kind is DT.DECIMAL:
        return Codec(16, lambda value: _pack_decimal(value, spec), lambda data, at: (_decimal(data, at), at + 16))
    raise ValueError(spec.dt.label)


def _sized(spec: TypeSpec) -> Codec:
    """Texts and bytes after their length: bytes for DT_STR and DT_BYTES, characters for DT_WSTR."""
    unit = 2 if spec.dt is DT.WSTR else 1
    page = spec.code_page or 1252

    def pack(value: Any) -> bytes:
        raw: bytes = value
        if spec.dt is DT.WSTR:
            raw = value.encode("utf-16-le")
        elif spec.dt is DT.STR:
            raw = encode(value, page)[0]
        return struct.pack("<I", len(raw) // unit) + raw

    def unpack(data: bytes, at: int) -> tuple[Any, int]:
        (length,) = struct.unpack_from("<I", data, at)
        end = at + 4 + unit * length
        if end > len(data):
            raise IndexError(end)
        raw: Any = data[at + 4 : end]
        if spec.dt is DT.WSTR:
            raw = raw.decode("utf-16-le", "replace")
        elif spec.dt is DT.STR:
            raw = decode(raw, page)[0]
        return raw, end

    return Codec(0, pack, unpack)


def _stamp(moment: dt.datetime) -> bytes:
    return _STAMP.pack(
        moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second, moment.microsecond * 1000
    )


def _moment(data: bytes, at: int) -> dt.datetime:
    year, month, day, hour, minute, second, fraction = _STAMP.unpack_from(data, at)
    return dt.datetime(year, month, day, hour, minute, second, fraction // 1000)


def _pack_offset(value: Any) -> bytes:
    local = value["utc"] + dt.timedelta(minutes=value["offset"] or 0)
    sign = -1 if (value["offset"] or 0) < 0 else 1
    hours, minutes = divmod(abs(value["offset"] or 0), 60)
    parts = (local.year, local.month, local.day, local.hour, local.minute, local.second, local.microsecond * 1000)
    return _OFFSET.pack(*parts, sign * hours, sign * minutes)


def _offset(data: bytes, at: int) -> tuple[Any, int]:
    *_, hours, minutes = _OFFSET.unpack_from(data, at)
    offset = 60 * hours + minutes
    return {"utc": _moment(data, at) - dt.timedelta(minutes=offset), "offset": offset}, at + _OFFSET.size


def _pack_cy(value: Decimal) -> bytes:
    return struct.pack("<q", int(value.scaleb(4, _EXACT)))


def _cy(data: bytes, at: int) -> tuple[Any, int]:
    return Decimal(struct.unpack_from("<q", data, at)[0]).scaleb(-4, _EXACT), at + 8


def _pack_numeric(value: Decimal, spec: TypeSpec) -> bytes:
    whole = int(_EXACT.abs(value).scaleb(spec.scale, _EXACT))
    return struct.pack("<BBB", spec.precision, spec.scale, 0 if value < 0 else 1) + whole.to_bytes(16, "little")


def _numeric(data: bytes, at: int) -> Decimal:
    _, scale, sign = struct.unpack_from("<BBB", data, at)
    whole = int.from_bytes(data[at + 3 : at + 19], "little")
    return Decimal(whole if sign else -whole).scaleb(-scale, _EXACT)


def _pack_decimal(value: Decimal, spec: TypeSpec) -> bytes:
    whole = int(_EXACT.abs(value).scaleb(spec.scale, _EXACT))
    sign = 0x80 if value < 0 else 0
    return struct.pack("<HBBIQ", 0, spec.scale, sign, whole >> 64, whole & 0xFFFFFFFFFFFFFFFF)


def _decimal(data: bytes, at: int) -> Decimal:
    _, scale, sign, high, low = struct.unpack_from("<HBBIQ", data, at)
    whole = high << 64 | low
    return Decimal(-whole if sign else whole).scaleb(-scale, _EXACT)


def _pack_date_double(value: dt.datetime) -> bytes:
    micros = (value - _EPOCH_OLE) // dt.timedelta(microseconds=1)
    days, part = divmod(micros, _DAY)
    fraction = part / _DAY
    return struct.pack("<d", days + fraction if days >= 0 else days - fraction)


def _date_double(data: bytes, at: int) -> tuple[Any, int]:
    """A number of days; far from 1899 it tells no microseconds apart, then it is a whole millisecond."""
    (number,) = struct.unpack_from("<d", data, at)
    days = int(number)
    part = abs(number - days)
    moment = _EPOCH_OLE + dt.timedelta(days=days, microseconds=round(part * _DAY))
    if moment > _LAST_MILLISECOND:
        return moment, at + 8
    plain = moment + dt.timedelta(microseconds=500 - (moment.microsecond + 500) % 1000)
    return (plain if _pack_date_double(plain) == data[at : at + 8] else moment), at + 8


def _pack_filetime(value: dt.datetime) -> bytes:
    return struct.pack("<q", (value - _EPOCH_FILE) // dt.timedelta(microseconds=1) * 10)


def _filetime(data: bytes, at: int) -> tuple[Any, int]:
    return _EPOCH_FILE + dt.timedelta(microseconds=struct.unpack_from("<q", data, at)[0] // 10), at + 8


def _time2(data: bytes, at: int) -> tuple[Any, int]:
    hour, minute, second, fraction = _TIME2.unpack_from(data, at)
    return dt.time(hour, minute, second, fraction // 1000), at + _TIME2.size


_STAMPED = Codec(_STAMP.size, _stamp, lambda data, at: (_moment(data, at), at + _STAMP.size))

_FIXED: dict[DT, Codec] = {
    DT.BOOL: Codec(
        2,
        lambda value: b"\xff\xff" if value else b"\0\0",
        lambda data, at: (struct.unpack_from("<h", data, at)[0] != 0, at + 2),
    ),
    DT.CY: Codec(8, _pack_cy, _cy),
    DT.DATE: Codec(8, _pack_date_double, _date_double),
    DT.FILETIME: Codec(8, _pack_filetime, _filetime),
    DT.DBDATE: Codec(
        _DATE.size,
        lambda value: _DATE.pack(value.year, value.month, value.day),
        lambda data, at: (dt.date(*_DATE.unpack_from(data, at)), at + _DATE.size),
    ),
    DT.DBTIME: Codec(
        _TIME.size,
        lambda value: _TIME.pack(value.hour, value.minute, value.second),
        lambda data, at: (dt.time(*_TIME.unpack_from(data, at)), at + _TIME.size),
    ),
    DT.DBTIME2: Codec(
        _TIME2.size,
        lambda value: _TIME2.pack(value.hour, value.minute, value.second, value.microsecond * 1000),
        _time2,
    ),
    DT.DBTIMESTAMP: _STAMPED,
    DT.DBTIMESTAMP2: _STAMPED,
    DT.DBTIMESTAMPOFFSET: Codec(_OFFSET.size, _pack_offset, _offset),
    DT.GUID: Codec(
        16,
        lambda value: uuid.UUID(value).bytes_le,
        lambda data, at: ("{" + str(uuid.UUID(bytes_le=data[at : at + 16])).upper() + "}", at + 16),
    ),
}
