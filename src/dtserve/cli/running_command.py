"""``dtserve running``: the node Running Packages of a service, and what has run before."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime

from dtserve.cli.remote import connected
from dtserve.cli.store_places import add_home
from dtserve.client.model import Execution

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--all", action="store_true", help="ended ones, too")
    parser.add_argument("--limit", type=int, default=50, help="how many at most (default: 50)")
    parser.add_argument("--json", action="store_true", help="a JSON array")
    add_home(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the executions, newest first."""
    with connected(arguments) as client:
        found = list(client.executions(running=None if arguments.all else True, limit=arguments.limit))
    if arguments.json:
        shown = [name for name in Execution.__slots__ if name != "paths"]
        print(json.dumps([{name: getattr(each, name) for name in shown} for each in found], indent=1))
        return 0
    for each in found:
        when = datetime.fromtimestamp(each.started or each.created, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        print(f"{each.id}  {when}  {each.state:<10}  {each.user}  {each.package_path}")
    return 0
