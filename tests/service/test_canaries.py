"""Unique strings in every sensitive place: nowhere else after runs, failures, exports, backups and a crash."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

import psutil
import pytest

from dtserve.client import Address, Client
from dtserve.package.document import PackageDocument
from dtserve.package.edit import with_protection
from dtserve.package.model import ProtectionLevel
from support.service import SAMPLES, Served, start
from support.store_packages import package
from support.trace_receiver import trace_receiver

DTSERVE = Path(sys.executable).parent / "dtserve"


class Canaries:
    """Secrets by the place they are put into."""

    def __init__(self) -> None:
        self.values = {
            place: f"canary{uuid.uuid4().hex}"
            for place in (
                "connection",
                "parameter",
                "set",
                "decrypt",
                "password",
                "wrong_login",
                "map",
                "sensitive",
                "package",
            )
        }

    def __getattr__(self, place: str) -> str:
        return self.values[place]

    def hits(self, where: str, data: bytes | str) -> list[str]:
        """What of them stands in some data, as it is or in UTF-16."""
        raw = data.encode() if isinstance(data, str) else data
        return [
            f"{place} in {where}"
            for place, value in self.values.items()
            if value.encode() in raw or value.encode("utf-16-le") in raw
        ]


class Watcher(threading.Thread):
    """Looks at every command line of this machine until told to stop."""

    def __init__(self, canaries: Canaries) -> None:
        super().__init__(daemon=True)
        self.canaries, self.found, self.looked = canaries, [], 0
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.1):
            for process in psutil.process_iter():
                try:
                    line = Path(f"/proc/{process.pid}/cmdline").read_bytes()
                except OSError:
                    continue
                self.found += self.canaries.hits(f"command line {line[:60]!r}", line)
            self.looked += 1


def sealed_package(canaries: Canaries) -> bytes:
    """A package whose connection has a password, encrypted as a whole with another one (level 3)."""
    document = PackageDocument.open(package("Sealed", secret=canaries.package))
    return with_protection(document, ProtectionLevel.ENCRYPT_ALL_WITH_PASSWORD, canaries.decrypt).original


def secretive_package() -> bytes:
    """A package whose parameter Region is sensitive: values of others are shown on purpose."""
    plain = (SAMPLES / "ChainChild.dtsx").read_bytes()
    marked = plain.replace(b'DTS:ObjectName="Region">', b'DTS:ObjectName="Region" DTS:Sensitive="True">', 1)
    assert marked != plain
    return marked


def run(served: Served, package: str, canaries: Canaries, **more: object) -> dict:
    """Run with a secret in each place that takes one, to its end."""
    options = {
        "connections": {
            "Warehouse": f"Data Source=127.0.0.1,9;User ID=u;Password={canaries.connection};Connect Timeout=1;"
        },
        "set": {r"\Package.Variables[User::Name].Properties[Value]": canaries.set},
        "parameters": {"Region": canaries.parameter},
    }
    with served.client as client:
        begun = client.post("/api/executions", json={"package": package, **(options | more)})
        assert begun.status_code == 201, begun.text
    return served.wait_for(begun.json()["id"], "succeeded", "failed", "canceled", seconds=90)


def everything_told(served: Served) -> list[tuple[str, str]]:
    """What REST, the streams and the pages tell an administrator."""
    found = []
    with served.client as client:
        paths = [
            "/", "/console/", "/api/session", "/api/openapi.json", "/api/tree?path=\\MSDB", "/api/executions?limit=1000",
            "/api/events?limit=1000", "/api/audit?limit=1000", "/api/audit/export",
            "/api/accounts", "/api/tokens?everybody=true",
            "/api/access/grants", "/api/access/roles", "/api/schedules", "/api/alerts", "/metrics", "/api/health",
        ]  # fmt: skip
        for execution in client.get("/api/executions?limit=1000").json()["executions"]:
            base = f"/api/executions/{execution['id']}"
            paths += [base, f"{base}/events?limit=5000"] + ([f"{base}/stream"] if execution["ended"] else [])
        for path in paths:
            answer = client.get(path, follow_redirects=True)
            assert answer.status_code == 200, (path, answer.text)
            found.append((path, answer.text))
    return found


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("canaries") / "home"


def command(home: Path, *words: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [DTSERVE, *map(str, words)], env={**os.environ, "DTSERVE_HOME": str(home), **environment}, capture_output=True,
        check=False, timeout=120,
    )  # fmt: skip


def logins(served: Served, canaries: Canaries) -> list[str]:
    """Wrong passwords and tokens in every place that takes one."""
    wrong = []
    with served.client as client:
        for body in ({"user": "alice", "password": canaries.wrong_login}, {"token": canaries.wrong_login}):
            wrong += canaries.hits("a refused login", client.post("/api/session", json=body).text)
        refused = client.get("/api/tree", headers={"Authorization": f"Bearer {canaries.wrong_login}"})
        assert refused.status_code == 401
    return wrong


def runs(served: Served, canaries: Canaries) -> None:
    """Runs that succeed and fail with secrets in all they are given."""
    plain = {"connections": {}, "set": {}, "parameters": {}}
    for name in ("CountMonths", "Secretive"):
        assert run(served, rf"\MSDB\Samples\{name}", canaries)["state"] == "failed"
    assert run(served, r"\MSDB\Samples\CountMonths", canaries, **plain)["state"] == "succeeded"
    sealed = run(served, r"\MSDB\Sealed", canaries, **plain, password=canaries.decrypt)
    assert sealed["state"] == "succeeded", sealed
    assert run(served, r"\MSDB\Sealed", canaries, **plain, password=canaries.sensitive)["state"] == "failed"


def crash(served: Served, canaries: Canaries) -> str:
    """Kill the service while secrets are in its memory and in the queue; what it had printed."""
    with served.client as client:
        options = {"connections": {"Warehouse": f"Password={canaries.connection}"}, "parameters": {"Steps": "900"}}
        for _ in range(2):
            client.post("/api/executions", json={"package": r"\MSDB\Samples\SlowPackage", **options})
    time.sleep(1.0)
    served.process.send_signal(signal.SIGKILL)
    printed = served.process.stdout.read()
    served.process.wait()
    served.process.stdout.close()
    return printed + served.printed


@pytest.fixture
def outside(tmp_path_factory, monkeypatch):
    """What the service tells other programs: a collector of traces and the journal, both real receivers."""
    place = tmp_path_factory.mktemp("journal") / "socket"
    with trace_receiver() as traces, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal:
        journal.bind(str(place))
        journal.setblocking(False)
        monkeypatch.setenv("DTSERVE_SERVICE_JOURNAL_SOCKET", str(place))
        monkeypatch.setenv("DTSERVE_TELEMETRY_ENDPOINT", traces.endpoint)
        monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "200")
        yield traces, journal


def received(journal: socket.socket) -> bytes:
    found = b""
    while True:
        try:
            found += journal.recv(1 << 20)
        except BlockingIOError:
            return found


def test_no_canary_sings(home, tmp_path, outside) -> None:
    canaries, wrong = Canaries(), []
    traces, journal = outside
    command(home, "config")
    with open(home / "dtserve.toml", "a", encoding="utf-8") as settings:
        settings.write(f'\n[connections]\n"Mapped" = "postgresql://etl:{canaries.map}@127.0.0.1:9/dw"\n')
    watcher = Watcher(canaries)
    watcher.start()
    made = command(home, "accounts", "add", "alice", "--password-env", "SECRET", SECRET=canaries.password)
    assert made.returncode == 0, made.stderr
    served = start(home, "--samples", "--log-level", "debug", "--log-format", "json")
    try:
        canaries.values["administrator"] = served.token
        with Client(Address.parse(served.address), served.token) as client:
            client.import_(r"\MSDB\Sealed", sealed_package(canaries))
            client.import_(r"\MSDB\Samples\Secretive", secretive_package())
            canaries.values["token"] = client.administration.create_token("alice")["token"]
        wrong += logins(served, canaries)
        runs(served, canaries)
        exported = command(home, "packages", "copy", r"\MSDB\Sealed", f"file:{tmp_path}")
        words = ("backup", "create", tmp_path / "backup.dtsb", "--passphrase-env", "SECRET")
        backup = command(home, *words, SECRET=canaries.sensitive)
        assert (tmp_path / "backup.dtsb").exists(), backup.stderr
        for name, done in (("accounts add", made), ("packages copy", exported), ("backup create", backup)):
            wrong += canaries.hits(name, done.stdout + done.stderr)
        for path, text in everything_told(served):
            wrong += canaries.hits(path, text)
    finally:
        wrong += canaries.hits("what the service printed", crash(served, canaries))
    again = start(home, "--log-level", "debug")
    for path, text in everything_told(again):
        wrong += canaries.hits(path, text)
    again.process.send_signal(signal.SIGINT)
    wrong += canaries.hits("what the service printed", again.process.stdout.read())
    again.process.wait(60)
    again.process.stdout.close()
    watcher.over.set()
    watcher.join()
    told = received(journal)
    assert b"EVENT_ID=257" in told
    assert len(traces.spans) > 50
    wrong += canaries.hits("the journal", told) + canaries.hits("the traces", traces.raw)
    assert watcher.looked > 20
    for file in [*home.rglob("*"), *tmp_path.rglob("*")]:
        if file.is_file() and file.name not in ("administrator.token", "dtserve.toml"):  # where they belong
            wrong += canaries.hits(str(file), file.read_bytes())
    assert wrong + watcher.found == []


def test_the_canaries_would_be_found(home) -> None:
    canaries = Canaries()
    assert canaries.hits("x", json.dumps({"a": canaries.set})) == ["set in x"]
    assert canaries.hits("x", canaries.map.encode("utf-16-le")) == ["map in x"]
    document = PackageDocument.open((SAMPLES / "CountMonths.dtsx").read_bytes())
    assert canaries.hits("x", document.original) == []
