"""``dtserve serve``: the service in the foreground."""

from __future__ import annotations

import argparse
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dtserve.service.hub import Hub

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("--home", type=Path, help="home folder (default: $DTSERVE_HOME, else the user's data folder)")
    parser.add_argument("--port", type=int, help="port to listen on; 0 takes a free one (default: dtserve.toml)")
    parser.add_argument("--samples", action="store_true", help="put the sample packages into the stores, once")


def run(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl-C or SIGTERM."""
    from dtserve.service.config import load_home
    from dtserve.service.samples import install_samples
    from dtserve.service.server import serve

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    if arguments.port is not None:
        os.environ["DTSERVE_SERVICE_LISTEN_PORT"] = str(arguments.port)
    home = load_home(arguments.home)
    tree = home.tree()
    if arguments.samples and (stored := install_samples(home, tree)):
        print(f"{stored} sample packages were put into the folder Samples of each root.", flush=True)

    def announce(hub: Hub, address: str, token: str | None) -> None:
        print(f"The console is at {address}", flush=True)
        if token is not None:
            print(f"Administrator's token, shown this once: {token}", flush=True)
        print(
            f"(it stands in {hub.home.token_path}, readable by its owner only). Ctrl-C stops the service.", flush=True
        )

    return serve(home, tree, announce)
