"""What every package store offers (MSDB.md, SERVICE §6, ARCHITECTURE «Store»).

Paths are tuples of names below the store's root, ``("Finance", "Load")``; a package's
name in a file store is the file's name without ``.dtsx``. Names compare without case.
"""

from __future__ import annotations

import builtins
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from dtserve.errors import DtserveError
from dtserve.stores.errors import AttachmentsUnsupported, PackageFileNotFound

__all__ = ["Attachment", "Caller", "FolderEntry", "PackageInfo", "PackageStore", "StorePath", "WalkFailure"]

StorePath = tuple[str, ...]
WalkFailure = Callable[[StorePath, DtserveError], None]
"""Told of a folder that cannot be listed, and why."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks a store: the login, the msdb roles it is a member of (fixed and user-defined), and whether sysadmin."""

    name: str
    roles: frozenset[str] = frozenset()
    sysadmin: bool = False


@dataclass(frozen=True, slots=True)
class PackageInfo:
    """What a store knows of a package without opening it; ``created`` and ``modified`` in seconds since the epoch.

    ``package_format`` is 0 when unknown; ``protection_level`` -1 when unknown;
    ``package_type`` as in sysssispackages (5 = designer), ``revision`` an opaque tag that
    changes with the content (ETag).
    """

    name: str
    path: StorePath
    package_id: str = ""
    version_id: str = ""
    description: str = ""
    size: int = 0
    created: float = 0.0
    modified: float = 0.0
    package_format: int = 0
    package_type: int = 5
    version_major: int = 0
    version_minor: int = 0
    version_build: int = 0
    version_comments: str = ""
    protection_level: int = -1
    encrypted: bool = False
    read_role: str = ""
    write_role: str = ""
    owner: str = ""
    revision: str = ""


