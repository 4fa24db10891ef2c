"""Backups of a whole home: packages, settings, accounts and roles, kept versions, and configuration files (SERVICE §1).

SSIS's own backup of msdb forgets the packages in files, MsDtsSrvr.ini.xml and the configuration files that
packages name by path; here they are found and go in. What is missing is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from dtserve.errors import DtserveError
from dtserve.service.backup_files import Configurations, SettingsFiles
from dtserve.service.backup_parts import Identities, Part, Versions
from dtserve.service.config import ServiceHome, load_home
from dtserve.stores.backup import BackupManifest, create_backup, each_file, verify_backup
from dtserve.stores.base import StorePath
from dtserve.stores.restore import Restored, restore_backup

__all__ = ["PARTS", "HomeBackup", "backup_home", "parts_of", "restore_home"]

PARTS = ("settings", "identities", "versions", "configurations", "packages")
"""What a backup is made of, in the order in which it is restored."""


@dataclass(frozen=True)
class HomeBackup:
    """What was backed up, and what could not be found."""

    manifest: BackupManifest
    missing: tuple[str, ...]


def backup_home(
    home: ServiceHome,
    path: Path,
    *,
    parts: Sequence[str] = PARTS,
    folders: Sequence[StorePath] = (),
    passphrase: str | None = None,
) -> HomeBackup:
    """Write a backup of these parts of a home; ``folders`` (all without any) say which packages."""
    tree = home.tree()
    tops = list(folders) or [(root.name,) for root in tree.roots]
    configurations = Configurations(home)
    others: list[Part] = [SettingsFiles(home), Identities(home), Versions(home)]

    def files() -> Iterator[tuple[str, bytes]]:
        if "configurations" in parts:
            yield from configurations.dump()
        for part in others:
            if part.name in parts:
                yield from part.dump()

    manifest = create_backup(
        path,
        tree,
        tops if "packages" in parts else [],
        passphrase=passphrase,
        files=files(),
        companions=configurations.find if "configurations" in parts else None,
    )
    return HomeBackup(manifest, tuple(configurations.missing))


def parts_of(manifest: BackupManifest) -> list[str]:
    """The parts that are in a backup."""
    found = {name.partition("/")[0] for name in manifest.files}
    found |= {"packages"} if manifest.packages or manifest.folders else set()
    return [name for name in PARTS if name in found]


def restore_home(
    home: Path,
    path: Path,
    *,
    parts: Sequence[str] = PARTS,
    folder: StorePath = (),
    existing: str = "skip",
    passphrase: str | None = None,
    dry_run: bool = False,
) -> list[Restored]:
    """Put these parts of a backup into a home, all of it or, when anything fails, nothing.

    ``folder`` says which packages; ``existing`` is one of :data:`dtserve.stores.restore.EXISTING` and counts for
    settings, accounts and configuration files, too. Histories that the home has stay as they are.
    """
    verify_backup(path, passphrase=passphrase)
    done: list[Restored] = []
    with ExitStack() as undo:
        for kind in (SettingsFiles, Identities, Versions, Configurations):
            if kind.name in parts:
                done += _part(kind, home, path, passphrase, existing, dry_run, undo)
        if not _failed(done) and "packages" in parts:
            done += _packages(home, path, passphrase, folder, existing, dry_run)
        if not _failed(done):
            undo.pop_all()
            return done
    return [each if each.action == "failed" else Restored(each.path, "undone") for each in done]


def _packages(
    home: Path, path: Path, passphrase: str | None, folder: StorePath, existing: str, dry_run: bool
) -> list[Restored]:
    """The packages, into the home as it is by now; undone by itself when it fails."""
    now = load_home(home)
    try:
        return restore_backup(
            path, now.tree(), passphrase=passphrase, folder=folder, existing=existing, dry_run=dry_run
        )
    except DtserveError as error:
        return [Restored(("packages",), "failed", error.message)]
    finally:
        now.close()


def _part(
    kind: type[Part],
    home: Path,
    path: Path,
    passphrase: str | None,
    existing: str,
    dry_run: bool,
    undo: ExitStack,
) -> list[Restored]:
    """One part; what it did is undone with the stack. Each sees the home as the parts before left it."""
    now = load_home(home)
    try:
        part = kind(now)
        if not dry_run:
            undo.callback(part.undo)
        told: list[Restored] = []
        take = part.look if dry_run else part.load
        each_file(
            path,
            lambda name, data: told.extend(take(name, data, existing)),
            passphrase=passphrase,
            prefix=f"{part.name}/",
        )
        return told
    except DtserveError as error:
        return [Restored((kind.name,), "failed", error.message)]
    finally:
        now.close()


def _failed(done: Sequence[Restored]) -> bool:
    return any(each.action == "failed" for each in done)
