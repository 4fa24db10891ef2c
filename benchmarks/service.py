"""The service: first event of a run, lists over a long history, lag of live events, stops, memory; and its peers.

python benchmarks/service.py [--past 100000] [--watchers 100] [--runs 1000] [--stages starts,stops]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import httpx2 as httpx
import psutil
from support.measure import DATA, environment
from support.service_peers import PEERS, Peer, served
from support.service_report import report
from support.sse_watchers import ages

EMPTY = '<task name="T" type="Microsoft.ExpressionTask"><ExpressionTask Expression="@[User::n] = 1"/></task>'
LOOP = (
    '<for name="O" init="@[User::o] = 0" eval="@[User::o] &lt; {bursts}" assign="@[User::o] = @[User::o] + 1">'
    '<for name="L" init="@[User::n] = 0" eval="@[User::n] &lt; {count}" assign="@[User::n] = @[User::n] + 1">'
    '<task name="T" type="Microsoft.ExpressionTask"><ExpressionTask Expression="@[User::m] = 1"/></task></for>'
    '<task name="W" type="Microsoft.ExecuteProcess"><expression name="Arguments">{wait}</expression>'
    '<ExecuteProcessData Executable="sleep"/></task>'
    '<constraint from="L" to="W"/></for>'
)
SLEEP = '<task name="P" type="Microsoft.ExecuteProcess"><ExecuteProcessData Executable="sleep" Arguments="600"/></task>'


LEFT = '(@[User::o] + 1) * {ms} - DATEDIFF("ms", @[System::StartTime], GETDATE())'
WAIT = f"(DT_WSTR, 12)((DT_NUMERIC, 9, 3)({LEFT} &gt; 0 ? {LEFT} : 0) / 1000)"
"""Seconds to the next burst, which begins at its time however long this one took."""


def packages() -> dict[str, bytes]:
    """Small packages of our own, made with the short form of the tests."""
    code = (
        "import sys, json; sys.path[:0] = [sys.argv[1], sys.argv[2]]\n"
        "from support.control_flow import package\n"
        "parts = json.load(sys.stdin)\n"
        "print(json.dumps({name: package(body).decode() for name, body in parts.items()}))"
    )
    variable = (
        '<variable name="User::n" value="0"/><variable name="User::m" value="0"/><variable name="User::o" value="0"/>'
    )
    bodies = {
        "Empty": variable + EMPTY,
        **{
            name: variable + LOOP.format(bursts=b, count=c, wait=WAIT.format(ms=p)) for name, (b, c, p) in LOADS.items()
        },
        "Sleep": SLEEP,
    }
    root = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-I", "-c", code, str(root / "src"), str(root / "tests")],
        input=json.dumps(bodies), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return {name: text.encode() for name, text in json.loads(done.stdout).items()}


LOADS = {"Steady": (160, 62, 50), "Bursts": (5, 4000, 2000)}
"""Bursts, iterations of each and ms from one to the next: 5,000 events a second, and as fast as a package can."""


class Service:
    """A service of its own with a fresh home."""

    def __init__(self, home: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dtserve.cli.dtserve", "serve", "--port", "0", "--home", str(home)],
            stdout=subprocess.PIPE, text=True, env=environment(), start_new_session=True,
        )  # fmt: skip
        for line in self.process.stdout:
            if found := re.search(r"The console is at (\S+)", line):
                address = found[1]
            if "Ctrl-C" in line:
                break
        self.token = (home / "administrator.token").read_text().strip()
        url = urlsplit(address)
        self.place = (url.hostname or "", url.port or 0)
        headers = {"Authorization": f"Bearer {self.token}"}
        self.client = httpx.Client(base_url=address, headers=headers, timeout=120)
        for name, data in packages().items():
            answer = self.client.put("/api/packages/content", params={"path": rf"\MSDB\{name}"}, content=data)
            answer.raise_for_status()

    def start(self, name: str, **more) -> str:
        answer = self.client.post("/api/executions", json={"package": rf"\MSDB\{name}", **more})
        answer.raise_for_status()
        return answer.json()["id"]

    def wait(self, execution_id: str) -> dict:
        while (found := self.client.get(f"/api/executions/{execution_id}").json())["ended"] is None:
            time.sleep(0.01)
        return found

    def memory(self) -> float:
        return psutil.Process(self.process.pid).memory_info().rss / 2**20

    def close(self) -> None:
        self.client.close()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)
        self.process.stdout.close()


def first_events(service: Service, count: int) -> list[float]:
    """Seconds from the call to the first event in a stream that was opened at once."""
    found = []
    for _ in range(count):
        began = time.perf_counter()
        execution_id = service.start("Empty")
        with service.client.stream("GET", f"/api/executions/{execution_id}/stream") as stream:
            for line in stream.iter_lines():
                if line == "event: events":
                    found.append(time.perf_counter() - began)
                    break
        service.wait(execution_id)
    return found


def stops(service: Service, count: int) -> list[float]:
    """Seconds from the call to the end in the history."""
    found = []
    for _ in range(count):
        execution_id = service.start("Sleep")
        while service.client.get(f"/api/executions/{execution_id}").json()["state"] == "starting":
            time.sleep(0.01)
        began = time.perf_counter()
        service.client.post(f"/api/executions/{execution_id}/stop").raise_for_status()
        service.wait(execution_id)
        found.append(time.perf_counter() - began)
    return found


def lists(service: Service, home: Path, past: int) -> dict[str, list[float]]:
    """Seconds of lists with ``past`` ended and 1,000 running executions in the history."""
    columns = (
        "id, package_path, package_name, package_id, package_description, user, state, created, started, ended, "
        "reason, errors, warnings, last_event, options, origin"
    )
    rows = (
        (f"past-{n}", rf"\MSDB\F{n % 500}\P{n % 97}", f"P{n % 97}", "", "", f"user{n % 50}",
         "failed" if n % 10 == 0 else "succeeded", float(n), float(n), n + 5.0, "", 0, 0, 9, "{}", "bench")
        for n in range(past)
    )  # fmt: skip
    alive = (
        (f"now-{n}", rf"\MSDB\P{n}", f"P{n}", "", "", "me", "running", 1e9, 1e9, None, "", 0, 0, 9, "{}", "bench")
        for n in range(1000)
    )
    with sqlite3.connect(home / "state.sqlite", timeout=60) as database:
        marks = ", ".join("?" * 16)
        database.executemany(f"INSERT INTO executions ({columns}) VALUES ({marks})", rows)
        database.executemany(f"INSERT INTO executions ({columns}) VALUES ({marks})", alive)
    asked = {
        "1,000 running": {"running": True, "limit": 1000},
        "the latest 100": {"limit": 100},
        "the latest 100 failed": {"limit": 100, "state": "failed"},
        "100 of one package": {"limit": 100, "package": r"\MSDB\F7"},
        "100 by a text": {"limit": 100, "text": "user49"},
    }
    found: dict[str, list[float]] = {}
    for name, params in asked.items():
        for _ in range(10):
            began = time.perf_counter()
            service.client.get("/api/executions", params=params).raise_for_status()
            found.setdefault(name, []).append(time.perf_counter() - began)
    with sqlite3.connect(home / "state.sqlite", timeout=60) as database:
        database.execute("DELETE FROM executions WHERE origin = 'bench'")
    return found


async def lags(service: Service, watchers: int, name: str) -> tuple[list[float], int, float]:
    """Age of the oldest event of each frame on arrival, at every watcher; events of the run, and its seconds."""
    execution_id = service.start(name)
    path = f"/api/executions/{execution_id}/stream"
    found = await ages(*service.place, path, service.token, watchers)
    row = service.wait(execution_id)
    return found, row["last_event"], row["ended"] - row["started"]


def searches(service: Service, home: Path, events: int) -> dict[str, list[float]]:
    """Seconds of pages of one run of very many events, by the ways in which people look for something."""
    rows = (
        (number, "OnError" if number % 10_000 == 7 else "OnInformation", f"Task {number % 40}",
         json.dumps({"sequence": number, "kind": "OnInformation", "message": f"Row {number} of the load was written."}),
         f"Row {number} of the load was written.")
        for number in range(1, events + 1)
    )  # fmt: skip
    with sqlite3.connect(home / "state.sqlite", timeout=60) as database:
        database.execute(
            "INSERT INTO executions (id, package_path, package_name, package_id, package_description, user, state, "
            "created, started, ended, reason, errors, warnings, last_event, options, origin) VALUES ('many', 'p', 'p', '', "
            "'', 'me', 'succeeded', 1, 1, 2, '', 0, 0, ?, '{}', 'bench')",
            (events,),
        )
        number = database.execute("SELECT number FROM executions WHERE id = 'many'").fetchone()[0]
        database.executemany(
            "INSERT INTO execution_events (execution, sequence, time, kind, source, source_path, record, message) "
            f"VALUES ({number}, ?, 1.0, ?, ?, '', ?, ?)",
            rows,
        )
    asked = {
        "500 of the middle": {"after": events // 2, "limit": 500},
        "errors": {"level": "error", "limit": 500},
        "500 by a frequent text": {"text": "task 7", "limit": 500},
        "one by a rare text": {"text": f"row {events - 5} of", "limit": 500},
    }
    found: dict[str, list[float]] = {}
    for _ in range(20):
        for name, params in asked.items():
            began = time.perf_counter()
            answer = service.client.get("/api/executions/many/events", params=params)
            if not answer.json()["events"]:
                raise RuntimeError(name)
            found.setdefault(name, []).append(time.perf_counter() - began)
    return found


def growth(service: Service, runs: int) -> tuple[float, float, float]:
    """Memory in MB after a tenth of the runs and after all, and seconds per run, four at a time."""
    began, early = time.perf_counter(), 0.0
    running: list[str] = []
    for number in range(runs):
        running.append(service.start("Empty"))
        if len(running) == 4:
            service.wait(running.pop(0))
        if number == runs // 10:
            early = service.memory()
    for each in running:
        service.wait(each)
    return early, service.memory(), (time.perf_counter() - began) / runs


def peer(kind: type[Peer], rounds: int, past: int) -> dict[str, object]:
    """A peer's figures where it does the same; why there are none where it cannot be had."""
    try:
        with served(kind) as found:
            if found is None:
                return {"why": "it cannot be installed here"}
            busy = os.getloadavg()[0]
            return {"version": found.version, "load": busy, "seconds": _peer_seconds(found, rounds, past)}
    except (TimeoutError, httpx.HTTPError, OSError) as error:
        return {"why": f"{type(error).__name__}: {error}"}


