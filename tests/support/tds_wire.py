"""Types and values of TDS 7.4 as bytes, both ways; for :mod:`support.tds_server`. Source: MS-TDS §2.2.5."""

from __future__ import annotations

import datetime as dt
import struct
import uuid
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

from dtserve.datatypes import DT, TypeSpec

__all__ = ["COLLATION", "Kind", "Reader", "kind_of", "type_info", "value_bytes"]

COLLATION = bytes.fromhex("0904d00034")
"""Latin1_General_CI_AS, code page 1252."""

_MAX = 0xFFFF
_TICKS = 10_000_000
_DAY_ONE = dt.date(1, 1, 1)


@dataclass(frozen=True)
class Kind:
    """A type on the wire: its number, and what of size, precision and scale it carries."""

    number: int
    size: int = 0
    precision: int = 0
    scale: int = 0


_SIMPLE = {
    DT.UI1: Kind(0x26, 1), DT.I1: Kind(0x26, 2), DT.I2: Kind(0x26, 2), DT.UI2: Kind(0x26, 4), DT.I4: Kind(0x26, 4),
    DT.UI4: Kind(0x26, 8), DT.I8: Kind(0x26, 8), DT.UI8: Kind(0x6A, 17, 20, 0), DT.BOOL: Kind(0x68, 1),
    DT.R4: Kind(0x6D, 4), DT.R8: Kind(0x6D, 8), DT.CY: Kind(0x6E, 8), DT.GUID: Kind(0x24, 16), DT.DBDATE: Kind(0x28),
    DT.DBTIMESTAMP: Kind(0x6F, 8), DT.DATE: Kind(0x6F, 8), DT.DBTIMESTAMP2: Kind(0x2A, 0, 0, 7),
    DT.FILETIME: Kind(0x2A, 0, 0, 7), DT.DBTIME: Kind(0x29, 0, 0, 7), DT.DBTIME2: Kind(0x29, 0, 0, 7),
    DT.DBTIMESTAMPOFFSET: Kind(0x2B, 0, 0, 7), DT.TEXT: Kind(0xE7, _MAX), DT.NTEXT: Kind(0xE7, _MAX), DT.IMAGE: Kind(0xA5, _MAX),
}  # fmt: skip


def kind_of(spec: TypeSpec) -> Kind:
    """The wire type that carries values of an SSIS type."""
    if spec.dt in _SIMPLE:
        return _SIMPLE[spec.dt]
    if spec.dt in (DT.NUMERIC, DT.DECIMAL):
        return Kind(0x6A, 17, spec.precision or 29, spec.scale)
    if spec.dt is DT.BYTES:
        return Kind(0xA5, min(spec.length, 8000) or 8000)
    return Kind(0xE7, 2 * spec.length if 0 < spec.length <= 4000 else _MAX)


def type_info(kind: Kind) -> bytes:
    """TYPE_INFO."""
    head = bytes([kind.number])
    if kind.number in (0x26, 0x68, 0x6D, 0x6E, 0x6F, 0x24):
        return head + bytes([kind.size])
    if kind.number in (0x6A, 0x6C):
        return head + bytes([kind.size, kind.precision, kind.scale])
    if kind.number in (0x29, 0x2A, 0x2B):
        return head + bytes([kind.scale])
    if kind.number == 0x28:
        return head
    text = kind.number in (0xE7, 0xEF, 0xA7, 0xAF)
    return head + struct.pack("<H", kind.size) + (COLLATION if text else b"")


def value_bytes(kind: Kind, value: Any) -> bytes:
    """TYPE_VARBYTE of a value as a frame holds it."""
    number = kind.number
    if number in (0xE7, 0xA5):
        data = None if value is None else (value.encode("utf-16-le") if number == 0xE7 else bytes(value))
        if kind.size == _MAX:
            if data is None:
                return b"\xff" * 8
            chunk = struct.pack("<I", len(data)) + data if data else b""
            return struct.pack("<Q", len(data)) + chunk + b"\0\0\0\0"
        return struct.pack("<H", _MAX) if data is None else struct.pack("<H", len(data)) + data
    if value is None:
        return b"\0"
    data = _fixed(kind, value)
    return bytes([len(data)]) + data


