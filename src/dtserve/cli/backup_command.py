"""``dtserve backup …``: back up and restore the stores."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dtserve.cli.package_files import add_password, password_of
from dtserve.cli.store_places import add_home, home_of
from dtserve.service.config import ServiceHome
from dtserve.stores.backup import BackupManifest, create_backup, read_manifest, restore_backup, verify_backup
from dtserve.stores.base import StorePath
from dtserve.stores.names import format_path, parse_path
from dtserve.stores.versions import because

__all__ = ["add_arguments", "run"]

_CONFIGURATION = ("dtserve.toml", "Binn/MsDtsSrvr.ini.xml")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs and their options."""
    verbs = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    create = _verb(verbs, "create", "write a backup; it is sealed when a passphrase is given")
    create.add_argument("--folder", action="append", help=r"only this folder, \ROOT\FOLDER; may be repeated")
    create.add_argument("--with-settings", action="store_true", help="put dtserve.toml and MsDtsSrvr.ini.xml in")
    add_home(create)
    listing = _verb(verbs, "list", "what is in a backup")
    listing.add_argument("--json", action="store_true", help="the manifest as JSON")
    _verb(verbs, "verify", "read all of a backup and compare every hash")
    restore = _verb(verbs, "restore", "put packages back")
    restore.add_argument("--folder", default="", help=r"only this folder, \ROOT\FOLDER")
    restore.add_argument("--existing", choices=["skip", "replace", "fail"], default="skip", help="packages there")
    restore.add_argument("--dry-run", action="store_true", help="tell what would happen; change nothing")
    restore.add_argument("--json", action="store_true", help="the results as a JSON array")
    add_home(restore)


def _verb(verbs: Any, name: str, text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=text, description=text)
    parser.add_argument("file", type=Path)
    add_password(parser, "passphrase", "the backup")
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Run the verb; returns the exit code."""
    actions = {"create": _create, "list": _list, "verify": _verify, "restore": _restore}
    return actions[arguments.action](arguments)


def _create(arguments: argparse.Namespace) -> int:
    home = home_of(arguments)
    try:
        tree = home.tree()
        folders: list[StorePath] = [parse_path(each) for each in arguments.folder or ()]
        folders = folders or [(root.name,) for root in tree.roots]
        files = _settings(home) if arguments.with_settings else {}
        manifest = create_backup(
            arguments.file, tree, folders, passphrase=password_of(arguments, "passphrase"), files=files
        )
    finally:
        home.close()
    print(f"{_summary(manifest)} in {arguments.file}.")
    return 0


def _settings(home: ServiceHome) -> dict[str, bytes]:
    """The files of the configuration that are there."""
    return {name: (home.path / name).read_bytes() for name in _CONFIGURATION if (home.path / name).is_file()}


def _list(arguments: argparse.Namespace) -> int:
    manifest = read_manifest(arguments.file, passphrase=password_of(arguments, "passphrase"))
    if arguments.json:
        print(json.dumps(asdict(manifest), indent=1))
        return 0
    made = datetime.fromtimestamp(manifest.created, UTC).astimezone()
    print(f"{_summary(manifest)}, made {made:%Y-%m-%d %H:%M:%S}")
    for entry in manifest.packages:
        print(f"{entry.size:>10}  {format_path(entry.path)}")
    for name in manifest.files:
        print(f"{'':>10}  {name}")
    return 0


def _verify(arguments: argparse.Namespace) -> int:
    manifest = verify_backup(arguments.file, passphrase=password_of(arguments, "passphrase"))
    print(f"{_summary(manifest)}: every hash fits.")
    return 0


def _restore(arguments: argparse.Namespace) -> int:
    home = home_of(arguments)
    try:
        with because(f"restored from the backup {arguments.file.name}"):
            results = restore_backup(
                arguments.file,
                home.tree(),
                passphrase=password_of(arguments, "passphrase"),
                folder=parse_path(arguments.folder),
                existing=arguments.existing,
                dry_run=arguments.dry_run,
            )
    finally:
        home.close()
    if arguments.json:
        print(json.dumps([asdict(each) for each in results], indent=1))
    else:
        for each in results:
            print(f"{each.action}  {format_path(each.path)}{f': {each.message}' if each.message else ''}")
        counts = Counter(each.action for each in results)
        print(", ".join(f"{count} {action}" for action, count in sorted(counts.items())) or "no packages")
    return 1 if any(each.action == "failed" for each in results) else 0


def _summary(manifest: BackupManifest) -> str:
    size = sum(entry.size for entry in manifest.packages)
    return f"{len(manifest.packages)} packages with {size} bytes in {len(manifest.folders)} folders"
