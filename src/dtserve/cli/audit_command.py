"""``dtserve audit``: who changed what, from where, and what was refused."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime

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
    parser.add_argument("--json", action="store_true", help="a JSON array")
    add_home(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the latest rows, newest first."""
    names = ("user", "action", "outcome", "target", "limit", "before")
    with administration(arguments) as at:
        found = at.audit(**{name: getattr(arguments, name) for name in names})
    if arguments.json:
        print(json.dumps(found, indent=1))
        return 0
    for each in found:
        when = datetime.fromtimestamp(each["time"], UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        change = f"{each['before']} -> {each['after']}" if each["before"] or each["after"] else each["detail"]
        line = f"{each['number']:>6}  {when}  {each['outcome']:<6}  {each['user']} ({each['address']})"
        print(f"{line}  {each['action']}  {each['target']}  {change}".rstrip())
    return 0
