"""``dtserve firewall``: the rules that let other machines reach the service; prints, changes nothing."""

from __future__ import annotations

import argparse

from dtserve.cli.store_places import add_home, home_of

__all__ = ["TOOLS", "add_arguments", "run"]

TOOLS = {
    "ufw": "sudo ufw allow {source}proto tcp to any port {port} comment 'dtserve'",
    "firewalld": 'sudo firewall-cmd --permanent --add-rich-rule=\'rule family="{family}" {rich}port port="{port}" '
    'protocol="tcp" accept\'\nsudo firewall-cmd --reload',
    "netsh": 'netsh advfirewall firewall add rule name="dtserve" dir=in action=allow protocol=TCP localport={port}{remote}',
}
"""Tool → its rule; the real service needs TCP 135 and a dynamic range instead (SERVICE §4)."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("tool", nargs="?", choices=sorted(TOOLS), help="one tool; all of them without it")
    parser.add_argument("--source", default="", metavar="NETWORK", help="only from here, such as 10.1.0.0/16")
    parser.add_argument("--port", type=int, help="the port (default: dtserve.toml)")
    add_home(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the rules."""
    import ipaddress

    from dtserve.cli.errors import InvalidArgument
    from dtserve.service.network import is_loopback

    family = "ipv4"
    if arguments.source:
        try:
            family = f"ipv{ipaddress.ip_network(arguments.source, strict=False).version}"
        except ValueError as error:
            raise InvalidArgument(argument=arguments.source, option="--source", reason=f"{error}.") from None
    home = home_of(arguments)
    facts = {
        "port": arguments.port or home.listen_port,
        "family": family,
        "source": f"from {arguments.source} " if arguments.source else "",
        "rich": f'source address="{arguments.source}" ' if arguments.source else "",
        "remote": f" remoteip={arguments.source}" if arguments.source else "",
    }
    home.close()
    if is_loopback(home.listen_host):
        print(f"# The service listens on {home.listen_host} alone: first set service.listen_host and a certificate.")
    for name, rule in TOOLS.items():
        if arguments.tool in (None, name):
            print(f"# {name}")
            print(rule.format(**facts))
    return 0
