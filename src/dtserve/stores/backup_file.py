"""The file of a backup: a compressed tar archive that any tool reads, whole to the last bit or refused.

Behind the archive stands an empty gzip member whose extra field holds the SHA-256 of all bytes before
it; unpacking passes over it, and nothing in the file can change unnoticed. With a passphrase all
of it is sealed (:mod:`dtserve.stores.sealed_file`).
"""

from __future__ import annotations

import hashlib
import io
import os
import struct
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from dtserve.stores.durable import replacement
from dtserve.stores.errors import BackupCorrupt, BadManifest, ReadFailed, WriteFailed
from dtserve.stores.filesystem import MAX_PACKAGE_BYTES
from dtserve.stores.sealed_file import SealedReader, SealedWriter, is_sealed

__all__ = ["MANIFEST", "BackupWriter", "read_backup", "writing_backup"]

MANIFEST = "manifest.json"
_MAX_MANIFEST = 256 * 1024 * 1024
_MEMBER = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff" + struct.pack("<H", 36) + b"DT" + struct.pack("<H", 32)
_EMPTY = b"\x03\0" + bytes(8)
_TRAILER_SIZE = len(_MEMBER) + 32 + len(_EMPTY)


def _trailer(digest: bytes) -> bytes:
    return _MEMBER + digest + _EMPTY


class BackupWriter:
    """Takes the entries of a backup, one after the other."""

    def __init__(self, archive: tarfile.TarFile) -> None:
        self._archive = archive

    def add(self, name: str, data: bytes, modified: float) -> str:
        """Add an entry; returns the SHA-256 of its content, in hex."""
        entry = tarfile.TarInfo(name)
        entry.size, entry.mtime, entry.mode = len(data), modified, 0o600
        self._archive.addfile(entry, io.BytesIO(data))
        return hashlib.sha256(data).hexdigest()


@contextmanager
def writing_backup(path: Path, passphrase: str | None) -> Iterator[BackupWriter]:
    """A backup in the making; the file takes its name when it is whole. WriteFailed."""
    try:
        with replacement(path, mode=0o600) as descriptor, os.fdopen(os.dup(descriptor), "wb") as target:
            sealed = SealedWriter(target.write, passphrase) if passphrase is not None else None
            hashing = _Hashing((sealed or target).write)
            with tarfile.open(mode="w|gz", fileobj=cast("BinaryIO", hashing), format=tarfile.PAX_FORMAT) as archive:
                yield BackupWriter(archive)
            (sealed or target).write(_trailer(hashing.digest))
            if sealed:
                sealed.finish()
    except OSError as error:
        raise WriteFailed(path=str(path), reason=error.strerror) from None


class _Hashing:
    """Passes on what is written and keeps its hash."""

    def __init__(self, write: Callable[[Any], object]) -> None:
        self._write = write
        self._hash = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self._hash.update(data)
        self._write(data)
        return len(data)

    @property
    def digest(self) -> bytes:
        return self._hash.digest()


class _Checked:
    """Reads a backup's bytes but for its trailer, which :meth:`finish` compares with them."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._held = b""
        self._hash = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        while size < 0 or len(self._held) < size + _TRAILER_SIZE:
            part = self._source.read(max(size, 65536))
            if not part:
                break
            self._held += part
        ready = max(len(self._held) - _TRAILER_SIZE, 0)
        taken = self._held[: ready if size < 0 else min(size, ready)]
        self._held = self._held[len(taken) :]
        self._hash.update(taken)
        return taken

    def finish(self) -> bool:
        """Read on to the end; whether the trailer is the one that belongs to the bytes."""
        while self.read(1 << 20):
            pass
        return self._held == _trailer(self._hash.digest())


def read_backup(path: Path, passphrase: str | None, each: Callable[[str, bytes], None]) -> bytes:
    """Go through a backup once; returns its manifest. BackupCorrupt, BackupKeyWrong, BadManifest, ReadFailed.

    What ``each`` is told is certain only when this returns.
    """
    manifest: bytes | None = None
    with _stream(path, passphrase) as stream:
        checked = _Checked(stream)
        try:
            with tarfile.open(mode="r|gz", fileobj=cast("BinaryIO", checked)) as archive:
                for entry in archive:
                    data = _content(path, archive, entry)
                    if entry.name == MANIFEST:
                        manifest = data
                    else:
                        each(entry.name, data)
            whole = checked.finish()
        except (tarfile.TarError, EOFError, zlib.error, OSError, ValueError, OverflowError, RecursionError) as error:
            raise BackupCorrupt(path=str(path), reason=f"it cannot be read to its end ({error})") from None
    if not whole:
        raise BackupCorrupt(path=str(path), reason="its content was changed or cut off")
    if manifest is None:
        raise BadManifest(path=str(path), reason="there is none at its end")
    return manifest


def _content(path: Path, archive: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    most = _MAX_MANIFEST if entry.name == MANIFEST else MAX_PACKAGE_BYTES
    content = archive.extractfile(entry) if entry.isreg() and entry.size <= most else None
    if content is None:
        raise BackupCorrupt(path=str(path), reason=f'"{entry.name[:200]}" is no package')
    return content.read()


@contextmanager
def _stream(path: Path, passphrase: str | None) -> Iterator[BinaryIO]:
    try:
        source = open(path, "rb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise ReadFailed(path=str(path), reason=error.strerror) from None
    with source:
        start = source.read(8)
        source.seek(0)
        yield cast("BinaryIO", SealedReader(source, passphrase, shown=str(path))) if is_sealed(start) else source