@dataclass(frozen=True, slots=True)
class FolderEntry:
    """A folder; ``folder_id`` is the GUID in msdb, empty elsewhere."""

    name: str
    path: StorePath
    folder_id: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A configuration file that stands beside packages, with its extension; ``modified`` in seconds since the epoch."""

    name: str
    size: int
    modified: float


class PackageStore(ABC):
    """A tree of folders and packages. All errors are StoreError subclasses with SSIS's codes."""

    name: str
    kind: ClassVar[str] = ""
    """The ``xsi:type`` of such a root in MsDtsSrvr.ini.xml; empty for stores that can be no root."""

    def for_caller(self, caller: Caller) -> PackageStore:
        """The same store as seen by ``caller``; stores guarded by file permissions only are the same for all."""
        return self

    def close(self) -> None:  # noqa: B027 - most stores hold nothing
        """Release connections; the store may be used again."""

    def kind_of(self, path: StorePath) -> str:
        """The kind of the store that holds ``path``: its own, or that of the root in a tree."""
        return self.kind

    def place_of(self, path: StorePath) -> tuple[object, StorePath]:
        """What tells this store from others, and the path in it: equal for the same package seen two ways."""
        return id(self), path

    def folder_path(self, folder: StorePath) -> Path | None:
        """The operating system's folder behind a folder; None where packages stand in none."""
        return None

    def attachments(self, folder: StorePath) -> Sequence[Attachment]:
        """The configuration files (``.dtsConfig``) beside the packages of a folder, by name; none where there are no files."""
        return ()

    def read_attachment(self, path: StorePath) -> bytes:
        """The content of one; PackageNotFound otherwise."""
        raise PackageFileNotFound(path="\\".join(path))

    def write_attachment(self, path: StorePath, data: bytes) -> None:
        """Store one, in place of what is there; AttachmentsUnsupported where there are no files."""
        raise AttachmentsUnsupported(store=self.name)

    def delete_attachment(self, path: StorePath) -> None:
        """Delete one; PackageNotFound otherwise."""
        raise PackageFileNotFound(path="\\".join(path))

    def role_names(self, path: StorePath = ()) -> Sequence[str]:
        """The roles that may be reader or writer of packages, by name; none where roles are not kept."""
        return ()

    def add_role(self, path: StorePath, role: str) -> None:  # noqa: B027 - most stores keep none
        """Make a role known to the msdb that holds ``path``, where that is dtserve's to do."""

    def clean(self, *, stale_after: float = 60.0) -> int:
        """Remove what crashed writers left; returns how many files."""
        return 0

    def walk(
        self, folder: StorePath = (), failed: WalkFailure | None = None
    ) -> Iterator[tuple[StorePath, Sequence[FolderEntry], Sequence[PackageInfo]]]:
        """Every folder below ``folder`` with its content, parents first, in the order of names; any depth.

        ``failed`` is told of folders below that cannot be listed, and the others follow; without it, the error comes out.
        """
        todo = [folder]
        while todo:
            here = todo.pop()
            try:
                folders, packages = self.list(here)
            except DtserveError as error:
                if failed is None or here == folder:
                    raise
                failed(here, error)
                continue
            yield here, folders, packages
            todo.extend(entry.path for entry in reversed(folders))

    @abstractmethod
    def list(self, folder: StorePath) -> tuple[Sequence[FolderEntry], Sequence[PackageInfo]]:
        """Folders and packages directly in ``folder``, each sorted by name without case."""

    @abstractmethod
    def info(self, path: StorePath) -> PackageInfo:
        """Facts of one package; PackageNotFound otherwise."""

    @abstractmethod
    def read(self, path: StorePath) -> bytes:
        """The bytes as stored; PackageNotFound otherwise."""

    def read_many(self, paths: Sequence[StorePath]) -> builtins.list[bytes | DtserveError]:
        """The bytes of many packages, or why there are none."""
        found: builtins.list[bytes | DtserveError] = []
        for path in paths:
            try:
                found.append(self.read(path))
            except DtserveError as error:
                found.append(error)
        return found

    @abstractmethod
    def write(
        self, path: StorePath, data: bytes, *, overwrite: bool = False, expected_revision: str | None = None
    ) -> PackageInfo:
        """Store bytes unchanged and durably; an existing package without ``overwrite`` is a coded error."""

    def write_many(
        self, items: Sequence[tuple[StorePath, bytes]], *, overwrite: bool = False
    ) -> builtins.list[DtserveError | None]:
        """Store many as :meth:`write` does one; the error of each that was not stored, None for the others.

        Every package is durable when the call returns, and whole or not there at any moment.
        """
        done: builtins.list[DtserveError | None] = []
        for path, data in items:
            try:
                self.write(path, data, overwrite=overwrite)
                done.append(None)
            except DtserveError as error:
                done.append(error)
        return done

    @abstractmethod
    def delete(self, path: StorePath) -> None:
        """Delete a package; PackageNotFound otherwise."""

    @abstractmethod
    def move(self, source: StorePath, target: StorePath, *, overwrite: bool = False) -> None:
        """Rename or move a package within the store."""

    @abstractmethod
    def exists(self, path: StorePath) -> bool:
        """Whether a package stands there."""

    @abstractmethod
    def folder_exists(self, folder: StorePath) -> bool:
        """Whether a folder stands there; the root always does."""

    @abstractmethod
    def create_folder(self, folder: StorePath) -> None:
        """Create a folder in an existing one; a coded error when the name is taken or invalid."""

    @abstractmethod
    def rename_folder(self, folder: StorePath, name: str) -> None:
        """Rename a folder in place."""

    @abstractmethod
    def delete_folder(self, folder: StorePath) -> None:
        """Delete an empty folder; a coded error when it is not empty."""

    @abstractmethod
    def roles(self, path: StorePath) -> tuple[str, str]:
        """Reader and writer role of a package; empty = the defaults of SERVICE §7."""

    @abstractmethod
    def set_roles(self, path: StorePath, reader: str, writer: str) -> None:
        """Set them; a store without roles raises a coded error."""