def _fixed(kind: Kind, value: Any) -> bytes:
    number = kind.number
    if number == 0x26:
        return int(value).to_bytes(kind.size, "little", signed=kind.size > 1)
    if number == 0x68:
        return bytes([bool(value)])
    if number == 0x6D:
        return struct.pack("<f" if kind.size == 4 else "<d", value)
    if number in (0x6A, 0x6C):
        with localcontext() as context:
            context.prec = 60
            whole = int(Decimal(value).scaleb(kind.scale))
        return bytes([whole >= 0]) + abs(whole).to_bytes(16, "little")
    if number == 0x6E:
        units = int(Decimal(value).scaleb(4))
        return struct.pack("<iI", units >> 32, units & 0xFFFFFFFF)
    if number == 0x24:
        return uuid.UUID(value).bytes_le
    if number == 0x6F:
        ticks = round(_seconds(value) * 300)
        return struct.pack("<iI", (value.date() - dt.date(1900, 1, 1)).days, ticks)
    if number == 0x28:
        return (value - _DAY_ONE).days.to_bytes(3, "little")
    clock, day, shift = b"", b"", b""
    if number == 0x2B:
        shift, value = struct.pack("<h", value["offset"]), value["utc"]
    clock = round(_seconds(value) * _TICKS).to_bytes(5, "little")
    if number != 0x29:
        day = (value.date() - _DAY_ONE).days.to_bytes(3, "little")
    return clock + day + shift


def _seconds(value: Any) -> Decimal:
    whole = value.hour * 3600 + value.minute * 60 + value.second
    return whole + Decimal(value.microsecond) / 1_000_000


class Reader:
    """Reads what a client sends."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, size: int) -> bytes:
        found = self.data[self.at : self.at + size]
        assert len(found) == size, "the client sent too little"
        self.at += size
        return found

    def number(self, size: int, signed: bool = False) -> int:
        return int.from_bytes(self.take(size), "little", signed=signed)

    def text(self, size: int) -> str:
        return self.take(2 * size).decode("utf-16-le")

    def headers(self) -> None:
        """ALL_HEADERS."""
        self.take(self.number(4) - 4)

    def kind(self) -> Kind:
        """TYPE_INFO."""
        number = self.number(1)
        if number in (0x26, 0x68, 0x6D, 0x6E, 0x6F, 0x24):
            return Kind(number, self.number(1))
        if number in (0x6A, 0x6C):
            return Kind(number, self.number(1), self.number(1), self.number(1))
        if number in (0x29, 0x2A, 0x2B):
            return Kind(number, scale=self.number(1))
        if number == 0x28:
            return Kind(number)
        assert number in (0xE7, 0xEF, 0xA7, 0xAF, 0xA5, 0xAD), hex(number)
        size = self.number(2)
        if number not in (0xA5, 0xAD):
            self.take(5)
        return Kind(number, size)

    def value(self, kind: Kind) -> Any:
        """TYPE_VARBYTE as the scalar Python form."""
        if kind.number in (0xE7, 0xEF, 0xA7, 0xAF, 0xA5, 0xAD):
            data = self._long() if kind.size == _MAX else self._short()
            if data is None or kind.number in (0xA5, 0xAD):
                return data
            return data.decode("utf-16-le" if kind.number in (0xE7, 0xEF) else "cp1252")
        data = self.take(self.number(1))
        return _scalar(kind, data) if data else None

    def _short(self) -> bytes | None:
        size = self.number(2)
        return None if size == _MAX else self.take(size)

    def _long(self) -> bytes | None:
        if self.number(8) == 0xFFFFFFFFFFFFFFFF:
            return None
        parts = []
        while size := self.number(4):
            parts.append(self.take(size))
        return b"".join(parts)


def _scalar(kind: Kind, data: bytes) -> Any:
    number = kind.number
    if number == 0x26:
        return int.from_bytes(data, "little", signed=len(data) > 1)
    if number == 0x68:
        return bool(data[0])
    if number == 0x6D:
        return struct.unpack("<f" if len(data) == 4 else "<d", data)[0]
    if number in (0x6A, 0x6C):
        whole = int.from_bytes(data[1:], "little")
        return Decimal(f"{'' if data[0] else '-'}{whole}E-{kind.scale}")
    if number == 0x6E:
        high, low = struct.unpack("<iI", data) if len(data) == 8 else (0, struct.unpack("<i", data)[0])
        return Decimal((high << 32) + low).scaleb(-4)
    if number == 0x24:
        return f"{{{str(uuid.UUID(bytes_le=data)).upper()}}}"
    if number == 0x6F:
        days, ticks = struct.unpack("<iI", data)
        return dt.datetime(1900, 1, 1) + dt.timedelta(days=days, milliseconds=round(ticks * 10 / 3))
    if number == 0x28:
        return _DAY_ONE + dt.timedelta(days=int.from_bytes(data, "little"))
    size = len(data) - (0 if number == 0x29 else 3) - (2 if number == 0x2B else 0)
    micro = int.from_bytes(data[:size], "little") * 10**6 // 10**kind.scale
    clock = dt.datetime.min + dt.timedelta(microseconds=micro)
    if number == 0x29:
        return clock.time()
    moment = clock + dt.timedelta(days=int.from_bytes(data[size : size + 3], "little"))
    if number == 0x2A:
        return moment
    shift = dt.timedelta(minutes=struct.unpack("<h", data[-2:])[0])
    return (moment + shift).replace(tzinfo=dt.timezone(shift))
