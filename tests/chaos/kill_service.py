"""kill -9 of the service and of its workers at random moments, while many short packages are started.

Each start carries an idempotency key and is repeated until the service has answered it. At the end every start is
exactly one execution in exactly one final state, its events have neither gap nor repeat, and no process of any
package is left.

    python tests/chaos/kill_service.py [--runs 1000] [--seed 1] [--keep]
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2] / "src")]

import httpx2 as httpx
import psutil

from dtserve.service.config import load_home
from dtserve.service.history import ENDED
from support.control_flow import package
from support.service import Served, start

AT_ONCE = 4
SETTLE_SECONDS = 60.0


def short_package(mark: str) -> bytes:
    """About 150 events and a process whose grandchild carries ``mark``."""
    steps = "".join(
        f'<task name="T{n}" type="Microsoft.ExpressionTask"><ExpressionTask Expression="@[User::n] = {n}"/></task>'
        for n in range(25)
    )
    shell = f"sh -c 'sleep 0.3; : {mark}' &amp; wait"
    process = (
        '<task name="P" type="Microsoft.ExecuteProcess"><ExecuteProcessData Executable="sh" '
        f'Arguments="-c &quot;{shell}&quot;"/></task>'
    )
    return package(f'<variable name="User::n" value="0"/>{steps}{process}')


@dataclass
class Result:
    """What was found at the end."""

    states: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


class Chaos:
    """One service that is killed again and again, and the threads that use and kill it."""

    def __init__(self, home: Path, runs: int, seed: int, *, keep: bool, between: tuple[float, float]) -> None:
        self.home, self.chance, self.between = home, random.Random(seed), between
        self.mark = f"dtserve-chaos-{uuid.uuid4().hex}"
        self.result = Result()
        self.waiting = [str(uuid.uuid4()) for _ in range(runs)]
        self.started: dict[str, str] = {}
        self.lock, self.done = threading.Lock(), threading.Event()
        opened = load_home(home)
        opened.tree().write(("MSDB", "Short"), short_package(self.mark))
        opened.close()
        if keep:
            file = home / "Binn" / "MsDtsSrvr.ini.xml"
            file.write_text(file.read_text().replace("Shutdown>true", "Shutdown>false"))
        self.served: Served = start(home)

    def run(self) -> Result:
        """Start everything, killing meanwhile; then let it settle and look."""
        threads = [threading.Thread(target=self._start_all) for _ in range(AT_ONCE)]
        killer = threading.Thread(target=self._kill)
        for thread in (*threads, killer):
            thread.start()
        for thread in threads:
            thread.join()
        self.done.set()
        killer.join()
        try:
            self._settle()
            self._check()
        finally:
            self.served.process.send_signal(signal.SIGINT)
            self.served.process.wait(60)
            self.served.process.stdout.close()
        return self.result

    def _start_all(self) -> None:
        while True:
            with self.lock:
                if not self.waiting:
                    return
                key = self.waiting.pop()
            while key not in self.started:
                served = self.served
                try:
                    with served.client as client:
                        answer = client.post(
                            "/api/executions", json={"package": r"\MSDB\Short"}, headers={"Idempotency-Key": key}
                        )
                        if answer.status_code == 201:
                            self.started[key] = answer.json()["id"]
                        else:
                            time.sleep(0.2)
                        while (
                            len(client.get("/api/executions", params={"running": True}).json()["executions"]) > AT_ONCE
                        ):
                            time.sleep(0.05)
                except (httpx.HTTPError, OSError):
                    time.sleep(0.1)

    def _kill(self) -> None:
        while not self.done.wait(self.chance.uniform(*self.between)):
            if self.chance.random() < 0.5:
                workers = [
                    each for each in psutil.process_iter(["cmdline"])
                    if "dtserve.execution.worker" in (each.info["cmdline"] or ()) and self._ours(each)
                ]  # fmt: skip
                if workers:
                    with suppress(ProcessLookupError):
                        os.kill(self.chance.choice(workers).pid, signal.SIGKILL)
                    self.result.kills["worker"] += 1
                continue
            self.served.process.kill()
            self.served.process.wait(30)
            self.served.process.stdout.close()
            self.result.kills["service"] += 1
            self.served = start(self.home)

    def _ours(self, process: psutil.Process) -> bool:
        try:
            return process.environ().get("DTSERVE_HOME") == str(self.home)
        except psutil.Error:
            return False

    def _settle(self) -> None:
        deadline = time.monotonic() + SETTLE_SECONDS
        with self.served.client as client:
            while client.get("/api/executions", params={"running": True}).json()["executions"]:
                if time.monotonic() > deadline:
                    self.result.wrong.append("executions without an end")
                    return
                time.sleep(0.2)

    def _check(self) -> None:
        with self.served.client as client:
            rows, before = [], None
            while True:
                params = {"limit": 1000} | ({"before": before} if before else {})
                page = client.get("/api/executions", params=params).json()
                rows += page["executions"]
                before = page["next"]
                if not before:
                    break
            known = {row["id"] for row in rows}
            if known != set(self.started.values()) or len(rows) != len(self.started):
                self.result.wrong.append(f"{len(rows)} executions for {len(self.started)} starts")
            for row in rows:
                self.result.states[row["state"]] += 1
                if row["state"] not in ENDED or row["ended"] is None:
                    self.result.wrong.append(f"{row['id']} is {row['state']}")
                events = client.get(f"/api/executions/{row['id']}/events", params={"limit": 5000}).json()["events"]
                if [event["sequence"] for event in events] != list(range(1, len(events) + 1)):
                    self.result.wrong.append(f"the events of {row['id']} have gaps")
                if row["state"] == "succeeded" and (not events or events[-1]["kind"] != "PackageEnd"):
                    self.result.wrong.append(f"{row['id']} succeeded without its last events")
        time.sleep(1.0)
        left = [
            each.pid for each in psutil.process_iter(["cmdline"]) if self.mark in " ".join(each.info["cmdline"] or ())
        ]
        if left:
            self.result.wrong.append(f"processes {left} are left")
        if any((self.home / "spool").iterdir()):
            self.result.wrong.append("the spool is not empty")


def run(home: Path, runs: int, seed: int, *, keep: bool = False, between: tuple[float, float] = (1.0, 4.0)) -> Result:
    """Carry it out; ``keep`` lets packages outlive the service."""
    return Chaos(home, runs, seed, keep=keep, between=between).run()


def main() -> int:
    """Run from the command line; 1 when anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="packages outlive the service")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        result = run(Path(folder), options.runs, options.seed, keep=options.keep)
        report = (
            f"{options.runs} starts in {time.monotonic() - began:.0f} s; kills: {dict(result.kills)}\n"
            f"states: {dict(result.states)}\n{chr(10).join(result.wrong) or 'nothing wrong'}\n"
        )
        sys.stdout.write(report)
    return 1 if result.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
