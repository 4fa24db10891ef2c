"""``dtserve events``: the service's event log, what Log File Viewer shows (SERVICE §3)."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from dtserve.cli.export_rows import export_rows
from dtserve.cli.remote import connected
from dtserve.cli.schedules_command import moment
from dtserve.cli.store_places import add_home

__all__ = ["COLUMNS", "add_arguments", "run"]

COLUMNS = ("number", "time", "event_id", "symbol", "severity", "category", "message")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--limit", type=int, default=50, help="how many entries (default: 50)")
    parser.add_argument(
        "--export", type=Path, metavar="FILE", help="write all entries: CSV into *.csv, else JSON by line; - prints"
    )
    parser.add_argument("--json", action="store_true", help="a JSON array")
    add_home(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the latest entries, newest first."""
    with connected(arguments) as client:
        if arguments.export is not None:
            return export_rows(client.event_log, arguments.export, columns=COLUMNS)
        found = client.event_log(limit=arguments.limit)
    if arguments.json:
        print(json.dumps([dict(each) for each in found], indent=1))
        return 0
    for each in found:
        text = " ".join(str(each["message"]).split())
        print(f"{moment(each['time'])}  {each['severity']:<7}  {each['event_id']}  {text}")
    return 0
