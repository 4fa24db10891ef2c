"""``dtserve servers``: the services of other machines, by name."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from dtserve.cli.package_files import add_password, password_of
from dtserve.cli.remote import servers_of
from dtserve.cli.store_places import add_home, home_of

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs and their options."""
    verbs = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add = verbs.add_parser("add", help="add a server, or change what is known of it")
    add.add_argument("name", help="what you call it")
    add.add_argument("url", nargs="?", default="", help="https://NAME:PORT (default: the name, port 8730)")
    add_password(add, "token", "the token")
    trust = add.add_mutually_exclusive_group()
    trust.add_argument("--fingerprint", default="", help="SHA-256 of its certificate, as dtserve serve printed it")
    trust.add_argument("--ca", type=Path, metavar="FILE", help="PEM file of the authority of its certificate")
    add.add_argument(
        "--certificate", type=Path, metavar="FILE", help="PEM file of your own certificate, to sign in with"
    )
    add.add_argument("--key", type=Path, metavar="FILE", help="PEM file of its key")
    remove = verbs.add_parser("remove", help="forget a server")
    remove.add_argument("name")
    listing = verbs.add_parser("list", help="the servers")
    for each in (add, remove, listing):
        add_home(each)


def run(arguments: argparse.Namespace) -> int:
    """Run the verb; returns the exit code."""
    from dtserve.client.servers import Server

    home = home_of(arguments)
    servers = servers_of(home)
    home.close()
    if arguments.action == "list":
        for each in servers.list():
            trust = "pinned" if each.pinned else each.authority or "system"
            print(f"{each.name:<16} {each.url:<32} trust: {trust}  token: {'yes' if each.token else 'no'}")
        return 0
    if arguments.action == "remove":
        servers.remove(arguments.name)
        print(f"{arguments.name}: removed.")
        return 0
    entry = Server(
        arguments.name,
        arguments.url or arguments.name,
        token=password_of(arguments, "token") or "",
        authority=_file(arguments.ca),
        certificate=_file(arguments.certificate),
        key=_file(arguments.key),
    )
    added = servers.add(entry, arguments.fingerprint)
    print(f"{added.name}: {added.url}")
    return 0


def _file(path: Path | None) -> str:
    return "" if path is None else os.path.abspath(path)
