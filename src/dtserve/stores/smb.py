r"""A folder of a Windows share (SMB 2 and 3) as a package store, without mounting it: ``\\server\share\folder``.

The same as a folder of this machine: ``.dtsx`` files, any depth. Writes go to a temporary file on the
share, are flushed by the server, and take the name by a rename. Writers of one folder wait for
each other: each holds a lock file open that the server removes with the connection. Azure
Files is such a share: ``\\account.file.core.windows.net\share``, user ``AZURE\account``, the key as password.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import ClassVar

from dtserve.stores import file_attachments
from dtserve.stores.base import Attachment, FolderEntry, PackageInfo, PackageStore, StorePath
from dtserve.stores.durable import is_temporary
from dtserve.stores.errors import (
    FolderExists,
    FolderNotEmpty,
    FolderNotFound,
    PackageExists,
    PackageFileNotFound,
    PackageTooLarge,
    PathWithoutPackage,
    ReadFailed,
    RevisionChanged,
    RolesUnsupported,
    RootFixed,
    WriteFailed,
)
from dtserve.stores.facts import package_facts
from dtserve.stores.filesystem import MAX_PACKAGE_BYTES
from dtserve.stores.names import (
    EXTENSION,
    addressable,
    check_share_name,
    format_path,
    is_configuration,
    name_key,
    strip_extension,
)
from dtserve.stores.smb_share import LOCK_FILE, ShareEntry, ShareLogin, SmbShare

__all__ = ["SmbStore"]


class SmbStore(PackageStore):
    r"""The packages below ``root``, a UNC path with at least server and share."""

    kind: ClassVar[str] = "FileSystemFolder"

    def __init__(self, name: str, root: str, login: ShareLogin, *, max_bytes: int = MAX_PACKAGE_BYTES) -> None:
        self.name = name
        self.share = SmbShare(root, login)
        self.max_bytes = max_bytes
        self._swept: set[StorePath] = set()

    def close(self) -> None:
        """End the sessions."""
        self.share.close()

    def place_of(self, path: StorePath) -> tuple[object, StorePath]:
        """The share's path."""
        return self.share.root.lower(), path

    # reading

    def list(self, folder: StorePath) -> tuple[Sequence[FolderEntry], Sequence[PackageInfo]]:
        """Folders and packages; a root folder that is missing shows empty."""
        try:
            found = self.share.scan(folder)
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.EINVAL):
                raise ReadFailed(path=format_path(folder), reason=error.strerror) from None
            if folder:
                raise FolderNotFound(name=format_path(folder)) from None
            return (), ()
        shown = [each for each in found if addressable(each.name) and not is_temporary(each.name)]
        folders = [FolderEntry(each.name, (*folder, each.name)) for each in shown if each.is_folder]
        packages = [
            _info((*folder, strip_extension(each.name)), each)
            for each in shown
            if not each.is_folder and strip_extension(each.name) != each.name
        ]
        folders.sort(key=lambda each: (name_key(each.name), each.name))
        packages.sort(key=lambda each: (name_key(each.name), each.name))
        return folders, packages

    def info(self, path: StorePath) -> PackageInfo:
        """Size and dates of the file, identity and version from its head."""
        with _coded(path, ReadFailed):
            found = self._must_exist(path)
            known = package_facts(self._read(path, found))
        entry = _info((*path[:-1], strip_extension(found.name)), found)
        created = known.created.timestamp() if known.created else entry.created
        return replace(entry, created=created, **known.info_fields())

    def read(self, path: StorePath) -> bytes:
        """The bytes of the file."""
        with _coded(path, ReadFailed):
            return self._read(path, self._must_exist(path))

    def exists(self, path: StorePath) -> bool:
        """Whether a package file stands there."""
        with _coded(path, ReadFailed):
            try:
                return bool(path) and self._package(path) is not None
            except FolderNotFound:
                return False

    def folder_exists(self, folder: StorePath) -> bool:
        """Whether a folder stands there; the root always does."""
        return not folder or self.share.is_folder(folder)

    # writing

    def write(
        self, path: StorePath, data: bytes, *, overwrite: bool = False, expected_revision: str | None = None
    ) -> PackageInfo:
        """Store the bytes; see the base class for what is refused."""
        if not path:
            raise PathWithoutPackage(path="")
        if len(data) > self.max_bytes:
            raise PackageTooLarge(path=format_path(path), size=len(data), limit=self.max_bytes)
        with _coded(path, WriteFailed), self._locked(path[:-1]):
            found = self._package(path)
            if found is None:
                check_share_name(path[-1])
            if expected_revision is not None:
                if found is None or found.revision != expected_revision:
                    raise RevisionChanged(path=format_path(path))
            elif found is not None and not overwrite:
                raise PackageExists(path=format_path(path))
            self.share.put(path[:-1], found.name if found else path[-1] + EXTENSION, data)
        return self.info(path)

    def delete(self, path: StorePath) -> None:
        """Delete the file."""
        with _coded(path, WriteFailed):
            self._must_exist(path)
            with self._locked(path[:-1]):
                self.share.remove(path[:-1], self._must_exist(path).name)

    def move(self, source: StorePath, target: StorePath, *, overwrite: bool = False) -> None:
        """Rename the file; in one step as far as others can see."""
        if not target:
            raise PathWithoutPackage(path="")
        with _coded(target, WriteFailed):
            self._must_exist(source)
            with self._locked(target[:-1]):
                file, old = self._must_exist(source), self._package(target)
                if old is None:
                    check_share_name(target[-1])
                same = old is not None and _same(source, target)
                if old is not None and not same and not overwrite:
                    raise PackageExists(path=format_path(target))
                name = target[-1] + EXTENSION if same or old is None else old.name
                source_path, target_path = self.share.path(source[:-1], file.name), self.share.path(target[:-1], name)
                self.share.rename(source_path, target_path, over=old is not None and not same)

    # folders

    def create_folder(self, folder: StorePath) -> None:
        """Make a folder in an existing one."""
        if not folder:
            raise FolderExists(name="", parent="")
        check_share_name(folder[-1])
        with _coded(folder, WriteFailed), self._locked(folder[:-1]):
            if self.share.find(folder[:-1], folder[-1]) is not None:
                raise FolderExists(name=folder[-1], parent=format_path(folder[:-1]))
            self.share.make_folder(folder)

    def rename_folder(self, folder: StorePath, name: str) -> None:
        """Rename a folder; its case alone may change too."""
        if not folder:
            raise RootFixed(name=self.name, action="renamed")
        check_share_name(name)
        with _coded(folder, WriteFailed), self._locked(folder[:-1]):
            if not self.share.is_folder(folder):
                raise FolderNotFound(name=folder[-1])
            taken = self.share.find(folder[:-1], name)
            if taken is not None and name_key(name) != name_key(folder[-1]):
                raise FolderExists(name=name, parent=format_path(folder[:-1]))
            self.share.rename(self.share.path(folder), self.share.path(folder[:-1], name))

    def delete_folder(self, folder: StorePath) -> None:
        """Delete an empty folder."""
        if not folder:
            raise RootFixed(name=self.name, action="deleted")
        with _coded(folder, WriteFailed), self._locked(folder[:-1]):
            if not self.share.is_folder(folder):
                raise FolderNotFound(name=folder[-1])
            self.share.sweep(folder)
            if any(each.name != LOCK_FILE for each in self.share.scan(folder)):
                raise FolderNotEmpty(path=format_path(folder))
            self.share.remove_folder(folder)

    def roles(self, path: StorePath) -> tuple[str, str]:
        """No roles are kept: RolesUnsupported, or PackageFileNotFound."""
        with _coded(path, ReadFailed):
            self._must_exist(path)
        raise RolesUnsupported(store=self.name)

    def set_roles(self, path: StorePath, reader: str, writer: str) -> None:
        """No roles are kept: RolesUnsupported, or PackageFileNotFound."""
        self.roles(path)

    def attachments(self, folder: StorePath) -> Sequence[Attachment]:
        """The configuration files of the folder."""
        with _coded(folder, ReadFailed):
            if not self.folder_exists(folder):
                raise FolderNotFound(name=folder[-1])
            try:
                found = self.share.scan(folder)
            except OSError as error:
                if folder or error.errno != errno.ENOENT:
                    raise
                return ()
        files = [
            each for each in found if is_configuration(each.name) and not each.is_folder and addressable(each.name)
        ]
        return [
            Attachment(each.name, each.size, each.modified) for each in sorted(files, key=lambda e: name_key(e.name))
        ]

    def read_attachment(self, path: StorePath) -> bytes:
        """The content of one."""
        with _coded(path, ReadFailed):
            return self._read(path, self._beside(path))

    def write_attachment(self, path: StorePath, data: bytes) -> None:
        """Store one: written under another name, flushed, renamed."""
        file_attachments.check_attachment(path)
        check_share_name(path[-1])
        with _coded(path, WriteFailed), self._locked(path[:-1]):
            found = self.share.find(path[:-1], path[-1])
            self.share.put(path[:-1], found.name if found else path[-1], data)

    def delete_attachment(self, path: StorePath) -> None:
        """Delete one."""
        with _coded(path, WriteFailed):
            self.share.remove(path[:-1], self._beside(path).name)

    def _beside(self, path: StorePath) -> ShareEntry:
        there = path and is_configuration(path[-1]) and self.folder_exists(path[:-1])
        found = self.share.find(path[:-1], path[-1]) if there else None
        if found is None or found.is_folder:
            raise PackageFileNotFound(path=format_path(path))
        return found

    def clean(self, *, stale_after: float = 60.0) -> int:
        """Remove what crashed writers left anywhere below the root; returns how many files."""
        return sum(self.share.sweep(folder, locks=True) for folder, _, _ in self.walk())

    def _package(self, path: StorePath) -> ShareEntry | None:
        """The file of a package; None when there is none, FolderNotFound when its folder is missing."""
        if not self.folder_exists(path[:-1]):
            raise FolderNotFound(name=path[-2])
        try:
            found = self.share.find(path[:-1], path[-1] + EXTENSION)
        except OSError as error:
            if error.errno != errno.ENOENT or path[:-1]:
                raise
            return None  # the root is not there yet
        return None if found is None or found.is_folder else found

    def _must_exist(self, path: StorePath) -> ShareEntry:
        try:
            found = self._package(path) if path else None
        except FolderNotFound:
            found = None
        if found is None:
            raise PackageFileNotFound(path=format_path(path))
        return found

    def _read(self, path: StorePath, found: ShareEntry) -> bytes:
        if found.size > self.max_bytes:
            raise PackageTooLarge(path=format_path(path), size=found.size, limit=self.max_bytes)
        return self.share.read(path[:-1], found.name)

    @contextmanager
    def _locked(self, folder: StorePath) -> Iterator[None]:
        """The folder, held against other writers and swept once per store."""
        if not folder and not self.share.is_folder(()):
            self.share.make_root()
        if not self.folder_exists(folder):
            raise FolderNotFound(name=folder[-1])
        with self.share.locked(folder):
            if folder not in self._swept:
                self.share.sweep(folder)
                self._swept.add(folder)
            yield


@contextmanager
def _coded(path: StorePath, kind: type[ReadFailed] | type[WriteFailed]) -> Iterator[None]:
    """Turn what the server refuses into a coded error."""
    try:
        yield
    except OSError as error:
        raise kind(path=format_path(path), reason=error.strerror or type(error).__name__) from None


def _same(one: StorePath, other: StorePath) -> bool:
    return tuple(map(name_key, one)) == tuple(map(name_key, other))


def _info(path: StorePath, entry: ShareEntry) -> PackageInfo:
    return PackageInfo(
        name=path[-1],
        path=path,
        size=entry.size,
        created=entry.created,
        modified=entry.modified,
        revision=entry.revision,
    )
