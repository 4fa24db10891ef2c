"""``dtserve alerts``: who is told when a package fails, succeeds, is lost or runs long."""

from __future__ import annotations

import argparse
import json

from dtserve.cli.remote import connected
from dtserve.cli.schedules_command import moment
from dtserve.cli.store_places import add_home

__all__ = ["add_arguments", "run"]

ON = ("succeeded", "failed", "canceled", "timed_out", "lost", "long_run")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs and their options."""
    verbs = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add = verbs.add_parser("add", help="tell of ends of packages")
    add.add_argument("name")
    add.add_argument("--on", action="append", required=True, choices=ON, help="the event; may be repeated")
    target = add.add_mutually_exclusive_group(required=True)
    target.add_argument("--mail", metavar="ADDRESS", help="mail addresses, with commas between")
    target.add_argument("--webhook", metavar="URL", help="an address that takes JSON by POST")
    add.add_argument("--package", default="", help=r"only \ROOT\FOLDER or \ROOT\FOLDER\PACKAGE")
    add.add_argument("--long", type=float, default=0.0, metavar="SECONDS", help="with long_run: when a run is long")
    listings = [verbs.add_parser(name, help=text) for name, text in (
        ("list", "all alerts"), ("messages", "what was and is to be sent"),
    )]  # fmt: skip
    for each in listings:
        each.add_argument("--json", action="store_true", help="a JSON array")
    named = [verbs.add_parser(name, help=text) for name, text in (
        ("pause", "send nothing until it is resumed"), ("resume", "send again"), ("remove", "remove it"),
    )]  # fmt: skip
    for each in named:
        each.add_argument("name")
    for each in (add, *listings, *named):
        add_home(each)


def run(arguments: argparse.Namespace) -> int:
    """Run the verb; returns the exit code."""
    with connected(arguments) as client:
        planning = client.planning
        if arguments.action in ("list", "messages"):
            found = planning.alerts() if arguments.action == "list" else planning.messages()
            if arguments.json:
                print(json.dumps(found, indent=1))
                return 0
            for each in found:
                print(_line(each) if arguments.action == "list" else _message(each))
        elif arguments.action == "add":
            channel = "mail" if arguments.mail else "webhook"
            target = arguments.mail or arguments.webhook
            values = {"package": arguments.package, "long_seconds": arguments.long}
            made = planning.add_alert(arguments.name, arguments.on, channel, target, **values)
            print(f"{made['name']}: {', '.join(made['events'])} by {made['channel']}.")
        elif arguments.action == "remove":
            planning.remove_alert(arguments.name)
            print(f"{arguments.name}: removed.")
        else:
            found_one = planning.pause_alert(arguments.name, arguments.action == "pause")
            print(f"{found_one['name']}: {'paused' if found_one['paused'] else 'resumed'}.")
    return 0


def _line(each: dict[str, object]) -> str:
    state = "paused" if each["paused"] else "active"
    events = ", ".join(map(str, each["events"] if isinstance(each["events"], list) else ()))
    return f"{each['name']}  {state}  {events}  {each['channel']}  {each['package_path'] or 'all packages'}"


def _message(each: dict[str, object]) -> str:
    created = each["created"]
    when = moment(created) if isinstance(created, float) else ""
    return f"{when}  {each['state']:<7}  {each['event']}  {each['execution']}  {each['problem']}".rstrip()
