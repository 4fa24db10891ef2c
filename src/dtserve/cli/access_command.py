"""``dtserve access``: who may do what: grants, roles, the roles of folders."""

from __future__ import annotations

import argparse
import json
from typing import Any

from dtserve.cli.remote import administration
from dtserve.cli.store_places import add_home

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs and their options."""
    verbs = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, text in (("grant", "grant rights and roles"), ("revoke", "take rights and roles back")):
        verb = _verb(verbs, name, text)
        verb.add_argument(
            "principal", help="an account, os:USER, osgroup:GROUP, oidc:NAME, oidcgroup:GROUP, cert:SUBJECT"
        )
        verb.add_argument(
            "roles", nargs="+", metavar="ROLE", help="activate, access, db_ssisoperator, …: see access roles"
        )
    listing = _verb(verbs, "list", "who was granted what")
    listing.add_argument("principal", nargs="?", default="")
    listing.add_argument("--json", action="store_true", help="a JSON array")
    check = _verb(verbs, "check", "what somebody may do; exit code 1 when nothing")
    check.add_argument("principal")
    check.add_argument("path", nargs="?", default="", help=r"a package or folder: \ROOT\FOLDER\PACKAGE")
    check.add_argument("--remote", action="store_true", help="as if it called from another machine")
    check.add_argument("--json", action="store_true", help="a JSON object")
    _verb(verbs, "roles", "all rights and roles")
    add = _verb(verbs, "add-role", "make a role to be named as reader or writer of packages and folders")
    add.add_argument("role")
    add.add_argument("--description", default="")
    _verb(verbs, "remove-role", "remove such a role and its grants").add_argument("role")
    folder = _verb(verbs, "folder", "set reader and writer role of a folder; without any, clear them")
    folder.add_argument("path", help=r"\ROOT\FOLDER")
    folder.add_argument("--reader", default="", metavar="ROLE")
    folder.add_argument("--writer", default="", metavar="ROLE")
    _verb(verbs, "folders", "folders with a reader or writer role")


def _verb(verbs: Any, name: str, text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=text, description=text)
    add_home(parser)
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Run the verb; returns the exit code."""
    with administration(arguments) as at:
        code: int = _ACTIONS[arguments.action](at, arguments)
        return code


def _grant(at: Any, arguments: argparse.Namespace) -> int:
    for role in arguments.roles:
        new = at.grant(arguments.principal, role)
        print(f"{arguments.principal}: {role} {'granted' if new else 'was granted already'}.")
    return 0


def _revoke(at: Any, arguments: argparse.Namespace) -> int:
    for role in arguments.roles:
        done = at.revoke(arguments.principal, role)
        print(f"{arguments.principal}: {role} {'revoked' if done else 'was not granted'}.")
    return 0


def _list(at: Any, arguments: argparse.Namespace) -> int:
    found = at.grants(arguments.principal)
    if arguments.json:
        print(json.dumps(found, indent=1))
    else:
        for each in found:
            print(f"{each['role']:<24} {each['principal']}")
    return 0


def _check(at: Any, arguments: argparse.Namespace) -> int:
    found = at.check(arguments.principal, arguments.path, arguments.remote)
    allowed = found["operations"] if arguments.path else found["may"]
    if arguments.json:
        print(json.dumps(found, indent=1))
    elif arguments.path:
        print(f"{found['path']}: {', '.join(allowed) or 'nothing'}")
    else:
        for action, scope in found["may"].items():
            print(f"{scope:<4} {action}")
    return 0 if allowed else 1


def _roles(at: Any, arguments: argparse.Namespace) -> int:
    for each in at.roles():
        print(f"{each['role']:<24} {each['kind']:<13} {each['description']}")
    return 0


def _add_role(at: Any, arguments: argparse.Namespace) -> int:
    at.add_role(arguments.role, arguments.description)
    print(f"{arguments.role}: added.")
    return 0


def _remove_role(at: Any, arguments: argparse.Namespace) -> int:
    at.remove_role(arguments.role)
    print(f"{arguments.role}: removed.")
    return 0


def _folder(at: Any, arguments: argparse.Namespace) -> int:
    found = at.set_folder(arguments.path, arguments.reader, arguments.writer)
    print(_folder_line(found))
    return 0


def _folders(at: Any, arguments: argparse.Namespace) -> int:
    for each in at.folders():
        print(_folder_line(each))
    return 0


def _folder_line(row: dict[str, Any]) -> str:
    return f"{row['path']}: reader {row['reader'] or '(default)'}, writer {row['writer'] or '(default)'}"


_ACTIONS = {
    "grant": _grant, "revoke": _revoke, "list": _list, "check": _check, "roles": _roles, "add-role": _add_role,
    "remove-role": _remove_role, "folder": _folder, "folders": _folders,
}  # fmt: skip
