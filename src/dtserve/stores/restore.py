"""Restoring backups: everything that was asked for, or nothing.

The backup is verified, then it is looked up what would become of each package; only when none is in the way
something is written, and what stands there is written down before that (:mod:`dtserve.stores.restore_journal`). When a
write fails after all, what was written before is undone; when the process ends, whoever has the journal undoes it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from dtserve.errors import DtserveError, PackageNotFound, StoreError
from dtserve.stores.backup import BackupEntry, BackupManifest, is_below, verify_backup
from dtserve.stores.backup_file import read_backup
from dtserve.stores.base import Caller, PackageStore, StorePath
from dtserve.stores.errors import FolderNotEmpty, FolderNotFound, RolesUnsupported
from dtserve.stores.restore_journal import RestoreJournal, Step
from dtserve.stores.versions import because

__all__ = ["EXISTING", "STEPS", "Restored", "restore_backup", "revert"]

STEPS = ("folder", "attachment", "package")
"""The kinds of steps that a restore into a store is made of."""
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
    manifest: BackupManifest | None = None,
    journal: RestoreJournal | None = None,
) -> list[Restored]:
    """Put packages back, those of ``folder`` or all, with folders, owners, roles and the files beside them.

    ``existing`` packages are kept (``skip``), replaced (``replace``) or a failure (``fail``). ``manifest`` is that of a
    backup verified already; ``journal`` is where the steps are written down, one of this process without it.
    """
    if manifest is None:
        manifest = verify_backup(path, passphrase=passphrase)
    wanted = {each.entry: each for each in (*manifest.packages, *manifest.attachments) if is_below(each.path, folder)}
    folders = sorted((each for each in manifest.folders if is_below(each, folder)), key=len)
    own = RestoreJournal() if journal is None else journal
    try:
        restoring = _Restoring(store, own, wanted, {each.entry for each in manifest.packages})
        planned = restoring.plan(folders, existing)
        if any(each.action == "failed" for each in planned.values()):
            return [each if each.action == "failed" else replace(each, action="undone") for each in planned.values()]
        if dry_run:
            return list(planned.values())
        return restoring.run(path, passphrase)
    finally:
        if journal is None:
            own.close()


def _planned(entry: BackupEntry, there: bytes | None, existing: str) -> Restored:
    """What would become of one of them."""
    if there is None:
        return Restored(entry.path, "created")
    if _digest(there) == entry.sha256:
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


def _digest(data: bytes | None) -> str:
    return "" if data is None else hashlib.sha256(data).hexdigest()


class _Restoring:
    """One restore: what shall be done, what was done, and how it is undone."""

    def __init__(
        self, store: PackageStore, journal: RestoreJournal, wanted: Mapping[str, BackupEntry], packages: set[str]
    ) -> None:
        self.store = store
        self.journal = journal
        self.wanted = wanted
        self.packages = packages
        self.folders: list[StorePath] = []
        self.planned: dict[str, Restored] = {}
        self.broken: dict[str, str] = {}

    def plan(self, folders: list[StorePath], existing: str) -> Mapping[str, Restored]:
        """What would become of each, with its step in the journal."""
        with self.journal.together():
            self._plan_folders([*folders, *(each.path[:-1] for each in self.wanted.values())])
            for name, entry in self.wanted.items():
                self.planned[name] = self._plan(name, entry, existing)
        return self.planned

    def _plan_folders(self, wanted: list[StorePath]) -> None:
        """The folders that are missing, with those they are in."""
        every = {folder[:depth] for folder in wanted for depth in range(1, len(folder) + 1)}
        for folder in sorted(every, key=lambda each: (len(each), each)):
            with suppress(DtserveError):  # what is wrong is told when the folder is made
                if not self.store.folder_exists(folder):
                    self.journal.record(Step("folder", {"path": folder}))
                    self.folders.append(folder)

    def _plan(self, name: str, entry: BackupEntry, existing: str) -> Restored:
        package = name in self.packages
        try:
            there = _current(self.store, entry.path, package)
            planned = _planned(entry, there, existing)
            if planned.action in ("created", "replaced"):
                facts: dict[str, object] = {"path": entry.path, "sha256": entry.sha256}
                if package and there is not None:
                    facts["roles"] = _roles(self.store, entry.path)
                self.journal.record(Step("package" if package else "attachment", facts, there))
        except DtserveError as error:
            return Restored(entry.path, "failed", error.message)
        return planned

    def run(self, path: Path, passphrase: str | None) -> list[Restored]:
        """Do what was planned."""

        def put(name: str, data: bytes) -> None:
            if name not in self.wanted or self.broken or self.planned[name].action not in ("created", "replaced"):
                return
            try:
                self._put(self.wanted[name], data, self.planned[name].action == "replaced", name in self.packages)
            except (StoreError, PackageNotFound) as error:
                self.broken[name] = error.message

        try:
            for folder in self.folders:
                if not self.store.folder_exists(folder):
                    self.store.create_folder(folder)
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

    def _put(self, entry: BackupEntry, data: bytes, replacing: bool, package: bool) -> None:
        if not package:
            self.store.write_attachment(entry.path, data)
            return
        owner = Caller(entry.owner, sysadmin=True)
        target = self.store.for_caller(owner) if entry.owner and not replacing else self.store
        target.write(entry.path, data, overwrite=replacing)
        if entry.reader or entry.writer:
            for role in filter(None, (entry.reader, entry.writer)):
                self.store.add_role(entry.path, role)
            self.store.set_roles(entry.path, entry.reader, entry.writer)

    def _undo(self) -> None:
        with because("the restore failed and was undone"):
            for step in self.journal.backwards():
                if step.kind in STEPS:
                    revert(self.store, step)


def revert(store: PackageStore, step: Step) -> None:
    """Undo one step, where it was done and nothing else has come in its place since."""
    path = tuple(step.facts["path"])
    if step.kind == "folder":
        _revert_folder(store, path)
    elif step.kind == "attachment":
        if _was_put(step, _current(store, path, False)):
            if step.before is None:
                store.delete_attachment(path)
            else:
                store.write_attachment(path, step.before)
    else:
        _revert_package(store, path, step)


def _was_put(step: Step, there: bytes | None) -> bool:
    return there is not None and _digest(there) == step.facts["sha256"]


def _revert_folder(store: PackageStore, folder: StorePath) -> None:
    if store.folder_exists(folder):
        with suppress(FolderNotEmpty):  # somebody else put something into it
            store.delete_folder(folder)


def _revert_package(store: PackageStore, path: StorePath, step: Step) -> None:
    there = _current(store, path, True)
    if step.before is None:
        if _was_put(step, there):
            store.delete(path)
        return
    if _was_put(step, there):
        store.write(path, step.before, overwrite=True)
    elif there != step.before:
        return
    roles = step.facts.get("roles")
    if roles is not None and tuple(roles) != _roles(store, path):
        store.set_roles(path, *roles)


def _roles(store: PackageStore, path: StorePath) -> tuple[str, str] | None:
    try:
        return store.roles(path)
    except RolesUnsupported:
        return None
