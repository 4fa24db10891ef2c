"""A service in this process (for the API) or as a real process (for runs, stops and kills)."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2 as httpx
from starlette.testclient import TestClient

from dtserve.service.config import load_home
from dtserve.service.hub import Hub
from dtserve.service.server import create_app, open_hub

SAMPLES = Path(__file__).resolve().parents[2] / "src" / "dtserve" / "samples"
PACKAGE = (SAMPLES / "CountMonths.dtsx").read_bytes()


@contextmanager
def open_service(home: Path) -> Iterator[tuple[Hub, TestClient]]:
    """A hub on a fresh home and a client that is signed in as the administrator."""
    opened = load_home(home)
    hub = open_hub(opened, opened.tree())
    token = hub.identities.ensure_administrator(opened.token_path)
    try:
        with TestClient(create_app(hub), base_url="http://127.0.0.1") as client:
            client.headers["Authorization"] = f"Bearer {token}"
            yield hub, client
    finally:
        hub.shut_down()
        hub.state.close()


@dataclass
class Served:
    """A running ``dtserve serve``."""

    process: subprocess.Popen
    address: str
    token: str
    home: Path
    printed: str = ""

    @property
    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.address, headers={"Authorization": f"Bearer {self.token}"}, timeout=30)

    def wait_for(self, execution_id: str, *states: str, seconds: float = 60) -> dict:
        """The execution once it is in one of the states."""
        deadline = time.monotonic() + seconds
        with self.client as client:
            while True:
                found = client.get(f"/api/executions/{execution_id}").json()
                if found["state"] in states:
                    return found
                assert time.monotonic() < deadline, found
                time.sleep(0.05)


@contextmanager
def serve(home: Path, *options: str) -> Iterator[Served]:
    """Start the service as a user would, and stop it with Ctrl-C."""
    served = start(home, *options)
    try:
        yield served
    finally:
        if served.process.poll() is None:
            served.process.send_signal(signal.SIGINT)
            served.process.wait(30)
        served.process.stdout.close()


def start(home: Path, *options: str) -> Served:
    process = subprocess.Popen(
        [str(Path(sys.executable).parent / "dtserve"), "serve", "--port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "DTSERVE_HOME": str(home)},
        start_new_session=True,
    )
    address, seen = "", []
    for line in process.stdout:
        seen.append(line)
        if found := re.search(r"The console is at (\S+)", line):
            address = found[1]
        if "Ctrl-C" in line:
            break
    assert address, "".join(seen)
    return Served(process, address, (home / "administrator.token").read_text().strip(), home, "".join(seen))
