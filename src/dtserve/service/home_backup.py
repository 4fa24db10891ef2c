"""Backups of a whole home: packages, settings, accounts and roles, kept versions, and configuration files (SERVICE §1).

SSIS's own backup of msdb forgets the packages in files, MsDtsSrvr.ini.xml and the configuration files that
packages name by path; here they are found and go in. What is missing is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dtserve.service.backup_files import Configurations, SettingsFiles
from dtserve.service.backup_identities import Identities
from dtserve.service.backup_parts import Part, Versions
from dtserve.service.backup_secrets import Secrets
from dtserve.service.config import ServiceHome
from dtserve.stores.backup import BackupManifest, create_backup
from dtserve.stores.base import StorePath

__all__ = ["KEY_LEFT_OUT", "PARTS", "HomeBackup", "backup_home", "parts_of"]

PARTS = ("settings", "secrets", "identities", "versions", "configurations", "packages")
"""What a backup is made of, in the order in which it is restored."""
SEALED_ONLY = "it goes into encrypted backups only"
KEY_LEFT_OUT = (
    "the key of the service (service.key), which goes into encrypted backups only: what schedules hand to their "
    "packages can be opened in this home alone"
)


@dataclass(frozen=True)
class HomeBackup:
    """What was backed up, what could not be found, and what did not go in."""

    manifest: BackupManifest
    missing: tuple[str, ...]
    left_out: tuple[str, ...] = ()


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
    secrets = Secrets(home)
    others: list[Part] = [SettingsFiles(home), secrets, Identities(home), Versions(home)]
    left_out: list[str] = []

    def files() -> Iterator[tuple[str, bytes]]:
        if "configurations" in parts:
            yield from configurations.dump()
        for part in others:
            for name, data in part.dump() if part.name in parts else ():
                if passphrase is None and name == Identities.KEY:
                    left_out.append(KEY_LEFT_OUT)
                elif passphrase is None and part is secrets:
                    left_out.append(f"the file {name.removeprefix('secrets/')}: {SEALED_ONLY}")
                else:
                    yield name, data
        left_out.extend(secrets.outside)

    try:
        manifest = create_backup(
            path,
            tree,
            tops if "packages" in parts else [],
            passphrase=passphrase,
            files=files(),
            companions=configurations.find if "configurations" in parts else None,
            left_out=left_out,
        )
    finally:
        for part in others:
            part.close()
    return HomeBackup(manifest, (*configurations.missing, *secrets.missing), manifest.left_out)


def parts_of(manifest: BackupManifest) -> list[str]:
    """The parts that are in a backup."""
    found = {name.partition("/")[0] for name in manifest.files}
    found |= {"packages"} if manifest.packages or manifest.folders else set()
    return [name for name in PARTS if name in found]
