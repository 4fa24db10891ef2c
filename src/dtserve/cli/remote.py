"""``--server NAME``: which verbs work on another machine's service, and how they get to it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dtserve.cli.errors import NotRemote
from dtserve.cli.store_places import home_of

if TYPE_CHECKING:
    from dtserve.client import Client, Servers
    from dtserve.client.administration import Administration
    from dtserve.service.config import ServiceHome
    from dtserve.service.local_administration import LocalAdministration

__all__ = ["REMOTE_ACTIONS", "REMOTE_VERBS", "administration", "check_verb", "connected", "servers_of", "store_home"]

REMOTE_VERBS = frozenset(
    {
        "access",
        "accounts",
        "alerts",
        "audit",
        "connect",
        "events",
        "packages",
        "run",
        "running",
        "schedules",
        "stop",
        "tokens",
    }
)
"""Verbs that understand ``--server``; all others are about files and folders of this machine."""


def check_verb(verb: str) -> None:
    """NotRemote for a verb that works on this machine only."""
    if verb not in REMOTE_VERBS:
        raise NotRemote(verb=verb)


def servers_of(home: ServiceHome) -> Servers:
    """The servers that this user knows by name."""
    from dtserve.client import Servers

    place = home.settings.text("service.socket")
    scheme = "https" if home.settings.text("service.tls_certificate") else "http"
    url = f"{scheme}://127.0.0.1:{home.listen_port}" if home.listen_port else ""
    return Servers(home.path, home.path / place if place else None, url)


@contextmanager
def connected(arguments: argparse.Namespace) -> Iterator[Client]:
    """The service that ``--server`` names, this machine's without it; InvalidServerName, UnknownServer, ConnectFailed."""
    from dtserve.client import Client

    home = home_of(arguments)
    try:
        address, token = servers_of(home).find(arguments.server or ".")
    finally:
        home.close()
    with Client(address, token) as client:
        yield client


@contextmanager
def administration(arguments: argparse.Namespace) -> Iterator[Administration | LocalAdministration]:
    """Access at the service that ``--server`` names; without it in this home's own database, running or not."""
    if arguments.server:
        with connected(arguments) as client:
            yield client.administration
        return
    from dtserve.service.local_administration import LocalAdministration

    with LocalAdministration(home_of(arguments)) as local:
        yield local


REMOTE_ACTIONS = frozenset({"copy", "delete", "list", "move", "protect"})
"""What ``dtserve packages`` does with the store of another machine; ``file:`` places stay on this one."""


def store_home(arguments: argparse.Namespace) -> ServiceHome:
    """The home whose package store the options name: this machine's, or with ``--server`` one whose tree is the service's.

    NotRemote for what works on this machine only, and what finding and reaching the server raises.
    """
    home = home_of(arguments)
    if arguments.server is None:
        return home
    if arguments.action not in REMOTE_ACTIONS:
        raise NotRemote(verb=f"packages {arguments.action}")
    from dtserve.cli.there import ThereHome
    from dtserve.client import Client

    address, token = servers_of(home).find(arguments.server)
    home.close()
    return ThereHome(home.path, home.settings, home.configuration, client=Client(address, token))
