"""Backups of the package store: folders, packages, roles, owners, files beside packages, and whatever else is given.

A backup (:mod:`dtserve.stores.backup_file`) ends with a manifest: path, size, SHA-256, owner and roles of
each package. It is read and compared as a whole before anything is restored, and a restore is
done as a whole or undone.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from dtserve.errors import PackageNotFound
from dtserve.stores.backup_file import MANIFEST, BackupWriter, read_backup, writing_backup
from dtserve.stores.base import PackageStore, StorePath
from dtserve.stores.errors import BackupCorrupt, BadManifest, RolesUnsupported
from dtserve.stores.names import name_key

__all__ = [
    "BackupEntry",
    "BackupManifest",
    "Companions",
    "create_backup",
    "each_file",
    "is_below",
    "read_files",
    "read_manifest",
    "verify_backup",
]

FORMAT = 2
Companions = Callable[[StorePath, bytes], Iterable[tuple[str, bytes]]]
"""Other files that a package needs, each with its name in the backup."""


@dataclass(frozen=True, slots=True)
class BackupEntry:
    """One package, or one file beside packages, in a backup; ``entry`` is its name in the archive."""

    path: StorePath
    entry: str
    size: int
    sha256: str
    reader: str = ""
    writer: str = ""
    owner: str = ""
    modified: float = 0.0


@dataclass(frozen=True)
class BackupManifest:
    """What a backup holds; ``files`` are the names and hashes of everything that is no package nor beside one.

    ``left_out`` tells in words what belongs to it and is not in it.
    """

    created: float
    folders: tuple[StorePath, ...] = ()
    packages: tuple[BackupEntry, ...] = ()
    attachments: tuple[BackupEntry, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()


def create_backup(
    path: Path,
    store: PackageStore,
    folders: Sequence[StorePath],
    *,
    passphrase: str | None = None,
    files: Mapping[str, bytes] | Iterable[tuple[str, bytes]] = (),
    companions: Companions | None = None,
    left_out: Sequence[str] = (),
) -> BackupManifest:
    """Write a backup of these folders and everything below them; what cannot be read stops it.

    ``files`` go in as they are, one after the other, ``companions`` tells of each package which other files it needs.
    ``left_out`` is read when all of them are in.
    """
    given = files.items() if isinstance(files, Mapping) else files
    with writing_backup(path, passphrase) as writer:
        return _Filling(writer, store, companions).fill(folders, given, left_out)


class _Filling:
    """A backup while it is filled."""

    def __init__(self, writer: BackupWriter, store: PackageStore, companions: Companions | None) -> None:
        self.writer = writer
        self.store = store
        self.companions = companions
        self.packages: list[BackupEntry] = []
        self.attachments: list[BackupEntry] = []
        self.others: dict[str, bytes] = {}

    def fill(
        self, folders: Sequence[StorePath], files: Iterable[tuple[str, bytes]], left_out: Sequence[str]
    ) -> BackupManifest:
        found: list[StorePath] = []
        for top in folders:
            for folder, _, packages in self.store.walk(top):
                found.append(folder)
                for info in packages:
                    self._package(info.path, info.owner, info.modified)
                for beside in self.store.attachments(folder):
                    self._attachment((*folder, beside.name), beside.modified)
        now = time.time()
        given = itertools.chain(self.others.items(), files)
        hashes = {name: self.writer.add(f"files/{name}", data, now) for name, data in given}
        held = (tuple(found), tuple(self.packages), tuple(self.attachments), hashes)
        manifest = BackupManifest(now, *held, tuple(left_out))
        self.writer.add(MANIFEST, json.dumps({"format": FORMAT, **asdict(manifest)}).encode(), now)
        return manifest

    def _package(self, path: StorePath, owner: str, modified: float) -> None:
        try:
            data = self.store.read(path)
        except PackageNotFound:
            return  # deleted meanwhile
        reader, writer = _roles(self.store, path)
        name = f"packages/{len(self.packages):06}/" + "/".join(path) + ".dtsx"
        digest = self.writer.add(name, data, modified)
        self.packages.append(BackupEntry(path, name, len(data), digest, reader, writer, owner, modified))
        if self.companions is not None:
            self.others.update(self.companions(path, data))

    def _attachment(self, path: StorePath, modified: float) -> None:
        data = self.store.read_attachment(path)
        name = f"attachments/{len(self.attachments):06}/" + "/".join(path)
        digest = self.writer.add(name, data, modified)
        self.attachments.append(BackupEntry(path, name, len(data), digest, modified=modified))


def _roles(store: PackageStore, path: StorePath) -> tuple[str, str]:
    try:
        return store.roles(path)
    except RolesUnsupported:
        return "", ""


def read_manifest(path: Path, *, passphrase: str | None = None) -> BackupManifest:
    """What a backup says it holds; BadManifest, BackupCorrupt, BackupKeyWrong."""
    return _parse(path, read_backup(path, passphrase, lambda name, data: None))


def each_file(
    path: Path, take: Callable[[str, bytes], None], *, passphrase: str | None = None, prefix: str = ""
) -> None:
    """Give the files of a backup that are no packages to ``take``; those whose name begins with ``prefix``."""
    start = f"files/{prefix}"

    def pick(name: str, data: bytes) -> None:
        if name.startswith(start):
            take(name.removeprefix("files/"), data)

    read_backup(path, passphrase, pick)


def read_files(path: Path, *, passphrase: str | None = None, prefix: str = "") -> dict[str, bytes]:
    """The same by name, all at once."""
    found: dict[str, bytes] = {}
    each_file(path, found.__setitem__, passphrase=passphrase, prefix=prefix)
    return found


def verify_backup(
    path: Path, *, passphrase: str | None = None, each: Callable[[str, bytes], None] | None = None
) -> BackupManifest:
    """Read all of a backup and compare every hash; BackupCorrupt names what does not fit.

    ``each`` is told the files that are no packages; they are certain only when this returns.
    """
    hashes: dict[str, str] = {}

    def take(name: str, data: bytes) -> None:
        hashes[name] = hashlib.sha256(data).hexdigest()
        if each is not None and name.startswith("files/"):
            each(name.removeprefix("files/"), data)

    manifest = _parse(path, read_backup(path, passphrase, take))
    wanted = {entry.entry: entry.sha256 for entry in (*manifest.packages, *manifest.attachments)}
    wanted |= {f"files/{name}": digest for name, digest in manifest.files.items()}
    for name in wanted.keys() | hashes.keys():
        if wanted.get(name) != hashes.get(name):
            raise BackupCorrupt(path=str(path), reason=f'"{name}" does not agree with the manifest')
    return manifest


def is_below(path: StorePath, folder: StorePath) -> bool:
    """Whether a path is a folder or somewhere below it."""
    return tuple(map(name_key, path[: len(folder)])) == tuple(map(name_key, folder))


def _parse(path: Path, data: bytes) -> BackupManifest:
    try:
        found: dict[str, Any] = json.loads(data)
        if found["format"] != FORMAT:
            raise BadManifest(path=str(path), reason=f"it is of format {found['format']}")
        folders = tuple(tuple(each) for each in found["folders"])
        packages, attachments = (_entries(found[kind]) for kind in ("packages", "attachments"))
        left_out = tuple(map(str, found.get("left_out", ())))
        return BackupManifest(float(found["created"]), folders, packages, attachments, dict(found["files"]), left_out)
    except (ValueError, KeyError, TypeError) as error:
        raise BadManifest(path=str(path), reason=type(error).__name__) from None


def _entries(found: Sequence[Mapping[str, Any]]) -> tuple[BackupEntry, ...]:
    return tuple(BackupEntry(**{**each, "path": tuple(each["path"])}) for each in found)
