"""``dtserve schedules``: stored packages that the service starts by the clock."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from typing import Any

from dtserve.cli.remote import connected
from dtserve.cli.store_places import add_home

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs and their options."""
    verbs = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add = verbs.add_parser("add", help="start a stored package by the clock")
    add.add_argument("name")
    add.add_argument("package", help=r"\ROOT\FOLDER\PACKAGE")
    when = add.add_mutually_exclusive_group(required=True)
    when.add_argument("--cron", default="", help='five fields: "30 2 * * 1-5" is 02:30 from Monday to Friday')
    when.add_argument("--every", type=float, default=0.0, metavar="SECONDS", help="a fixed interval")
    add.add_argument("--time-zone", default="UTC", help="the clock that --cron follows (default: UTC)")
    add.add_argument("--missed", choices=("skip", "once"), default="skip", help="runs the service slept through")
    add.add_argument("--set", action="append", default=[], metavar="PATH;VALUE", help="as dtexec /SET")
    add.add_argument("--parameter", action="append", default=[], metavar="NAME;VALUE", help="as dtexec /PAR")
    add.add_argument("--timeout", type=float, default=0.0, metavar="SECONDS", help="stop a run that takes longer")
    add.add_argument("--retries", type=int, default=0, help="how often a failed run is tried again")
    add.add_argument("--key", default="", help="runs of one key never run at the same time")
    listing = verbs.add_parser("list", help="all schedules with their next runs")
    listing.add_argument("--json", action="store_true", help="a JSON array")
    named = [verbs.add_parser(name, help=text) for name, text in (
        ("pause", "start nothing until it is resumed"), ("resume", "go on with the next regular time"),
        ("remove", "remove it; its runs stay in the history"),
    )]  # fmt: skip
    for each in named:
        each.add_argument("name")
    for each in (add, listing, *named):
        add_home(each)


def run(arguments: argparse.Namespace) -> int:
    """Run the verb; returns the exit code."""
    with connected(arguments) as client:
        planning = client.planning
        if arguments.action == "list":
            _show(planning.schedules(), as_json=arguments.json)
        elif arguments.action == "add":
            made = planning.add_schedule(
                arguments.name, arguments.package, cron=arguments.cron, every_seconds=arguments.every,
                time_zone=arguments.time_zone, missed=arguments.missed, start=_start(arguments),
            )  # fmt: skip
            print(f"{made['name']}: next at {moment(made['next_run'])}.")
        elif arguments.action == "remove":
            planning.remove_schedule(arguments.name)
            print(f"{arguments.name}: removed.")
        else:
            found = planning.pause_schedule(arguments.name, arguments.action == "pause")
            print(f"{found['name']}: {'paused' if found['paused'] else 'next at ' + moment(found['next_run'])}.")
    return 0


def _start(arguments: argparse.Namespace) -> dict[str, Any]:
    return {
        "set": dict(_pair(each) for each in arguments.set),
        "parameters": dict(_pair(each) for each in arguments.parameter),
        "timeout_seconds": arguments.timeout,
        "retries": arguments.retries,
        "key": arguments.key,
    }


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition(";")
    return name, value


def _show(found: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(found, indent=1))
        return
    for each in found:
        when = f"{each['cron']} {each['time_zone']}" if each["cron"] else f"every {each['every_seconds']:g} s"
        state = "paused             " if each["paused"] else moment(each["next_run"])
        print(f"{each['name']}  {state}  {when}  {each['package_path']}  {each['last_problem']}".rstrip())


def moment(seconds: float | None) -> str:
    """A time on this machine's clock; empty for none."""
    if seconds is None:
        return ""
    return datetime.fromtimestamp(seconds, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
