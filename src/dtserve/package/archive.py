"""Reading ``.ispac`` archives that nobody vouches for (FORMAT §4.5).

An .ispac is a flat zip: names with folders, drives or dots are refused, as are equal names,
overlapping entries, encrypted ones, other methods than deflate, and anything that would
unpack to more than it may. Entries are unpacked when asked for, so opening is cheap.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass
from urllib.parse import unquote

from dtserve.package.errors import ArchiveRefused

__all__ = ["Archive", "ArchiveLimits"]

_CONTENT_TYPES = "[content_types].xml"
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_LOCAL_HEADER = 30
_END, _LOCATOR_64 = b"PK\x05\x06", b"PK\x06\x07"
_END_SPACE = 22 + 65_535


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """What an archive may hold; ``ratio`` counts above ``free`` bytes (real ones reach 29)."""

    entries: int = 5_000
    entry: int = 64 * 1024 * 1024
    total: int = 512 * 1024 * 1024
    ratio: int = 200
    free: int = 2 * 1024 * 1024
    directory: int = 512 * 1024


class Archive:
    """The entries of an .ispac by plain name; names compare without case, percent signs are decoded."""

    def __init__(self, data: bytes, limits: ArchiveLimits | None = None) -> None:
        self.limits = limits or ArchiveLimits()
        _check_directory(data, self.limits)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, EOFError, RuntimeError) as error:
            raise ArchiveRefused(detail=f"it is no zip archive ({error}).") from None
        self._entries: dict[str, zipfile.ZipInfo] = {}
        self.names: list[str] = []
        self._check(self._zip.infolist())

    def _check(self, infos: list[zipfile.ZipInfo]) -> None:
        limits = self.limits
        if len(infos) > limits.entries:
            raise ArchiveRefused(detail=f"it has {len(infos)} entries, the limit is {limits.entries}.")
        total = 0
        for info in infos:
            name = _plain_name(info.filename)
            if info.flag_bits & 0x1 or info.compress_type not in _METHODS:
                raise ArchiveRefused(detail=f'the entry "{name}" is encrypted or packed in an unknown way.')
            if name.lower() in self._entries:
                raise ArchiveRefused(detail=f'the entry "{name}" is there twice.')
            if info.file_size > limits.entry:
                raise ArchiveRefused(detail=f'the entry "{name}" unpacks to {info.file_size} bytes, too much.')
            total += info.file_size
            self._entries[name.lower()] = info
            self.names.append(name)
        packed = sum(info.compress_size for info in infos)
        if total > limits.total or (total > limits.free and total > packed * limits.ratio):
            raise ArchiveRefused(detail=f"it unpacks from {packed} to {total} bytes, too much.")
        at = 0
        for info in sorted(infos, key=lambda each: each.header_offset):
            if info.header_offset < at:
                raise ArchiveRefused(detail="its entries overlap.")
            at = info.header_offset + _LOCAL_HEADER + info.compress_size

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._entries

    def read(self, name: str) -> bytes | None:
        """An entry's bytes, None when there is none; ArchiveRefused when it is damaged.

        A bad checksum of ``[Content_Types].xml`` is let pass: real archives have one.
        """
        info = self._entries.get(name.lower())
        if info is None:
            return None
        try:
            with self._zip.open(info) as stream:
                if name.lower() == _CONTENT_TYPES:
                    stream._expected_crc = None  # type: ignore[attr-defined]
                return stream.read(info.file_size + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError):
            raise ArchiveRefused(detail=f'the entry "{name}" is damaged.') from None


def _check_directory(data: bytes, limits: ArchiveLimits) -> None:
    """Refuse by the end record, before the directory is read: too large a one, or 64-bit sizes."""
    at = data.rfind(_END, max(0, len(data) - _END_SPACE))
    if at < 0 or len(data) - at < 22:
        raise ArchiveRefused(detail="it is no zip archive.")
    (size,) = struct.unpack_from("<I", data, at + 12)
    if size > limits.directory:
        raise ArchiveRefused(detail=f"its directory has {size} bytes, the limit is {limits.directory}.")
    if data[at - 20 : at - 16] == _LOCATOR_64:
        raise ArchiveRefused(detail="it is a 64-bit zip archive, which no project needs.")


def _plain_name(stored: str) -> str:
    """The decoded name of an entry; ArchiveRefused when it is none of a flat archive."""
    name = unquote(stored)
    bad = not name or any(c in name for c in '/\\:*?"<>|') or any(ord(c) < 32 for c in name) or name.strip(". ") == ""
    if bad or len(name) > 255:
        raise ArchiveRefused(detail=f'the entry name "{name[:80]}" is not allowed.')
    return name
