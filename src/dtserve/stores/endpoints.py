"""One place a package can be: in a store, or in a file of any name."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

from dtserve.stores.base import PackageStore, StorePath
from dtserve.stores.durable import NotConfirmed, write_file
from dtserve.stores.errors import (
    FolderNotFound,
    NotDurable,
    PackageExists,
    PackageFileNotFound,
    PackageTooLarge,
    ReadFailed,
    WriteFailed,
)
from dtserve.stores.filesystem import MAX_PACKAGE_BYTES
from dtserve.stores.names import name_key

__all__ = ["Endpoint", "FileEndpoint", "StoreEndpoint"]


class Endpoint(ABC):
    """A place with or without a package; ``shown`` is how the user named it."""

    shown: str

    @abstractmethod
    def exists(self) -> bool:
        """Whether a package is there."""

    @abstractmethod
    def is_folder(self) -> bool:
        """Whether the place is a folder, in which packages are."""

    @abstractmethod
    def read(self) -> bytes:
        """Its bytes; PackageNotFound otherwise."""

    @abstractmethod
    def write(self, data: bytes, *, overwrite: bool = False) -> None:
        """Put a package there; PackageExists when one is there and may not be replaced."""

    @abstractmethod
    def delete(self) -> None:
        """Delete the package; PackageNotFound otherwise."""

    @abstractmethod
    def takes_server_storage(self) -> bool:
        """Whether packages with the level ServerStorage may be saved there."""

    @abstractmethod
    def same_as(self, other: Endpoint) -> bool:
        """Whether both are the same place."""


@dataclass(frozen=True)
class StoreEndpoint(Endpoint):
    """A path in a store or in the tree of all stores."""

    store: PackageStore
    path: StorePath
    shown: str = ""

    def exists(self) -> bool:
        """Whether a package is there."""
        return self.store.exists(self.path)

    def is_folder(self) -> bool:
        """Whether it is a folder and no package of that name stands beside it."""
        return not self.exists() and self.store.folder_exists(self.path)

    def read(self) -> bytes:
        """Its bytes."""
        return self.store.read(self.path)

    def write(self, data: bytes, *, overwrite: bool = False) -> None:
        """Put a package there."""
        self.store.write(self.path, data, overwrite=overwrite)

    def delete(self) -> None:
        """Delete the package."""
        self.store.delete(self.path)

    def takes_server_storage(self) -> bool:
        """Whether the store is an msdb."""
        return self.store.kind_of(self.path) == "SqlServerFolder"

    def same_as(self, other: Endpoint) -> bool:
        """Whether the other is the same path of the same store."""
        if not isinstance(other, StoreEndpoint):
            return False
        mine, theirs = self.store.place_of(self.path), other.store.place_of(other.path)
        return mine[0] == theirs[0] and tuple(map(name_key, mine[1])) == tuple(map(name_key, theirs[1]))


@dataclass(frozen=True)
class FileEndpoint(Endpoint):
    """A file, whatever its name and wherever it is."""

    path: Path
    shown: str = ""
    max_bytes: int = MAX_PACKAGE_BYTES

    def exists(self) -> bool:
        """Whether the file is there."""
        return self.path.is_file()

    def is_folder(self) -> bool:
        """Whether it is a directory."""
        return self.path.is_dir()

    def read(self) -> bytes:
        """The content of the file."""
        try:
            if not self.path.is_file():
                raise PackageFileNotFound(path=self.shown)
            size = self.path.stat().st_size
            if size > self.max_bytes:
                raise PackageTooLarge(path=self.shown, size=size, limit=self.max_bytes)
            return self.path.read_bytes()
        except FileNotFoundError:
            raise PackageFileNotFound(path=self.shown) from None
        except OSError as error:
            raise ReadFailed(path=self.shown, reason=error.strerror) from None

    def write(self, data: bytes, *, overwrite: bool = False) -> None:
        """Replace or create the file, durably."""
        try:
            if not overwrite and self.path.exists():
                raise PackageExists(path=self.shown)
            if not self.path.parent.is_dir():
                raise FolderNotFound(name=str(self.path.parent))
            write_file(self.path, data)
        except NotConfirmed as error:
            raise NotDurable(path=self.shown, reason=error.strerror) from None
        except OSError as error:
            raise WriteFailed(path=self.shown, reason=error.strerror) from None

    def delete(self) -> None:
        """Delete the file."""
        try:
            self.path.unlink()
        except FileNotFoundError:
            raise PackageFileNotFound(path=self.shown) from None
        except OSError as error:
            raise WriteFailed(path=self.shown, reason=error.strerror) from None

    def takes_server_storage(self) -> bool:
        """Files cannot keep secrets."""
        return False

    def same_as(self, other: Endpoint) -> bool:
        """Whether the other is the same file."""
        if not isinstance(other, FileEndpoint):
            return False
        return self.path.resolve() == other.path.resolve() or (
            self.path.exists() and other.path.exists() and self.path.samefile(other.path)
        )
