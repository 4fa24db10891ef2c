"""``dtserve events``: the service's event log, what Log File Viewer shows (SERVICE §3)."""

from __future__ import annotations

import argparse
import json

from dtserve.cli.remote import connected
from dtserve.cli.schedules_command import moment
from dtserve.cli.store_places import add_home

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--limit", type=int, default=50, help="how many entries (default: 50)")
    parser.add_argument("--json", action="store_true", help="a JSON array")
    add_home(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the latest entries, newest first."""
    with connected(arguments) as client:
        found = client.event_log(limit=arguments.limit)
    if arguments.json:
        print(json.dumps([dict(each) for each in found], indent=1))
        return 0
    for each in found:
        text = " ".join(str(each["message"]).split())
        print(f"{moment(each['time'])}  {each['severity']:<7}  {each['event_id']}  {text}")
    return 0
