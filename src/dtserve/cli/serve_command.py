"""``dtserve serve``: the service in the foreground."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dtserve.service.hub import Hub

__all__ = ["add_arguments", "run"]

_SETTINGS = {
    "host": "SERVICE_LISTEN_HOST",
    "port": "SERVICE_LISTEN_PORT",
    "tls_certificate": "SERVICE_TLS_CERTIFICATE",
    "tls_key": "SERVICE_TLS_KEY",
    "client_ca": "SERVICE_CLIENT_CA",
    "client_crl": "SERVICE_CLIENT_CRL",
    "log_format": "LOG_FORMAT",
    "log_level": "LOG_LEVEL",
}
"""Option → the setting that it overrides."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("--home", type=Path, help="home folder (default: $DTSERVE_HOME, else the user's data folder)")
    parser.add_argument("--host", help="address to listen on; other than loopback only with TLS or --insecure")
    parser.add_argument("--port", type=int, help="port to listen on; 0 takes a free one (default: dtserve.toml)")
    parser.add_argument("--tls-certificate", metavar="FILE", help="PEM file of the service's certificate")
    parser.add_argument("--tls-key", metavar="FILE", help="PEM file of its key")
    parser.add_argument("--client-ca", metavar="FILE", help="PEM file of the authority of client certificates")
    parser.add_argument("--client-crl", metavar="FILE", help="PEM file of that authority's revocation list")
    parser.add_argument(
        "--self-signed", action="store_true", help="make a certificate for a first try; prints its fingerprint"
    )
    parser.add_argument("--insecure", action="store_true", help="listen without TLS on any address, behind a TLS proxy")
    parser.add_argument("--log-format", choices=("console", "json"), help="how the log is written to standard error")
    parser.add_argument("--log-level", choices=("debug", "info", "warning", "error"), help="what the log holds")
    parser.add_argument("--samples", action="store_true", help="put the sample packages into the stores, once")


def run(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl-C or SIGTERM."""
    from dtserve.cli.dtexec_request import options_of_files
    from dtserve.service.config import load_home
    from dtserve.service.logs import configure_logs
    from dtserve.service.network import fingerprint, is_loopback, tls_of
    from dtserve.service.samples import install_samples
    from dtserve.service.server import serve

    for option, variable in _SETTINGS.items():
        if getattr(arguments, option) is not None:
            os.environ[f"DTSERVE_{variable}"] = str(getattr(arguments, option))
    home = load_home(arguments.home)
    configure_logs(home.settings)
    tls = tls_of(home.settings, home.path, self_sign=arguments.self_signed, insecure=arguments.insecure)
    tree = home.tree()
    if arguments.samples and (stored := install_samples(home, tree)):
        print(f"{stored} sample packages were put into the folder Samples of each root.", flush=True)

    def announce(hub: Hub, address: str, token: str | None) -> None:
        print(f"The console is at {address}", flush=True)
        if tls is not None:
            print(f"Fingerprint of the certificate (SHA-256): {fingerprint(tls.certificate)}", flush=True)
        elif not is_loopback(hub.home.listen_host):
            print("WARNING: without TLS everybody on the way can read tokens and passwords.", flush=True)
        if token is not None and sys.stdout.isatty():  # anywhere else it would stand in a log
            print(f"Administrator's token, shown this once: {token}", flush=True)
        print(f"The administrator's token stands in {hub.home.token_path}, readable by its owner only.", flush=True)
        print("Ctrl-C stops the service.", flush=True)

    return serve(home, tree, announce, tls=tls, read_command_files=options_of_files)
