"""``dtserve audit``: who changed what, from where, and what was refused."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path

from dtserve.cli.export_rows import export_rows
from dtserve.cli.remote import administration
from dtserve.cli.store_places import add_home

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--user", default="", help="only of this user")
    parser.add_argument("--action", default="", help="only this action, such as packages.delete")
    parser.add_argument("--outcome", default="", choices=["", "done", "denied", "failed"])
    parser.add_argument("--target", default="", help="only targets that begin so")
    parser.add_argument("--limit", type=int, default=50, help="how many rows (default: 50)")
    parser.add_argument("--before", type=int, help="only rows before this number")
    parser.add_argument(
        "--since", type=moment, metavar="TIME", help="only from then on: 2026-05-31 or 2026-05-31T14:00"
    )
    parser.add_argument("--until", type=moment, metavar="TIME", help="only before then")
    parser.add_argument(
        "--export",
        type=Path,
        metavar="FILE",
        help="write all rows so chosen: CSV into *.csv, else JSON by line; - prints",
    )
    parser.add_argument("--json", action="store_true", help="a JSON array")
    add_home(parser)


def moment(text: str) -> float:
    """A date, or a date and a time, of this machine's clock unless it names a zone."""
    return datetime.fromisoformat(text).timestamp()


def run(arguments: argparse.Namespace) -> int:
    """Print the latest rows, newest first."""
    names = ("user", "action", "outcome", "target", "since", "until")
    chosen = {name: getattr(arguments, name) for name in names}
    with administration(arguments) as at:
        if arguments.export is not None:
            return export_rows(at.audit, arguments.export, **chosen)
        found = at.audit(limit=arguments.limit, before=arguments.before, **chosen)
    if arguments.json:
        print(json.dumps(found, indent=1))
        return 0
    for each in found:
        when = datetime.fromtimestamp(each["time"], UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        change = f"{each['before']} -> {each['after']}" if each["before"] or each["after"] else each["detail"]
        line = f"{each['number']:>6}  {when}  {each['outcome']:<6}  {each['user']} ({each['address']})"
        print(f"{line}  {each['action']}  {each['target']}  {change}".rstrip())
    return 0
