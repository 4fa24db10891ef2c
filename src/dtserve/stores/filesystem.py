"""A folder of the operating system as a package store: folders and ``.dtsx`` files, any depth (SERVICE §5).

A package is named as its file without ``.dtsx``. Names are found without case; where two
files differ in case only, the exact name goes first. Links that stay below the root are
followed unless they lead in a circle; links that lead out of it are not. Writes are atomic and
durable (:mod:`dtserve.stores.durable`). The packages are guarded by file permissions only.
"""

from __future__ import annotations

import builtins
import errno
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from dtserve.errors import DtserveError
from dtserve.stores import file_attachments
from dtserve.stores.base import Attachment, FolderEntry, PackageInfo, PackageStore, StorePath
from dtserve.stores.durable import folder_lock, is_temporary, sweep_folder, sync_folder, write_file
from dtserve.stores.errors import (
    FolderExists,
    FolderNotEmpty,
    FolderNotFound,
    PackageExists,
    PackageFileNotFound,
    PackageTooLarge,
    ReadFailed,
    RevisionChanged,
    RolesUnsupported,
    RootFixed,
    StoreUnavailable,
)
from dtserve.stores.facts import package_facts
from dtserve.stores.file_lookup import coded_writing, facts_of, find_entry, package_name, resolve_link, revision_of
from dtserve.stores.names import EXTENSION, addressable, check_file_name, format_path, name_key, strip_extension

__all__ = ["MAX_PACKAGE_BYTES", "FileSystemStore"]

MAX_PACKAGE_BYTES = 512 * 1024 * 1024


