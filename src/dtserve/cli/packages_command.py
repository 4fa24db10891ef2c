"""``dtserve packages …``: stored packages in bulk, and the kept versions of one."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dtserve.cli.errors import NoVersions
from dtserve.cli.package_files import add_password, password_of
from dtserve.cli.store_places import add_home, home_of, place
from dtserve.errors import UsageError
from dtserve.service.config import ServiceHome
from dtserve.stores.base import PackageStore, StorePath
from dtserve.stores.bulk import BulkJob, BulkResult
from dtserve.stores.bulk import run as run_bulk
from dtserve.stores.names import format_path
from dtserve.stores.transfer import Changes
from dtserve.stores.versioned import VersionedStore

__all__ = ["add_arguments", "run"]

_PLACE = r"\ROOT\FOLDER, sql:FOLDER or file:FOLDER"
_ONE = r"\ROOT\FOLDER\PACKAGE or sql:FOLDER\PACKAGE"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs and their options."""
    verbs = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = _verb(verbs, "list", "the packages below a folder", _PLACE)
    listing.add_argument("--json", action="store_true", help="a JSON array")
    for name, text in (("copy", "copy the packages below a folder"), ("move", "move them")):
        verb = _bulk(verbs, name, text)
        verb.add_argument("target", help=_PLACE)
        verb.add_argument("--existing", choices=["fail", "skip", "replace"], default="fail", help="packages there")
        verb.add_argument("--level", type=int, choices=range(6), help="give them this protection level")
        verb.add_argument("--new-ids", action="store_true", help="give them new package ids")
        add_password(verb)
        add_password(verb, "new-password", "the result")
    _bulk(verbs, "delete", "delete the packages below a folder")
    _verb(verbs, "versions", "the kept versions of a package", _ONE).add_argument("--json", action="store_true")
    show = _verb(verbs, "show", "the content of a kept version", _ONE)
    show.add_argument("version", type=int)
    show.add_argument("-o", "--output", type=Path, help="file to write; standard output without it")
    compare = _verb(verbs, "diff", "two kept versions compared line by line; exit code 1 when they differ", _ONE)
    compare.add_argument("old", type=int)
    compare.add_argument("new", type=int)
    _verb(verbs, "restore", "store a kept version again", _ONE).add_argument("version", type=int)
    prune = verbs.add_parser("prune", help="forget old versions of all packages")
    prune.add_argument("--keep", type=int, default=0, help="how many of each package stay")
    prune.add_argument("--older-than", type=float, metavar="DAYS", help="forget only versions older than that")
    add_home(prune)


def _verb(verbs: Any, name: str, text: str, form: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=text, description=text)
    parser.add_argument("place", help=form)
    add_home(parser)
    return parser


def _bulk(verbs: Any, name: str, text: str) -> argparse.ArgumentParser:
    parser = _verb(verbs, name, text, _PLACE)
    parser.add_argument("--pattern", default="*", help="only packages whose name fits, with * and ?")
    parser.add_argument("--flat", action="store_true", help="only the folder itself, not those below it")
    parser.add_argument("--dry-run", action="store_true", help="tell what would happen; change nothing")
    parser.add_argument("--report", type=Path, help="file to write each result to, one JSON object per line")
    parser.add_argument("--resume", action="store_true", help="leave out what --report tells as done")
    parser.add_argument("--json", action="store_true", help="the results as a JSON array")
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Run the verb; returns the exit code."""
    actions = {
        "list": _list, "copy": _transfer, "move": _transfer, "delete": _transfer, "versions": _versions,
        "show": _show, "diff": _diff, "restore": _restore, "prune": _prune,
    }  # fmt: skip
    home = home_of(arguments)
    try:
        return actions[arguments.action](home, arguments)
    finally:
        home.close()


def _list(home: ServiceHome, arguments: argparse.Namespace) -> int:
    store, folder = place(home, arguments.place)
    found = [info for _, _, packages in store.walk(folder) for info in packages]
    if arguments.json:
        print(json.dumps([{**asdict(info), "path": format_path(info.path)} for info in found], indent=1))
        return 0
    for info in found:
        print(f"{_moment(info.modified)}  {info.size:>10}  {format_path(info.path)}")
    return 0


def _transfer(home: ServiceHome, arguments: argparse.Namespace) -> int:
    store, folder = place(home, arguments.place)
    if arguments.resume and not arguments.report:
        raise UsageError(detail="--resume needs --report.")
    options: dict[str, Any] = {}
    if arguments.action != "delete":
        target, target_folder = place(home, arguments.target)
        changes = Changes(arguments.level, password_of(arguments, "new-password"), arguments.new_ids)
        password = password_of(arguments)
        options = {
            "target": target, "target_folder": target_folder, "existing": arguments.existing,
            "password": password, "changes": changes,
        }  # fmt: skip
    job = BulkJob(arguments.action, store, folder, pattern=arguments.pattern, recursive=not arguments.flat, **options)
    shown = None if arguments.json else _print_result
    results = run_bulk(job, dry_run=arguments.dry_run, report=arguments.report, resume=arguments.resume, progress=shown)
    if arguments.json:
        print(json.dumps([asdict(result) for result in results], indent=1))
    else:
        counts = Counter(result.outcome for result in results)
        print(", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items())) or "no packages")
    return 1 if any(result.outcome == "failed" for result in results) else 0


def _print_result(number: int, total: int, result: BulkResult) -> None:
    arrow = f" -> {result.target}" if result.target else ""
    why = f": {result.code} {result.message}" if result.outcome == "failed" else ""
    print(f"{number}/{total}  {result.outcome}  {result.source}{arrow}{why}", flush=True)


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
        print(f"{each.version:>5}  {_moment(each.time)}  {size:>10}  {each.who:<16} {each.why}")
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
    for version in (arguments.old, arguments.new):
        store.read_version(path, version)
    text = store.archive.diff(store.key, path, arguments.old, arguments.new)
    if text:
        print(text)
    return 1 if text else 0


def _restore(home: ServiceHome, arguments: argparse.Namespace) -> int:
    store, path = _versioned(home, arguments.place)
    info = store.restore(path, arguments.version)
    print(f"{format_path(info.path)} is version {arguments.version} again.")
    return 0


def _prune(home: ServiceHome, arguments: argparse.Namespace) -> int:
    keep: int = arguments.keep or home.settings.number("versions.keep")
    limit = None if arguments.older_than is None else time.time() - arguments.older_than * 86400
    print(f"{home.version_archive.prune(keep, older_than=limit)} versions were forgotten.")
    return 0


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
