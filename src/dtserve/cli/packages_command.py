"""``dtserve packages …``: stored packages, one or many; declares the verbs, does the work on many.

Single packages and folders are in ``package_verbs``, kept versions in ``version_verbs``, scripts in
``migration_script``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dtserve.cli.migration_script import SHELLS, Migration, lines, query
from dtserve.cli.package_files import add_password, password_of
from dtserve.cli.remote import store_home
from dtserve.cli.store_places import add_home, kind_of, one_or_many, place
from dtserve.errors import DtserveError, UsageError
from dtserve.service.config import ServiceHome
from dtserve.stores.base import PackageInfo, StorePath
from dtserve.stores.bulk import EXISTING, BulkJob, BulkResult
from dtserve.stores.bulk import run as run_bulk
from dtserve.stores.names import format_path
from dtserve.stores.transfer import Changes

__all__ = ["add_arguments", "ask_about", "run"]

PLACE = r"\ROOT\FOLDER, sql:FOLDER or file:FOLDER"
ONE = r"\ROOT\FOLDER\PACKAGE or sql:FOLDER\PACKAGE"
MANY = f"{PLACE}, or one package there"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs and their options."""
    from dtserve.cli import package_verbs, version_verbs

    verbs = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = add_verb(verbs, "list", "the packages below a folder, and configuration files beside them", PLACE)
    listing.add_argument("--json", action="store_true", help="a JSON array")
    listing.set_defaults(call=_list)
    package_verbs.declare(verbs)
    for name, text in (("copy", "copy packages"), ("move", "move packages"), ("protect", "protect them in place")):
        verb = _bulk(verbs, name, text)
        if name != "protect":
            verb.add_argument("target", help=PLACE)
            verb.add_argument("--existing", choices=EXISTING, default="fail", help="packages there")
            verb.add_argument("--new-ids", action="store_true", help="give them new package ids")
        verb.add_argument(
            "--level", type=int, choices=range(6), required=name == "protect", help="give them this protection level"
        )
        verb.add_argument("--workers", type=int, default=0, help="processes that encrypt (default: one per processor)")
        add_password(verb)
        add_password(verb, "new-password", "the result")
    _bulk(verbs, "delete", "delete packages")
    version_verbs.declare(verbs)
    _add_script(verbs)


def add_verb(verbs: Any, name: str, text: str, form: str) -> argparse.ArgumentParser:
    """A verb that takes a place."""
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=text, description=text)
    parser.add_argument("place", help=form)
    add_home(parser)
    return parser


def _bulk(verbs: Any, name: str, text: str) -> argparse.ArgumentParser:
    parser = add_verb(verbs, name, text, MANY)
    parser.set_defaults(call=_transfer)
    parser.add_argument("--pattern", default="*", help="only packages whose name fits, with * and ?")
    parser.add_argument("--flat", action="store_true", help="only the folder itself, not those below it")
    parser.add_argument("--dry-run", action="store_true", help="tell what would happen; change nothing")
    parser.add_argument("--report", type=Path, help="file to write each result to: CSV by its name, else JSON lines")
    parser.add_argument("--resume", action="store_true", help="leave out what --report tells as done")
    parser.add_argument("--json", action="store_true", help="the results as a JSON array")
    return parser


def _add_script(verbs: Any) -> None:
    text = "write the script of dtutil lines that moves packages, or the query that writes it"
    parser = add_verb(verbs, "script", text, f"{PLACE}; with --query the folder's name does not count")
    parser.add_argument("target", help=r"SQL, SQL;FOLDER, DTS;ROOT\FOLDER or FILE;FOLDER, as dtutil names it")
    parser.add_argument("--level", type=int, choices=range(6), help="/ENCRYPT with this protection level; else /COPY")
    parser.add_argument("--dest-server", default="", help="server of an SQL target")
    parser.add_argument("--dest-user", default="", help="login there")
    parser.add_argument("--shell", choices=SHELLS, default="cmd", help="for cmd.exe or a Unix shell (default: cmd)")
    parser.add_argument("--query", action="store_true", help="the T-SQL that writes the lines, for a real msdb")
    parser.set_defaults(call=_script)


class Missing:
    """Folders that could not be listed: each is told as it is met, the exit code is 1 then."""

    exit_code = 0

    def __call__(self, folder: StorePath, error: DtserveError) -> None:
        """Tell one."""
        print(f"{format_path(folder)}: {error.describe()}", file=sys.stderr)
        self.exit_code = 1


def run(arguments: argparse.Namespace) -> int:
    """Run the verb; returns the exit code."""
    home = store_home(arguments)
    try:
        call: Callable[[ServiceHome, argparse.Namespace], int] = arguments.call
        return call(home, arguments)
    finally:
        home.close()


