r"""A file on a Windows share, whatever its name, as the place of a package: ``\\server\share\folder\file``."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from dtserve.stores.base import StorePath
from dtserve.stores.endpoints import Endpoint
from dtserve.stores.errors import (
    FolderNotFound,
    PackageExists,
    PackageFileNotFound,
    PackageTooLarge,
    ReadFailed,
    WriteFailed,
)
from dtserve.stores.filesystem import MAX_PACKAGE_BYTES
from dtserve.stores.names import name_key
from dtserve.stores.smb_share import ShareEntry, ShareLogin, SmbShare

__all__ = ["ShareFileEndpoint"]


class ShareFileEndpoint(Endpoint):
    """One file; ``path`` is its UNC path with at least server, share and name."""

    def __init__(self, path: str, login: ShareLogin, *, max_bytes: int = MAX_PACKAGE_BYTES) -> None:
        self.shown = path
        self.max_bytes = max_bytes
        server, share, *parts = [part for part in path.replace("/", "\\").split("\\") if part]
        self._share = SmbShare(f"{server}\\{share}", login)
        self._folder: StorePath = tuple(parts[:-1])
        self._name = parts[-1] if parts else ""

    def _found(self) -> ShareEntry | None:
        try:
            return self._share.find(self._folder, self._name)
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.EINVAL):
                raise
            return None

    def _entry(self) -> ShareEntry | None:
        found = self._found()
        return None if found is None or found.is_folder else found

    def _must_exist(self) -> ShareEntry:
        found = self._entry()
        if found is None:
            raise PackageFileNotFound(path=self.shown)
        return found

    def exists(self) -> bool:
        """Whether the file is there."""
        with self._coded(ReadFailed):
            return self._entry() is not None

    def is_folder(self) -> bool:
        """Whether it is a folder of the share, or the share itself."""
        with self._coded(ReadFailed):
            found = self._found() if self._name else None
            return not self._name or (found is not None and found.is_folder)

    def read(self) -> bytes:
        """The content of the file."""
        with self._coded(ReadFailed):
            found = self._must_exist()
            if found.size > self.max_bytes:
                raise PackageTooLarge(path=self.shown, size=found.size, limit=self.max_bytes)
            return self._share.read(self._folder, found.name)

    def write(self, data: bytes, *, overwrite: bool = False) -> None:
        """Replace or create the file."""
        with self._coded(WriteFailed):
            found = self._entry()
            if found is not None and not overwrite:
                raise PackageExists(path=self.shown)
            if not self._share.is_folder(self._folder):
                raise FolderNotFound(name=self.shown.rpartition("\\")[0])
            self._share.put(self._folder, found.name if found else self._name, data)

    def delete(self) -> None:
        """Delete the file."""
        with self._coded(WriteFailed):
            self._share.remove(self._folder, self._must_exist().name)

    def takes_server_storage(self) -> bool:
        """Files cannot keep secrets."""
        return False

    def same_as(self, other: Endpoint) -> bool:
        """Whether the other is the same file of the same share."""
        if not isinstance(other, ShareFileEndpoint):
            return False
        mine = (self._share.root, *self._folder, self._name)
        theirs = (other._share.root, *other._folder, other._name)
        return tuple(map(name_key, mine)) == tuple(map(name_key, theirs))

    @contextmanager
    def _coded(self, kind: type[ReadFailed] | type[WriteFailed]) -> Iterator[None]:
        """Turn what the server refuses into a coded error; the session ends with the call."""
        try:
            yield
        except OSError as error:
            raise kind(path=self.shown, reason=error.strerror or type(error).__name__) from None
        finally:
            self._share.close()
