"""``dtserve accounts``: local accounts of the service."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime

from dtserve.cli.package_files import add_password, password_of
from dtserve.cli.remote import administration
from dtserve.cli.store_places import add_home
from dtserve.errors import UsageError

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs and their options."""
    verbs = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = verbs.add_parser("list", help="all accounts")
    listing.add_argument("--json", action="store_true", help="a JSON array")
    add_home(listing)
    for name, text in (
        ("add", "make an account; it has no right until one is granted"),
        ("remove", "remove an account with its tokens and grants"),
        ("password", "set another password"),
        ("disable", "refuse the account, its tokens and its sessions"),
        ("enable", "take it again"),
    ):
        verb = verbs.add_parser(name, help=text, description=text)
        verb.add_argument("name")
        if name in ("add", "password"):
            add_password(verb, what="the account")
        if name == "add":
            verb.add_argument("--no-password", action="store_true", help="for tokens only")
        add_home(verb)


def run(arguments: argparse.Namespace) -> int:
    """Run the verb; returns the exit code."""
    with administration(arguments) as at:
        if arguments.action == "list":
            found = at.accounts()
            if arguments.json:
                print(json.dumps(found, indent=1))
                return 0
            for each in found:
                made = datetime.fromtimestamp(each["created"], UTC).astimezone().strftime("%Y-%m-%d")
                state = "disabled" if each["disabled"] else "password" if each["has_password"] else "tokens only"
                print(f"{made}  {state:<11}  {each['name']}")
            return 0
        if arguments.action == "add":
            at.add_account(arguments.name, None if arguments.no_password else _password(arguments))
        elif arguments.action == "password":
            at.set_password(arguments.name, _password(arguments))
        elif arguments.action == "remove":
            at.remove_account(arguments.name)
        else:
            at.set_disabled(arguments.name, arguments.action == "disable")
    print(f"{arguments.name}: {_DONE[arguments.action]}.")
    return 0


_DONE = {
    "add": "added; grant it rights with dtserve access grant",
    "password": "has a new password",
    "remove": "removed",
    "disable": "disabled",
    "enable": "enabled",
}


def _password(arguments: argparse.Namespace) -> str:
    """The password; asked for twice on a terminal when no option tells where it is."""
    given = password_of(arguments)
    if given is not None:
        return given
    import getpass
    import sys

    if not sys.stdin.isatty():
        raise UsageError(
            detail="Give --password-env or --password-file, or --no-password for an account with tokens only."
        )
    first, second = getpass.getpass("Password: "), getpass.getpass("Password again: ")
    if first != second:
        raise UsageError(detail="The two passwords differ.")
    return first