def _list(home: ServiceHome, arguments: argparse.Namespace) -> int:
    store, folder = place(home, arguments.place)
    found: list[PackageInfo] = []
    beside: list[StorePath] = []
    missing = Missing()
    for here, _, packages in store.walk(folder, missing):
        found += packages
        beside += [(*here, each.name) for each in store.attachments(here)]
    if arguments.json:
        shown = [{**asdict(info), "path": format_path(info.path)} for info in found]
        print(json.dumps([*shown, *({"attachment": format_path(path)} for path in beside)], indent=1))
        return missing.exit_code
    for info in found:
        print(f"{moment(info.modified)}  {info.size:>10}  {format_path(info.path)}")
    for path in beside:
        print(f"{'configuration file':>31}  {format_path(path)}")
    return missing.exit_code


def _transfer(home: ServiceHome, arguments: argparse.Namespace) -> int:
    store, folder, only = one_or_many(home, arguments.place)
    if arguments.resume and not arguments.report:
        raise UsageError(detail="--resume needs --report.")
    options: dict[str, Any] = {}
    if arguments.action != "delete":
        new_ids = getattr(arguments, "new_ids", False)
        changes = Changes(arguments.level, password_of(arguments, "new-password"), new_ids)
        options = {"password": password_of(arguments), "changes": changes, "workers": arguments.workers}
    if arguments.action in ("copy", "move"):
        target, target_folder = place(home, arguments.target)
        options |= {"target": target, "target_folder": target_folder, "existing": arguments.existing, "ask": ask_about}
    flat = arguments.flat or bool(only)
    job = BulkJob(arguments.action, store, folder, pattern=arguments.pattern, only=only, recursive=not flat, **options)
    with _progress(arguments) as shown:
        results = run_bulk(
            job, dry_run=arguments.dry_run, report=arguments.report, resume=arguments.resume, progress=shown
        )
    if arguments.json:
        print(json.dumps([asdict(result) for result in results], indent=1))
    else:
        counts = Counter(result.outcome for result in results)
        print(", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items())) or "no packages")
    return 1 if any(result.outcome == "failed" for result in results) else 0


@contextmanager
def _progress(arguments: argparse.Namespace) -> Iterator[Callable[[int, int, BulkResult], None] | None]:
    """A bar on a terminal, else a line per package; with a bar only what went wrong is a line."""
    if arguments.json:
        yield None
        return
    if not sys.stderr.isatty() or arguments.dry_run or getattr(arguments, "existing", "") == "ask":
        yield _print_result
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(arguments.action, total=None)

        def shown(number: int, total: int, result: BulkResult) -> None:
            if result.outcome in ("failed", "skipped"):
                _print_result(number, total, result)
            bar.update(task, completed=number, total=total)

        yield shown


def _print_result(number: int, total: int, result: BulkResult) -> None:
    arrow = f" -> {result.target}" if result.target else ""
    why = f": {result.code} {result.message}" if result.outcome == "failed" else ""
    print(f"{number}/{total}  {result.outcome}  {result.source}{arrow}{why}", flush=True)


def ask_about(target: str) -> str:
    """What shall become of a package that is there: ``replace``, ``skip`` or ``both``; the end of input skips."""
    answers = {"r": "replace", "s": "skip", "b": "both"}
    while True:
        print(f'"{target}" exists already. (R)eplace, (S)kip or keep (B)oth? ', end="", file=sys.stderr, flush=True)
        answer = sys.stdin.readline()
        if not answer:
            return "skip"
        if answer.strip()[:1].lower() in answers:
            return answers[answer.strip()[:1].lower()]


def _script(home: ServiceHome, arguments: argparse.Namespace) -> int:
    kind, _, root = arguments.target.partition(";")
    if kind.upper() not in ("SQL", "DTS", "FILE") or (kind.upper() != "SQL" and not root):
        raise UsageError(detail=f"the target is {PLACE}: write SQL, SQL;FOLDER, DTS;ROOT or FILE;FOLDER.")
    if kind.upper() == "DTS" and arguments.level is not None:
        raise UsageError(detail="dtutil /ENCRYPT does not know DTS; leave --level out.")
    separator = "/" if kind.upper() == "FILE" and arguments.shell == "sh" and not arguments.query else "\\"
    root = root.rstrip("\\/") + separator if root.strip("\\/") else ""
    source, source_root = kind_of(arguments.place)
    migration = Migration(
        source, kind.upper(), source_root, root, arguments.level, arguments.dest_server, arguments.dest_user,
        arguments.shell,
    )  # fmt: skip
    if arguments.query:
        print(query(migration))
        return 0
    store, folder = place(home, arguments.place)
    missing = Missing()
    content = ((here[len(folder) :], folders, packages) for here, folders, packages in store.walk(folder, missing))
    for line in lines(migration, content):
        print(line)
    return missing.exit_code


def moment(seconds: float) -> str:
    """A time as people here read it."""
    return datetime.fromtimestamp(seconds, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
