"""The raw file format of SSIS (``.raw``), and the cache file format (``.caw``) that is a variant of it.

Layout, little-endian (DATA_FLOW §8, read from real files): a version (``0x00011000``; a
cache file begins with ``LK`` and 0x0011), the number of columns, and per column its name
(characters, UTF-16LE), type code, length, buffer offset, a status offset, -1, precision,
scale, code page, sort key position and comparison flags. Then the rows: one bit per
column, set for NULL, and the values of the other columns one after the other: numbers and
dates in their OLE DB form, texts and bytes after their length.

Unverified, because no real file with NULLs was at hand: that the first column has the
lowest bit and that a NULL takes no further room. Long types cannot be stored.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from dtserve.dataflow.file_errors import RawBadVersion, RawUnexpectedEnd, RawUnexpectedType
from dtserve.dataflow.raw_values import Codec, codec
from dtserve.datatypes import DT, TypeSpec

if TYPE_CHECKING:
    import polars as pl

__all__ = ["CACHE_PREFIX", "PREFIX", "RawColumn", "RawWriter", "read_header", "read_raw"]

VERSION = 0x00011000
CACHE_VERSION = 0x0011
_CACHE_MARK = b"LK"
PREFIX = VERSION.to_bytes(4, "little")
"""How a raw file begins."""
CACHE_PREFIX = _CACHE_MARK + CACHE_VERSION.to_bytes(2, "little")
"""How a cache file begins."""
_COLUMN = struct.Struct("<IIIIiIIIiI")
_ROWS = 16_384
_MAX_COLUMNS = 131_072


@dataclass(frozen=True, slots=True)
class RawColumn:
    """A column of a raw file."""

    name: str
    type: TypeSpec
    sort_key_position: int = 0
    comparison_flags: int = 0


def read_header(source: BinaryIO, path: Path) -> list[RawColumn]:
    """The columns of an open file; the rows stand behind. Raises RawBadVersion or RawUnexpectedType."""
    mark = _read(source, 4, path)
    if mark[:2] == _CACHE_MARK:
        known = int.from_bytes(mark[2:], "little") == CACHE_VERSION
    else:
        known = int.from_bytes(mark, "little") == VERSION
    if not known:
        raise RawBadVersion(path=path)
    count = int.from_bytes(_read(source, 4, path), "little")
    if count > _MAX_COLUMNS:
        raise RawBadVersion(path=path)
    return [_read_column(source, path) for _ in range(count)]


def _read_column(source: BinaryIO, path: Path) -> RawColumn:
    size = int.from_bytes(_read(source, 4, path), "little")
    if size > 0xFFFF:
        raise RawBadVersion(path=path)
    name = _read(source, 2 * size, path).decode("utf-16-le")
    code, length, _, _, _, precision, scale, page, position, flags = _COLUMN.unpack(_read(source, _COLUMN.size, path))
    try:
        dt = DT(code)
    except ValueError:
        raise RawUnexpectedType(code=code, path=path) from None
    sized = dt in (DT.STR, DT.WSTR, DT.BYTES)
    spec = TypeSpec(
        dt,
        length=length if sized else 0,
        precision=precision if dt is DT.NUMERIC else 0,
        scale=scale,
        code_page=page if dt is DT.STR else 0,
    )
    return RawColumn(name, spec, position, flags)


def _read(source: BinaryIO, size: int, path: Path) -> bytes:
    found = source.read(size)
    if len(found) != size:
        raise RawUnexpectedEnd(path=path, size=size)
    return found


def read_raw(path: Path) -> Iterator[tuple[list[RawColumn], pl.DataFrame]]:
    """The rows of a raw or cache file, some ten thousand at a time, columns by their names in the file.

    At least one frame comes, so that the columns are known. The hash columns of a cache
    file are dropped.
    """
    import polars as pl

    with path.open("rb") as source:
        header = read_header(source, path)
        shown = [c for c in header if not c.name.startswith(("__Hash1!", "__Hash2!"))]
        data = source.read()
    codecs = [codec(c.type) for c in header]
    flag_bytes = (len(header) + 7) // 8
    at, first = 0, True
    while at < len(data) or first:
        rows: list[list[Any]] = []
        try:
            while at < len(data) and len(rows) < _ROWS:
                values, at = _row(data, at, flag_bytes, codecs)
                rows.append(values)
        except (struct.error, IndexError):
            raise RawUnexpectedEnd(path=path, size=flag_bytes) from None
        columns = {
            c.name: pl.Series([row[i] for row in rows], dtype=c.type.polars(), strict=False)
            for i, c in enumerate(header)
            if c in shown
        }
        first = False
        yield shown, pl.DataFrame(columns)


def _row(data: bytes, at: int, flag_bytes: int, codecs: Sequence[Codec]) -> tuple[list[Any], int]:
    flags = int.from_bytes(data[at : at + flag_bytes], "little")
    at += flag_bytes
    values: list[Any] = []
    for i, one in enumerate(codecs):
        if flags >> i & 1:
            values.append(None)
            continue
        value, at = one.unpack(data, at)
        if at > len(data):
            raise IndexError(at)
        values.append(value)
    return values, at


class RawWriter:
    """Writes rows to a new file, or behind those of an existing one (``append``)."""

    def __init__(
        self, path: Path, columns: Sequence[RawColumn], *, append: bool = False, prefix: bytes = PREFIX
    ) -> None:
        self._columns = columns
        self._prefix = prefix
        self._codecs = [codec(c.type) for c in columns]
        self._flag_bytes = (len(columns) + 7) // 8
        self._file = path.open("ab" if append else "wb")
        if not append:
            self._file.write(self._header())

    def write(self, frame: pl.DataFrame) -> None:
        """Append rows; the columns stand in the order of the file's."""
        parts: list[bytes] = []
        for row in frame.iter_rows():
            flags = 0
            values = []
            for i, (value, one) in enumerate(zip(row, self._codecs, strict=True)):
                if value is None:
                    flags |= 1 << i
                else:
                    values.append(one.pack(value))
            parts.append(flags.to_bytes(self._flag_bytes, "little"))
            parts.extend(values)
        self._file.write(b"".join(parts))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _header(self) -> bytes:
        parts = [self._prefix, struct.pack("<I", len(self._columns))]
        offset = 8
        for i, column in enumerate(self._columns):
            spec = column.type
            length = spec.length or self._codecs[i].size
            parts.append(struct.pack("<I", len(column.name)) + column.name.encode("utf-16-le"))
            parts.append(
                _COLUMN.pack(
                    spec.dt.value, length, offset, 4 * i, -1, spec.precision, spec.scale, spec.code_page,
                    column.sort_key_position, column.comparison_flags,
                )
            )  # fmt: skip
            offset += self._codecs[i].size or length + 2
        return b"".join(parts)
