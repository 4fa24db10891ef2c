"""``dtserve stop``: ask a running package of a service to stop."""

from __future__ import annotations

import argparse

from dtserve.cli.remote import connected
from dtserve.cli.store_places import add_home

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("id", help="the execution's id, as dtserve running prints it")
    add_home(parser)


def run(arguments: argparse.Namespace) -> int:
    """Ask; there may be a delay until it has stopped."""
    with connected(arguments) as client:
        found = client.stop(arguments.id)
    print(f"{found.id}: {found.state}")
    return 0
