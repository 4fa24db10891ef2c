"""A store whose packages keep their earlier contents: any store, with an archive of versions beside it.

What the archive has not seen (a file put there by hand) is kept before it is replaced. When
the archive cannot take the old content, nothing is replaced.
"""

from __future__ import annotations

import builtins
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dtserve.errors import AccessDenied, DtserveError, PackageNotFound, StoreError
from dtserve.stores.base import Attachment, Caller, FolderEntry, PackageInfo, PackageStore, StorePath
from dtserve.stores.names import format_path
from dtserve.stores.versions import Version, VersionArchive, because, reason

if TYPE_CHECKING:
    from dtserve.package.diff import Change

__all__ = ["VersionedStore"]

FOUND = "found in the store"
DAY = 86_400.0


class VersionedStore(PackageStore):
    """``inner`` with ``archive``; ``key`` names the store in the archive.

    ``keep`` versions of each package are kept, those replaced ``keep_days`` ago (0: any) and before are not.
    ``caller`` is None for whoever may open the home folder; ``who`` is written into versions.
    """

    def __init__(
        self,
        inner: PackageStore,
        archive: VersionArchive,
        key: str,
        *,
        who: str,
        keep: int = 20,
        keep_days: int = 0,
        caller: Caller | None = None,
    ) -> None:
        self._all = inner
        self.inner = inner.for_caller(caller) if caller else inner
        self.archive = archive
        self.key = key
        self.who = who
        self.keep = keep
        self.keep_days = keep_days
        self.caller = caller
        self.name = inner.name

    def for_caller(self, caller: Caller) -> VersionedStore:
        """The same with the rights, and in the name, of a caller."""
        kept = {"keep": self.keep, "keep_days": self.keep_days}
        return VersionedStore(self._all, self.archive, self.key, who=caller.name, caller=caller, **kept)

    def close(self) -> None:
        """Close the store and the archive."""
        self.inner.close()
        self.archive.close()

    def kind_of(self, path: StorePath) -> str:
        """The kind of the store within."""
        return self.inner.kind_of(path)

    def place_of(self, path: StorePath) -> tuple[object, StorePath]:
        """The place of the store within."""
        return self.inner.place_of(path)

    def folder_path(self, folder: StorePath) -> Path | None:
        """As the store within."""
        return self.inner.folder_path(folder)

    def clean(self, *, stale_after: float = 60.0) -> int:
        """As the store within."""
        return self._all.clean(stale_after=stale_after)

    def list(self, folder: StorePath) -> tuple[Sequence[FolderEntry], Sequence[PackageInfo]]:
        """As the store within."""
        return self.inner.list(folder)

    def info(self, path: StorePath) -> PackageInfo:
        """As the store within."""
        return self.inner.info(path)

    def read(self, path: StorePath) -> bytes:
        """As the store within."""
        return self.inner.read(path)

    def read_many(self, paths: Sequence[StorePath]) -> builtins.list[bytes | DtserveError]:
        """As the store within."""
        return self.inner.read_many(paths)

    def exists(self, path: StorePath) -> bool:
        """As the store within."""
        return self.inner.exists(path)

    def folder_exists(self, folder: StorePath) -> bool:
        """As the store within."""
        return self.inner.folder_exists(folder)

    def write(
        self, path: StorePath, data: bytes, *, overwrite: bool = False, expected_revision: str | None = None
    ) -> PackageInfo:
        """Keep what stands there, write, keep what was written."""
        replacing = overwrite or expected_revision is not None
        if replacing:
            self._keep_current(path)
        info = self.inner.write(path, data, overwrite=overwrite, expected_revision=expected_revision)
        self._keep_new(path, data, "replaced" if replacing else "saved")
        return info

    def write_many(
        self, items: Sequence[tuple[StorePath, bytes]], *, overwrite: bool = False
    ) -> builtins.list[DtserveError | None]:
        """As :meth:`write`, the archive asked once for all of them."""
        if overwrite:
            found = [(path, data) for path, _ in items if (data := self._current(path)) is not None]
            if found:
                self.archive.keep_many(self.key, found, who="", why=FOUND, **self._policy())
        done = self.inner.write_many(items, overwrite=overwrite)
        written = [item for item, error in zip(items, done, strict=True) if error is None]
        why = reason("replaced" if overwrite else "saved")
        with suppress(StoreError):
            self.archive.keep_many(self.key, written, who=self.who, why=why, **self._policy(), durable=False)
        return done

    def delete(self, path: StorePath) -> None:
        """Keep what stands there, delete, note the deletion."""
        self._keep_current(path)
        self.inner.delete(path)
        self._keep_new(path, None, "deleted")

    def move(self, source: StorePath, target: StorePath, *, overwrite: bool = False) -> None:
        """Keep both, move, note it at both."""
        self._keep_current(source)
        if overwrite:
            self._keep_current(target)
        self.inner.move(source, target, overwrite=overwrite)
        with suppress(StoreError, PackageNotFound):
            self._keep_new(source, None, f"moved to {format_path(target)}")
            self._keep_new(target, self._all.read(target), f"moved from {format_path(source)}")

    def create_folder(self, folder: StorePath) -> None:
        """As the store within."""
        self.inner.create_folder(folder)

    def rename_folder(self, folder: StorePath, name: str) -> None:
        """Rename; the histories go along."""
        self.inner.rename_folder(folder, name)
        with suppress(StoreError):
            self.archive.rename(self.key, folder, (*folder[:-1], name))

    def delete_folder(self, folder: StorePath) -> None:
        """As the store within."""
        self.inner.delete_folder(folder)

    def roles(self, path: StorePath) -> tuple[str, str]:
        """As the store within."""
        return self.inner.roles(path)

    def set_roles(self, path: StorePath, reader: str, writer: str) -> None:
        """As the store within."""
        self.inner.set_roles(path, reader, writer)

    def role_names(self, path: StorePath = ()) -> Sequence[str]:
        """As the store within."""
        return self.inner.role_names(path)

    def add_role(self, path: StorePath, role: str) -> None:
        """As the store within."""
        self.inner.add_role(path, role)

    def attachments(self, folder: StorePath) -> Sequence[Attachment]:
        """As the store within."""
        return self.inner.attachments(folder)

    def read_attachment(self, path: StorePath) -> bytes:
        """As the store within."""
        return self.inner.read_attachment(path)

    def write_attachment(self, path: StorePath, data: bytes) -> None:
        """As the store within; versions are kept of packages only."""
        self.inner.write_attachment(path, data)

    def delete_attachment(self, path: StorePath) -> None:
        """As the store within."""
        self.inner.delete_attachment(path)

    # versions

    def versions(self, path: StorePath) -> builtins.list[Version]:
        """The kept versions of a package, oldest first; AccessDenied, or what refuses to read the package."""
        self._may_read(path)
        return builtins.list(self.archive.list(self.key, path))

    def read_version(self, path: StorePath, version: int) -> bytes:
        """The content of a version; VersionNotFound, and as :meth:`versions`."""
        self._may_read(path)
        return self.archive.read(self.key, path, version)

    def diff(self, path: StorePath, old: int, new: int, *, password: str | None = None) -> builtins.list[Change]:
        """What differs between two versions, by tasks and properties; secrets are never shown.

        PackageError where one of them cannot be opened.
        """
        from dtserve.package.diff import diff_documents
        from dtserve.package.document import PackageDocument

        before, after = (PackageDocument.open(self.read_version(path, version), password) for version in (old, new))
        return diff_documents(before, after, ids=False, layout=False)

    def text_diff(self, path: StorePath, old: int, new: int) -> str:
        """Both contents compared line by line; they are shown as they are stored."""
        self._may_read(path)
        return self.archive.diff(self.key, path, old, new)

    def _may_read(self, path: StorePath) -> None:
        """Who may read a package may read what it was; what is gone is for administrators."""
        if self.inner.exists(path):
            self.inner.read(path)
        elif self.caller and not self.caller.sysadmin and "db_ssisadmin" not in map(str.lower, self.caller.roles):
            raise AccessDenied

    def restore(self, path: StorePath, version: int) -> PackageInfo:
        """Write an earlier content again, as a new version."""
        data = self.read_version(path, version)
        with because(reason(f"restored from version {version}")):
            return self.write(path, data, overwrite=True)

    def _policy(self) -> dict[str, Any]:
        return {"limit": self.keep, "before": time.time() - self.keep_days * DAY if self.keep_days else None}

    def _keep_current(self, path: StorePath) -> None:
        """Keep what the archive has not seen yet, whoever is about to change it."""
        data = self._current(path)
        if data is not None:
            self.archive.keep(self.key, path, data, who="", why=FOUND, **self._policy())

    def _current(self, path: StorePath) -> bytes | None:
        try:
            return self._all.read(path)
        except (PackageNotFound, StoreError):
            return None  # there is nothing to keep, or the store is about to say what is wrong

    def _keep_new(self, path: StorePath, data: bytes | None, why: str) -> None:
        """Keep what was just stored; when that fails the next change finds it."""
        with suppress(StoreError):
            self.archive.keep(self.key, path, data, who=self.who, why=reason(why), **self._policy(), durable=False)