def _peer_seconds(found: Peer, rounds: int, past: int) -> dict[str, list[float]]:
    seconds: dict[str, list[float]] = {"start": [], "stop": [], "latest": [], "failed": []}

    def clocked(name: str, work: Callable[[], object]) -> None:
        began = time.perf_counter()
        work()
        seconds[name].append(time.perf_counter() - began)

    for _ in range(rounds):
        began = time.perf_counter()
        run = found.start("empty")
        found.until(lambda run=run: found.running(run, "empty"))
        seconds["start"].append(time.perf_counter() - began)
        found.until(lambda run=run: found.ended(run, "empty"))
    for _ in range(rounds):
        run = found.start("sleeps")
        found.until(lambda run=run: found.running(run, "sleeps"))
        time.sleep(1)
        began = time.perf_counter()
        found.stop(run, "sleeps")
        found.until(lambda run=run: found.stopped(run, "sleeps"))
        seconds["stop"].append(time.perf_counter() - began)
    found.fill(past)
    for _ in range(10):
        clocked("latest", lambda: found.list(failed=False))
        clocked("failed", lambda: found.list(failed=True))
    return seconds


def measured(stage: str, options: argparse.Namespace) -> object:
    """One stage at a service of its own."""
    for kind in PEERS:
        if stage == kind.name.lower():
            return peer(kind, min(3, options.rounds), options.past)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        service = Service(home)
        try:
            if stage in ("steady", "bursts"):
                return asyncio.run(lags(service, options.watchers, stage.title()))
            return {
                "starts": lambda: first_events(service, options.rounds),
                "stops": lambda: stops(service, options.rounds),
                "lists": lambda: lists(service, home, options.past),
                "searches": lambda: searches(service, home, options.events),
                "memory": lambda: growth(service, options.runs),
            }[stage]()
        finally:
            service.close()


STAGES = ("starts", "stops", "lists", "searches", "steady", "bursts", "memory", *(kind.name.lower() for kind in PEERS))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, value in (("past", 100_000), ("events", 300_000), ("watchers", 100), ("runs", 1000), ("rounds", 20)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--stages", help="measure these only, and take the others from the last run (- for none)")
    options = parser.parse_args()
    os.environ["DTSERVE_EXECUTION_MAX_QUEUED_PACKAGES"] = "100000"
    kept = DATA / "service.json"
    found = json.loads(kept.read_text()) if options.stages and kept.exists() else {}
    for stage in (options.stages or ",".join(STAGES)).split(","):
        if stage in STAGES:
            found[stage] = measured(stage, options)
            kept.write_text(json.dumps(found))
    if set(STAGES) <= set(found):
        print("\n".join(report(found, options)))


if __name__ == "__main__":
    main()