class FileSystemStore(PackageStore):
    """The packages below ``path``; the folder is made on first writing when it is missing."""

    kind: ClassVar[str] = "FileSystemFolder"

    def __init__(self, name: str, path: Path | str, *, max_bytes: int = MAX_PACKAGE_BYTES) -> None:
        self.name = name
        self.path = Path(path)
        self.max_bytes = max_bytes
        self._swept: set[Path] = set()

    def place_of(self, path: StorePath) -> tuple[object, StorePath]:
        """The root's real path."""
        return str(self.path.resolve()), path

    # reading

    def list(self, folder: StorePath) -> tuple[Sequence[FolderEntry], Sequence[PackageInfo]]:
        """Folders and packages of ``folder``; a root folder that is missing shows empty (SERVICE §2)."""
        try:
            trail = self.trail(folder)
            with os.scandir(trail[-1]) as entries:
                found = [entry for entry in entries if addressable(entry.name) and not is_temporary(entry.name)]
        except FileNotFoundError:
            if folder:
                raise FolderNotFound(name=format_path(folder)) from None
            return (), ()
        except OSError as error:
            if not folder:
                raise StoreUnavailable(store=str(self.path), reason=error.strerror) from None
            raise ReadFailed(path=format_path(folder), reason=error.strerror) from None
        folders: list[FolderEntry] = []
        packages: list[PackageInfo] = []
        for entry in found:
            target = resolve_link(Path(entry.path), trail)
            facts = facts_of(target) if target else None
            if facts is None:
                continue
            if stat.S_ISDIR(facts.st_mode):
                folders.append(FolderEntry(entry.name, (*folder, entry.name)))
            elif stat.S_ISREG(facts.st_mode) and strip_extension(entry.name) != entry.name:
                name = strip_extension(entry.name)
                packages.append(self._entry((*folder, name), facts))
        folders.sort(key=lambda each: (name_key(each.name), each.name))
        packages.sort(key=lambda each: (name_key(each.name), each.name))
        return folders, packages

    def info(self, path: StorePath) -> PackageInfo:
        """Size and dates of the file, identity and version from its head."""
        data, facts = self._load(path)
        return self._known(path, facts, data)

    def read(self, path: StorePath) -> bytes:
        """The bytes of the file."""
        return self._load(path)[0]

    def exists(self, path: StorePath) -> bool:
        """Whether a package file stands there."""
        try:
            return bool(path) and self._file(path) is not None
        except (OSError, FolderNotFound):
            return False

    def folder_exists(self, folder: StorePath) -> bool:
        """Whether a folder stands there; the root always does."""
        try:
            return not folder or self.folder_path(folder).is_dir()
        except (OSError, FolderNotFound):
            return False

    # writing

    def write(
        self, path: StorePath, data: bytes, *, overwrite: bool = False, expected_revision: str | None = None
    ) -> PackageInfo:
        """Store the bytes durably; see the base class for what is refused."""
        name = package_name(path)
        if len(data) > self.max_bytes:
            raise PackageTooLarge(path=format_path(path), size=len(data), limit=self.max_bytes)
        with coded_writing(path), self.locked(path[:-1]) as here:
            file = self._file(path)
            if file is None:
                check_file_name(name)
            if expected_revision is not None:
                facts = facts_of(file) if file else None
                if facts is None or revision_of(facts) != expected_revision:
                    raise RevisionChanged(path=format_path(path))
            elif file is not None and not overwrite:
                raise PackageExists(path=format_path(path))
            file = file or here / (name + EXTENSION)
            write_file(file, data)
        return self._known(path, file.stat(), data)

    def write_many(
        self, items: Sequence[tuple[StorePath, bytes]], *, overwrite: bool = False
    ) -> builtins.list[DtserveError | None]:
        """Those of one folder together, each durable and in one step for others to see."""
        from dtserve.stores.file_batch import write_batch

        return write_batch(self, items, overwrite)

    def delete(self, path: StorePath) -> None:
        """Delete the file."""
        self.package_file(path)
        with coded_writing(path), self.locked(path[:-1]) as here:
            self.package_file(path).unlink()
            sync_folder(here)

    def move(self, source: StorePath, target: StorePath, *, overwrite: bool = False) -> None:
        """Rename the file; in one step as far as others can see."""
        name = package_name(target)
        self.package_file(source)
        with coded_writing(target), self.locked(target[:-1]) as here:
            file, old = self.package_file(source), self._file(target)
            if old is None:
                check_file_name(name)
            same = old is not None and old.samefile(file)
            if old is not None and not same and not overwrite:
                raise PackageExists(path=format_path(target))
            from_folder = file.parent
            os.replace(file, here / (name + EXTENSION) if same or old is None else old)
            sync_folder(here)
            if from_folder != here:
                sync_folder(from_folder)

    # folders

    def create_folder(self, folder: StorePath) -> None:
        """Make a folder in an existing one."""
        if not folder:
            raise FolderExists(name="", parent="")
        check_file_name(folder[-1])
        with coded_writing(folder), self.locked(folder[:-1]) as here:
            if find_entry(here, folder[-1]) is not None:
                raise FolderExists(name=folder[-1], parent=format_path(folder[:-1]))
            (here / folder[-1]).mkdir()
            sync_folder(here)

    def rename_folder(self, folder: StorePath, name: str) -> None:
        """Rename a folder; its case alone may change too."""
        if not folder:
            raise RootFixed(name=self.name, action="renamed")
        check_file_name(name)
        with coded_writing(folder), self.locked(folder[:-1]) as here:
            old = self.folder_path(folder)
            taken = find_entry(here, name)
            if taken is not None and not taken.samefile(old):
                raise FolderExists(name=name, parent=format_path(folder[:-1]))
            os.rename(old, here / name)
            sync_folder(here)

    def delete_folder(self, folder: StorePath) -> None:
        """Delete an empty folder; files that are no packages keep it from being empty too."""
        if not folder:
            raise RootFixed(name=self.name, action="deleted")
        with coded_writing(folder), self.locked(folder[:-1]) as here:
            old = self.folder_path(folder)
            sweep_folder(old)
            try:
                old.rmdir()
            except OSError as error:
                if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
                    raise FolderNotEmpty(path=format_path(folder)) from None
                raise
            sync_folder(here)

    def roles(self, path: StorePath) -> tuple[str, str]:
        """No roles are kept: RolesUnsupported, or PackageFileNotFound."""
        self._load(path)
        raise RolesUnsupported(store=self.name)

    def set_roles(self, path: StorePath, reader: str, writer: str) -> None:
        """No roles are kept: RolesUnsupported, or PackageFileNotFound."""
        self.roles(path)

    def attachments(self, folder: StorePath) -> Sequence[Attachment]:
        """The configuration files of the folder."""
        return file_attachments.list_beside(self, folder)

    def read_attachment(self, path: StorePath) -> bytes:
        """The content of one."""
        return file_attachments.read_beside(self, path)

    def write_attachment(self, path: StorePath, data: bytes) -> None:
        """Store one, durably."""
        file_attachments.write_beside(self, path, data)

    def delete_attachment(self, path: StorePath) -> None:
        """Delete one."""
        file_attachments.delete_beside(self, path)

    def clean(self, *, stale_after: float = 60.0) -> int:
        """Remove what crashed writers left anywhere below the root; returns how many files."""
        removed = 0
        for here, _, files in os.walk(self.path):
            if any(map(is_temporary, files)):
                removed += sweep_folder(Path(here), stale_after=stale_after)
        return removed

    # the way through the folders

    def trail(self, folder: StorePath) -> tuple[Path, ...]:
        """The places on the way from the root to the folder; FolderNotFound where the way breaks off."""
        trail: tuple[Path, ...] = (self.path,)
        for part in folder:
            found = find_entry(trail[-1], part)
            target = resolve_link(found, trail) if found else None
            if target is None or not target.is_dir():
                raise FolderNotFound(name=part)
            trail = (*trail, target)
        return trail

    def folder_path(self, folder: StorePath) -> Path:
        """The folder on disk; FolderNotFound when there is none."""
        return self.trail(folder)[-1]

    def _file(self, path: StorePath) -> Path | None:
        """The file of a package; None when there is none."""
        trail = self.trail(path[:-1])
        found = find_entry(trail[-1], package_name(path) + EXTENSION)
        target = resolve_link(found, trail) if found else None
        return target if target is not None and target.is_file() else None

    def package_file(self, path: StorePath) -> Path:
        """The file of a package; PackageFileNotFound when there is none."""
        try:
            file = self._file(path) if path else None
        except FolderNotFound:
            file = None
        if file is None:
            raise PackageFileNotFound(path=format_path(path))
        return file

    def _load(self, path: StorePath) -> tuple[bytes, os.stat_result]:
        try:
            descriptor = os.open(
                self.package_file(path), os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
            )
            with os.fdopen(descriptor, "rb") as stream:
                facts = os.fstat(stream.fileno())
                if facts.st_size > self.max_bytes:
                    raise PackageTooLarge(path=format_path(path), size=facts.st_size, limit=self.max_bytes)
                return stream.read(), facts
        except FileNotFoundError:
            raise PackageFileNotFound(path=format_path(path)) from None
        except OSError as error:
            raise ReadFailed(path=format_path(path), reason=error.strerror) from None

    @contextmanager
    def locked(self, folder: StorePath) -> Iterator[Path]:
        """The folder, held against other writers and swept once per process."""
        if not folder:
            self.path.mkdir(parents=True, exist_ok=True)
        here = self.folder_path(folder)
        with folder_lock(here):
            if here not in self._swept:
                sweep_folder(here)
                self._swept.add(here)
            yield here

    def _known(self, path: StorePath, facts: os.stat_result, data: bytes) -> PackageInfo:
        entry, known = self._entry(path, facts), package_facts(data)
        created = known.created.timestamp() if known.created else entry.created
        return replace(entry, created=created, **known.info_fields())

    def _entry(self, path: StorePath, facts: os.stat_result) -> PackageInfo:
        born = getattr(facts, "st_birthtime", min(facts.st_mtime, facts.st_ctime))
        return PackageInfo(
            name=path[-1],
            path=path,
            size=facts.st_size,
            created=born,
            modified=facts.st_mtime,
            revision=revision_of(facts),
        )
