"""``dtserve tokens``: API tokens of the service."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime

from dtserve.cli.remote import administration
from dtserve.cli.store_places import add_home

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs and their options."""
    verbs = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    create = verbs.add_parser("create", help="make a token; its secret is printed this once")
    create.add_argument("principal", nargs="?", default="", help="whose it is (default: yourself)")
    create.add_argument("--label", default="", help="what it is for")
    create.add_argument("--days", type=float, help="days until it ends (default: never)")
    create.add_argument(
        "--action", action="append", dest="actions", default=[], help="only this action; may be repeated"
    )
    create.add_argument("--folder", action="append", dest="folders", default=[], help=r"only below \ROOT\FOLDER")
    listing = verbs.add_parser("list", help="all tokens, without their secrets")
    listing.add_argument("--json", action="store_true", help="a JSON array")
    revoke = verbs.add_parser("revoke", help="end a token at once")
    revoke.add_argument("id")
    for each in (create, listing, revoke):
        add_home(each)


def run(arguments: argparse.Namespace) -> int:
    """Run the verb; returns the exit code."""
    with administration(arguments) as at:
        if arguments.action == "create":
            made = at.create_token(
                arguments.principal, label=arguments.label, actions=arguments.actions, folders=arguments.folders,
                days=arguments.days,
            )  # fmt: skip
            print(made["token"])
            return 0
        if arguments.action == "revoke":
            at.revoke_token(arguments.id)
            print(f"{arguments.id}: revoked.")
            return 0
        found = at.tokens()
    if arguments.json:
        print(json.dumps(found, indent=1))
        return 0
    for each in found:
        scope = ", ".join([*each["actions"], *each["folders"]]) or "all"
        print(
            f"{each['id']}  until {_day(each['expires'])}  used {_day(each['last_used'])}  {each['principal']}  {scope}  {each['label']}"
        )
    return 0


def _day(seconds: float | None) -> str:
    return "never     " if seconds is None else datetime.fromtimestamp(seconds, UTC).astimezone().strftime("%Y-%m-%d")
