"""``dtserve backup …``: back up and restore a home: packages, settings, accounts, versions, configuration files."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dtserve.cli.package_files import add_password, password_of
from dtserve.cli.store_places import add_home, home_of
from dtserve.service.home_backup import PARTS, backup_home, parts_of
from dtserve.service.home_restore import restore_home
from dtserve.stores.backup import BackupManifest, read_manifest, verify_backup
from dtserve.stores.names import format_path, parse_path
from dtserve.stores.restore import EXISTING
from dtserve.stores.versions import because

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs and their options."""
    verbs = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    create = _verb(verbs, "create", "write a backup; it is sealed when a passphrase is given")
    create.add_argument("--folder", action="append", help=r"only this folder, \ROOT\FOLDER; may be repeated")
    _add_parts(create)
    add_home(create)
    listing = _verb(verbs, "list", "what is in a backup")
    listing.add_argument("--json", action="store_true", help="the manifest as JSON")
    _verb(verbs, "verify", "read all of a backup and compare every hash")
    restore = _verb(verbs, "restore", "put everything back, or nothing when anything is in the way")
    restore.add_argument("--folder", default="", help=r"of the packages only this folder, \ROOT\FOLDER")
    restore.add_argument("--existing", choices=EXISTING, default="skip", help="what is there already")
    restore.add_argument("--dry-run", action="store_true", help="tell what would happen; change nothing")
    restore.add_argument("--json", action="store_true", help="the results as a JSON array")
    _add_parts(restore)
    add_home(restore)


def _add_parts(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--part", action="append", choices=PARTS, help="only this part; may be repeated")


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
    passphrase = password_of(arguments, "passphrase")
    home = home_of(arguments)
    try:
        made = backup_home(
            home,
            arguments.file,
            parts=arguments.part or PARTS,
            folders=[parse_path(each) for each in arguments.folder or ()],
            passphrase=passphrase,
        )
    finally:
        home.close()
    print(f"{_summary(made.manifest)} in {arguments.file}.")
    for each in made.missing:
        print(f"dtserve: not found: {each}", file=sys.stderr)
    _tell_left_out(made.manifest)
    if passphrase is None and {"settings", "identities"} & set(parts_of(made.manifest)):
        print("dtserve: settings and accounts are in it, and no passphrase was given: keep it safe.", file=sys.stderr)
    return 0


def _list(arguments: argparse.Namespace) -> int:
    manifest = read_manifest(arguments.file, passphrase=password_of(arguments, "passphrase"))
    if arguments.json:
        print(json.dumps(asdict(manifest), indent=1))
        return 0
    made = datetime.fromtimestamp(manifest.created, UTC).astimezone()
    print(f"{_summary(manifest)}, made {made:%Y-%m-%d %H:%M:%S}")
    for entry in (*manifest.packages, *manifest.attachments):
        print(f"{entry.size:>10}  {format_path(entry.path)}")
    for name in manifest.files:
        print(f"{'':>10}  {name}")
    _tell_left_out(manifest)
    return 0


def _verify(arguments: argparse.Namespace) -> int:
    manifest = verify_backup(arguments.file, passphrase=password_of(arguments, "passphrase"))
    print(f"{_summary(manifest)}: every hash fits.")
    _tell_left_out(manifest)
    return 0


def _tell_left_out(manifest: BackupManifest) -> None:
    for each in manifest.left_out:
        print(f"dtserve: left out: {each}", file=sys.stderr)


def _restore(arguments: argparse.Namespace) -> int:
    home = home_of(arguments)
    home.close()
    with because(f"restored from the backup {arguments.file.name}"):
        results = restore_home(
            home.path,
            arguments.file,
            parts=arguments.part or PARTS,
            folder=parse_path(arguments.folder),
            existing=arguments.existing,
            passphrase=password_of(arguments, "passphrase"),
            dry_run=arguments.dry_run,
        )
    if arguments.json:
        print(json.dumps([asdict(each) for each in results], indent=1))
    else:
        for each in results:
            print(f"{each.action}  {format_path(each.path)}{f': {each.message}' if each.message else ''}")
        counts = Counter(each.action for each in results)
        print(", ".join(f"{count} {action}" for action, count in sorted(counts.items())) or "nothing")
    return 1 if any(each.action == "failed" for each in results) else 0


def _summary(manifest: BackupManifest) -> str:
    size = sum(entry.size for entry in manifest.packages)
    parts = ", ".join(parts_of(manifest)) or "nothing"
    return f"{len(manifest.packages)} packages with {size} bytes in {len(manifest.folders)} folders ({parts})"
