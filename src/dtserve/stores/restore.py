"""Restoring backups: everything that was asked for, or nothing.

The backup is verified, then it is looked up what would become of each package; only when none is in the way
something is written. When a write fails after all, what was written before is undone.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from dtserve.errors import DtserveError, PackageNotFound, StoreError
from dtserve.stores.backup import BackupEntry, BackupManifest, is_below, verify_backup
from dtserve.stores.backup_file import read_backup
from dtserve.stores.base import Caller, PackageStore, StorePath
from dtserve.stores.errors import FolderNotFound, RolesUnsupported
from dtserve.stores.versions import because

__all__ = ["EXISTING", "Restored", "restore_backup"]

EXISTING = ("skip", "replace", "fail")
"""What may become of packages that are there already."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What became of one package or file: ``created``, ``replaced``, ``skipped``, ``same``, ``failed`` or ``undone``.

    After a failure nothing is different from before: ``failed`` says why, everything else is ``undone``.
    """

    path: StorePath
    action: str
    message: str = ""


def restore_backup(
    path: Path,
    store: PackageStore,
    *,
    passphrase: str | None = None,
    folder: StorePath = (),
    existing: str = "skip",
    dry_run: bool = False,
) -> list[Restored]:
    """Put packages back, those of ``folder`` or all, with folders, owners, roles and the files beside them.

    ``existing`` packages are kept (``skip``), replaced (``replace``) or a failure (``fail``).
    """
    manifest = verify_backup(path, passphrase=passphrase)
    wanted = {each.entry: each for each in (*manifest.packages, *manifest.attachments) if is_below(each.path, folder)}
    packages = {each.entry for each in manifest.packages}
    planned = {name: _plan(store, entry, name in packages, existing) for name, entry in wanted.items()}
    if any(each.action == "failed" for each in planned.values()):
        return [each if each.action == "failed" else replace(each, action="undone") for each in planned.values()]
    if dry_run:
        return list(planned.values())
    return _Restoring(store, planned).run(path, passphrase, manifest, wanted, folder)


def _plan(store: PackageStore, entry: BackupEntry, package: bool, existing: str) -> Restored:
    """What would become of one of them."""
    try:
        there = _current(store, entry.path, package)
    except DtserveError as error:
        return Restored(entry.path, "failed", error.message)
    if there is None:
        return Restored(entry.path, "created")
    if hashlib.sha256(there).hexdigest() == entry.sha256:
        return Restored(entry.path, "same")
    action = {"replace": "replaced", "fail": "failed"}.get(existing, "skipped")
    return Restored(entry.path, action, "It exists already." if action == "failed" else "")


def _current(store: PackageStore, path: StorePath, package: bool) -> bytes | None:
    try:
        if package:
            return store.read(path) if store.exists(path) else None
        return store.read_attachment(path)
    except (PackageNotFound, FolderNotFound):
        return None


class _Restoring:
    """One restore: what was done, and how it is undone."""

    def __init__(self, store: PackageStore, planned: Mapping[str, Restored]) -> None:
        self.store = store
        self.planned = planned
        self.undo: list[Callable[[], object]] = []
        self.broken: dict[str, str] = {}

    def run(
        self,
        path: Path,
        passphrase: str | None,
        manifest: BackupManifest,
        wanted: Mapping[str, BackupEntry],
        folder: StorePath,
    ) -> list[Restored]:
        packages = {each.entry for each in manifest.packages}

        def put(name: str, data: bytes) -> None:
            entry = wanted.get(name)
            if entry is None or self.broken or self.planned[name].action not in ("created", "replaced"):
                return
            try:
                self._put(entry, data, name in packages)
            except (StoreError, PackageNotFound) as error:
                self.broken[name] = error.message

        with tempfile.TemporaryDirectory(prefix="dtserve-restore-") as saved:
            self.saved = Path(saved)
            try:
                for each in sorted((f for f in manifest.folders if is_below(f, folder)), key=len):
                    self._make_folders(each)
                read_backup(path, passphrase, put)
            except BaseException:
                self._undo()
                raise
            if self.broken:
                self._undo()
        return [self._told(name, each) for name, each in self.planned.items()]

    def _told(self, name: str, planned: Restored) -> Restored:
        if not self.broken:
            return planned
        if name in self.broken:
            return replace(planned, action="failed", message=self.broken[name])
        return replace(planned, action="undone")

    def _make_folders(self, folder: StorePath) -> None:
        for depth in range(1, len(folder) + 1):
            here = folder[:depth]
            if not self.store.folder_exists(here):
                self.store.create_folder(here)
                self.undo.append(lambda here=here: self.store.delete_folder(here))  # type: ignore[misc]

    def _put(self, entry: BackupEntry, data: bytes, package: bool) -> None:
        self._make_folders(entry.path[:-1])
        before = _current(self.store, entry.path, package)
        if not package:
            self._remember(entry.path, before, self.store.write_attachment, self.store.delete_attachment)
            self.store.write_attachment(entry.path, data)
            return
        roles = _roles(self.store, entry.path) if before is not None else None
        write = lambda path, old: self.store.write(path, old, overwrite=True)  # noqa: E731
        if roles is not None:
            self.undo.append(lambda: self.store.set_roles(entry.path, *roles))
        self._remember(entry.path, before, write, self.store.delete)
        owner = Caller(entry.owner, sysadmin=True)
        target = self.store.for_caller(owner) if entry.owner and before is None else self.store
        target.write(entry.path, data, overwrite=before is not None)
        if entry.reader or entry.writer:
            for role in filter(None, (entry.reader, entry.writer)):
                self.store.add_role(entry.path, role)
            self.store.set_roles(entry.path, entry.reader, entry.writer)

    def _remember(
        self,
        path: StorePath,
        before: bytes | None,
        write: Callable[[StorePath, bytes], object],
        delete: Callable[[StorePath], object],
    ) -> None:
        """Keep on disk what is about to be replaced, and how it comes back."""
        if before is None:
            self.undo.append(lambda: delete(path))
            return
        kept = self.saved / str(len(self.undo))
        kept.write_bytes(before)
        self.undo.append(lambda: write(path, kept.read_bytes()))

    def _undo(self) -> None:
        """Backwards; what was not done any more is nothing to undo."""
        with because("the restore failed and was undone"):
            for step in reversed(self.undo):
                try:
                    step()
                except PackageNotFound:
                    continue


def _roles(store: PackageStore, path: StorePath) -> tuple[str, str] | None:
    try:
        return store.roles(path)
    except RolesUnsupported:
        return None
