"""``dtserve packages versions|show|diff|restore|prune``: the kept versions of packages."""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dtserve.cli.errors import NoVersions
from dtserve.cli.package_files import add_password, password_of
from dtserve.cli.packages_command import ONE, add_verb, moment
from dtserve.cli.store_places import add_home, place
from dtserve.service.config import ServiceHome
from dtserve.stores.base import PackageStore, StorePath
from dtserve.stores.names import format_path
from dtserve.stores.versioned import VersionedStore

__all__ = ["declare"]


def declare(verbs: Any) -> None:
    """Declare the verbs."""
    versions = add_verb(verbs, "versions", "the kept versions of a package", ONE)
    versions.add_argument("--json", action="store_true")
    versions.set_defaults(call=_versions)
    show = add_verb(verbs, "show", "the content of a kept version", ONE)
    show.add_argument("version", type=int)
    show.add_argument("-o", "--output", type=Path, help="file to write; standard output without it")
    show.set_defaults(call=_show)
    compare = add_verb(verbs, "diff", "two kept versions compared; exit code 1 when they differ", ONE)
    compare.add_argument("old", type=int)
    compare.add_argument("new", type=int)
    compare.add_argument("--text", action="store_true", help="line by line, instead of by tasks and properties")
    compare.add_argument("--json", action="store_true", help="the changes as a JSON array")
    add_password(compare)
    compare.set_defaults(call=_diff)
    restore = add_verb(verbs, "restore", "store a kept version again", ONE)
    restore.add_argument("version", type=int)
    restore.set_defaults(call=_restore)
    text = "forget old versions of all packages; without options those that the settings no longer keep"
    prune = verbs.add_parser("prune", help=text, description=text)
    prune.add_argument("--keep", type=int, help="how many of each package stay (default: versions.keep)")
    prune.add_argument("--older-than", type=float, metavar="DAYS", help="forget only versions older than that")
    add_home(prune)
    prune.set_defaults(call=_prune)


def _versioned(home: ServiceHome, text: str) -> tuple[VersionedStore, StorePath]:
    """The versioned store behind a place, and the path in it; NoVersions."""
    store, path = place(home, text)
    found: PackageStore = store
    tree = getattr(store, "root", None)
    if tree is not None and len(path) > 1:
        found, path = tree(path).store(), path[1:]
    if not isinstance(found, VersionedStore):
        raise NoVersions(path=text)
    return found, path


def _versions(home: ServiceHome, arguments: argparse.Namespace) -> int:
    store, path = _versioned(home, arguments.place)
    found = store.versions(path)
    if arguments.json:
        print(json.dumps([asdict(each) for each in found], indent=1))
        return 0
    for each in found:
        size = "deleted" if each.deleted else str(each.size)
        print(f"{each.version:>5}  {moment(each.time)}  {size:>10}  {each.who:<16} {each.why}")
    return 0


def _show(home: ServiceHome, arguments: argparse.Namespace) -> int:
    store, path = _versioned(home, arguments.place)
    data = store.read_version(path, arguments.version)
    if arguments.output:
        from dtserve.stores.durable import write_file

        write_file(arguments.output, data)
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
    return 0


def _diff(home: ServiceHome, arguments: argparse.Namespace) -> int:
    store, path = _versioned(home, arguments.place)
    if arguments.text:
        text = store.text_diff(path, arguments.old, arguments.new)
        if text:
            print(text)
        return 1 if text else 0
    from dtserve.package.diff import to_json, to_text

    changes = store.diff(path, arguments.old, arguments.new, password=password_of(arguments))
    if arguments.json:
        print(to_json(changes))
    elif changes:
        print(to_text(changes))
    return 1 if changes else 0


def _restore(home: ServiceHome, arguments: argparse.Namespace) -> int:
    store, path = _versioned(home, arguments.place)
    info = store.restore(path, arguments.version)
    print(f"{format_path(info.path)} is version {arguments.version} again.")
    return 0


def _prune(home: ServiceHome, arguments: argparse.Namespace) -> int:
    if arguments.keep is None and arguments.older_than is None:
        from dtserve.service.retention import sweep_versions

        count = sweep_versions(home.version_archive, home.settings)
    else:
        keep = home.settings.number("versions.keep") if arguments.keep is None else arguments.keep
        limit = None if arguments.older_than is None else time.time() - arguments.older_than * 86400
        count = home.version_archive.prune(keep, older_than=limit)
    print(f"{count} versions were forgotten.")
    return 0
