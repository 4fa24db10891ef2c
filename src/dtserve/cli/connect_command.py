"""``dtserve connect``: whether a service answers, who you are to it, and what you may."""

from __future__ import annotations

import argparse
import json

from dtserve.cli.remote import connected
from dtserve.cli.store_places import add_home

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--json", action="store_true", help="a JSON object")
    add_home(parser)


def run(arguments: argparse.Namespace) -> int:
    """Connect and tell."""
    with connected(arguments) as client:
        session = client.session()
    if arguments.json:
        facts = {"server": session.server, "version": session.version, "user": session.user, "kind": session.kind}
        print(json.dumps({**facts, "roles": list(session.roles), "may": dict(session.may or {})}, indent=1))
        return 0
    print(f"{session.server} (Integration Services {session.version} - {session.user})")
    print(f"roles: {', '.join(session.roles) or 'none'}")
    for action, scope in (session.may or {}).items():
        print(f"{scope:<4} {action}")
    return 0
