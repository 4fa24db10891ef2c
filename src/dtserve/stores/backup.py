"""Backups of the package store: folders, packages, roles and the configuration in one file (SERVICE §1).

A backup is a compressed tar archive that any tool reads, with a manifest at its end: path, size,
SHA-256 and roles of each package. With a passphrase the archive is sealed
(:mod:`dtserve.stores.sealed_file`). Nothing is restored whose hash does not fit.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

from dtserve.errors import PackageNotFound, StoreError
from dtserve.stores.base import PackageStore, StorePath
from dtserve.stores.durable import replacement
from dtserve.stores.errors import BackupCorrupt, BadManifest, ReadFailed, RolesUnsupported, WriteFailed
from dtserve.stores.filesystem import MAX_PACKAGE_BYTES
from dtserve.stores.names import name_key
from dtserve.stores.sealed_file import SealedReader, SealedWriter, is_sealed

__all__ = ["BackupManifest", "Restored", "create_backup", "read_manifest", "restore_backup", "verify_backup"]

MANIFEST = "manifest.json"
FORMAT = 1
_MAX_MANIFEST = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class BackupEntry:
    """One package in a backup; ``entry`` is its name in the archive."""

    path: StorePath
    entry: str
    size: int
    sha256: str
    reader: str = ""
    writer: str = ""
    modified: float = 0.0


@dataclass(frozen=True)
class BackupManifest:
    """What a backup holds; ``files`` are the configuration's names and hashes."""

    created: float
    folders: tuple[StorePath, ...] = ()
    packages: tuple[BackupEntry, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Restored:
    """What became of one package: ``created``, ``replaced``, ``skipped``, ``same`` or ``failed``."""

    path: StorePath
    action: str
    message: str = ""


def create_backup(
    path: Path,
    store: PackageStore,
    folders: Sequence[StorePath],
    *,
    passphrase: str | None = None,
    files: Mapping[str, bytes] | None = None,
) -> BackupManifest:
    """Write a backup of these folders and everything below them; what cannot be read stops it.

    The file takes its name when it is whole.
    """
    try:
        with replacement(path, mode=0o600) as descriptor, os.fdopen(os.dup(descriptor), "wb") as target:
            sealed = SealedWriter(target.write, passphrase) if passphrase is not None else None
            stream = cast("BinaryIO", sealed or target)
            with tarfile.open(mode="w|gz", fileobj=stream, format=tarfile.PAX_FORMAT) as archive:
                manifest = _fill(archive, store, folders, files or {})
            if sealed:
                sealed.finish()
    except OSError as error:
        raise WriteFailed(path=str(path), reason=error.strerror) from None
    return manifest


def _fill(
    archive: tarfile.TarFile, store: PackageStore, folders: Sequence[StorePath], files: Mapping[str, bytes]
) -> BackupManifest:
    found: list[StorePath] = []
    entries: list[BackupEntry] = []
    for top in folders:
        for folder, _, packages in store.walk(top):
            found.append(folder)
            for info in packages:
                try:
                    data = store.read(info.path)
                except PackageNotFound:
                    continue  # deleted meanwhile
                reader, writer = _roles(store, info.path)
                name = f"packages/{len(entries):06}/" + "/".join(info.path) + ".dtsx"
                _add(archive, name, data, info.modified)
                digest = hashlib.sha256(data).hexdigest()
                entries.append(BackupEntry(info.path, name, len(data), digest, reader, writer, info.modified))
    for name, data in files.items():
        _add(archive, f"files/{name}", data, time.time())
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    manifest = BackupManifest(time.time(), tuple(found), tuple(entries), hashes)
    _add(archive, MANIFEST, json.dumps({"format": FORMAT, **asdict(manifest)}).encode(), manifest.created)
    return manifest


def _roles(store: PackageStore, path: StorePath) -> tuple[str, str]:
    try:
        return store.roles(path)
    except RolesUnsupported:
        return "", ""


def _add(archive: tarfile.TarFile, name: str, data: bytes, modified: float) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime, entry.mode = len(data), modified, 0o600
    archive.addfile(entry, io.BytesIO(data))


def read_manifest(path: Path, *, passphrase: str | None = None) -> BackupManifest:
    """What a backup says it holds; BadManifest, BackupCorrupt, BackupKeyWrong."""
    return _read(path, passphrase, lambda name, data: None)


def verify_backup(path: Path, *, passphrase: str | None = None) -> BackupManifest:
    """Read all of a backup and compare every hash; BackupCorrupt names what does not fit."""
    hashes: dict[str, str] = {}
    manifest = _read(path, passphrase, lambda name, data: hashes.update({name: hashlib.sha256(data).hexdigest()}))
    wanted = {entry.entry: entry.sha256 for entry in manifest.packages}
    wanted |= {f"files/{name}": digest for name, digest in manifest.files.items()}
    for name in wanted.keys() | hashes.keys() - {MANIFEST}:
        if wanted.get(name) != hashes.get(name):
            raise BackupCorrupt(path=str(path), reason=f'"{name}" does not agree with the manifest')
    return manifest


def restore_backup(
    path: Path,
    store: PackageStore,
    *,
    passphrase: str | None = None,
    folder: StorePath = (),
    existing: str = "skip",
    dry_run: bool = False,
) -> list[Restored]:
    """Put packages back, those of ``folder`` or all; the backup is verified before anything is written.

    ``existing`` packages are kept (``skip``), replaced (``replace``) or an error each (``fail``).
    """
    manifest = verify_backup(path, passphrase=passphrase)
    inside = [each for each in manifest.packages if _below(each.path, folder)]
    by_entry = {each.entry: each for each in inside}
    if not dry_run:
        for each in sorted((f for f in manifest.folders if _below(f, folder)), key=len):
            _make_folders(store, each)
    done: list[Restored] = []

    def put(name: str, data: bytes) -> None:
        entry = by_entry.get(name)
        if entry is not None:
            done.append(_put(store, entry, data, existing, dry_run))

    _read(path, passphrase, put)
    return done


def _put(store: PackageStore, entry: BackupEntry, data: bytes, existing: str, dry_run: bool) -> Restored:
    try:
        there = store.exists(entry.path)
        if there and existing != "replace":
            same = hashlib.sha256(store.read(entry.path)).hexdigest() == entry.sha256
            action = "same" if same else "failed" if existing == "fail" else "skipped"
            return Restored(entry.path, action, "It exists already." if action == "failed" else "")
        if not dry_run:
            _make_folders(store, entry.path[:-1])
            store.write(entry.path, data, overwrite=there)
            if entry.reader or entry.writer:
                store.set_roles(entry.path, entry.reader, entry.writer)
    except (StoreError, PackageNotFound) as error:
        return Restored(entry.path, "failed", error.message)
    return Restored(entry.path, "replaced" if there else "created")


def _make_folders(store: PackageStore, folder: StorePath) -> None:
    """Make what is missing of a folder's path; roots are there or nothing can be."""
    for depth in range(1, len(folder) + 1):
        if not store.folder_exists(folder[:depth]):
            store.create_folder(folder[:depth])


def _below(path: StorePath, folder: StorePath) -> bool:
    return tuple(map(name_key, path[: len(folder)])) == tuple(map(name_key, folder))


def _read(path: Path, passphrase: str | None, each: Callable[[str, bytes], None]) -> BackupManifest:
    """Go through a backup once; returns its manifest."""
    manifest: bytes | None = None
    with _stream(path, passphrase) as stream:
        try:
            with tarfile.open(mode="r|gz", fileobj=stream) as archive:
                for entry in archive:
                    most = _MAX_MANIFEST if entry.name == MANIFEST else MAX_PACKAGE_BYTES
                    content = archive.extractfile(entry) if entry.isreg() and entry.size <= most else None
                    if content is None:
                        raise BackupCorrupt(path=str(path), reason=f'"{entry.name[:200]}" is no package')
                    data = content.read()
                    if entry.name == MANIFEST:
                        manifest = data
                    else:
                        each(entry.name, data)
        except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
            raise BackupCorrupt(path=str(path), reason=f"it cannot be read to its end ({error})") from None
    if manifest is None:
        raise BadManifest(path=str(path), reason="there is none at its end")
    return _parse(path, manifest)


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


def _parse(path: Path, data: bytes) -> BackupManifest:
    try:
        found: dict[str, Any] = json.loads(data)
        if found["format"] != FORMAT:
            raise BadManifest(path=str(path), reason=f"it is of format {found['format']}")
        packages = tuple(BackupEntry(**{**each, "path": tuple(each["path"])}) for each in found["packages"])
        folders = tuple(tuple(each) for each in found["folders"])
        return BackupManifest(float(found["created"]), folders, packages, dict(found["files"]))
    except (ValueError, KeyError, TypeError) as error:
        raise BadManifest(path=str(path), reason=type(error).__name__) from None
