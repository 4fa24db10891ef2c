"""Servers of other kinds that start, list and stop runs: Prefect and Airflow, each in an environment of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2 as httpx
import psutil
from support.environments import installed, version_in

__all__ = ["PEERS", "Peer", "served"]

WAIT_SECONDS = 120.0
STEP_SECONDS = 0.02
FLOWS = """
import time
from prefect import flow, serve

@flow
def empty():
    pass

@flow
def sleeps():
    while True:
        time.sleep(0.1)

if __name__ == "__main__":
    serve(empty.to_deployment("empty"), sleeps.to_deployment("sleeps"))
"""
DAGS = """
import os, pathlib, time
from airflow.sdk import dag, task

@dag(schedule=None, is_paused_upon_creation=False)
def empty():
    @task
    def nothing():
        pass
    nothing()

@dag(schedule=None, is_paused_upon_creation=False)
def sleeps():
    @task
    def wait():
        pathlib.Path("PLACE").write_text(str(os.getpid()))
        while True:
            time.sleep(0.1)
    wait()

empty()
sleeps()
"""


class Peer(ABC):
    """A server with a flow that is over at once and one that sleeps."""

    name = package = remark = ""

    def __init__(self, folder: Path, scripts: Path) -> None:
        self.folder = folder
        self.scripts = scripts
        self.version = version_in(scripts, self.package)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=60, headers={})
        self.processes: list[subprocess.Popen[bytes]] = []

    def launch(self, *command: str, **variables: str) -> None:
        """Start one of the server's processes; its output goes to a file."""
        out = open(self.folder / f"{command[0]}-{len(self.processes)}.log", "wb")  # noqa: SIM115 - the process's own
        paths = os.pathsep.join((str(self.scripts), os.environ["PATH"]))
        environment = {**os.environ, "PATH": paths, **variables}
        environment.pop("PYTHONPATH", None)
        whole = [str(self.scripts / command[0]), *command[1:]]
        self.processes.append(
            subprocess.Popen(whole, stdout=out, stderr=out, env=environment, cwd=self.folder, start_new_session=True)
        )

    def until(self, check: Callable[[], Any], seconds: float = WAIT_SECONDS) -> Any:
        """The first true answer; TimeoutError."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.TransportError, KeyError):
                if found := check():
                    return found
            time.sleep(STEP_SECONDS)
        raise TimeoutError(f"{self.name} did not answer within {seconds:g} s")

    def close(self) -> None:
        """End all processes of the server."""
        self.client.close()
        for number in (signal.SIGTERM, signal.SIGKILL):
            for each in self.processes:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(each.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                for each in self.processes:
                    each.wait(15)

    @abstractmethod
    def begin(self) -> None:
        """Start the server and wait until it takes runs."""

    @abstractmethod
    def start(self, name: str) -> str:
        """Start a run; returns its id."""

    @abstractmethod
    def running(self, run: str, name: str) -> bool:
        """Whether the server has seen the run begin."""

    @abstractmethod
    def ended(self, run: str, name: str) -> bool:
        """Whether the run is over."""

    @abstractmethod
    def stop(self, run: str, name: str) -> None:
        """Ask the run to stop."""

    @abstractmethod
    def stopped(self, run: str, name: str) -> bool:
        """Whether it has stopped."""

    @abstractmethod
    def fill(self, past: int) -> None:
        """Put ended runs into the server's database, copies of one."""

    @abstractmethod
    def list(self, *, failed: bool) -> int:
        """Ask for the latest 100 runs; how many came."""

    def answer(self, method: str, path: str, **options: Any) -> Any:
        """The JSON of an answer; HTTPStatusError."""
        found = self.client.request(method, path, **options)
        found.raise_for_status()
        return found.json()


class Prefect(Peer):
    """Its server on SQLite; flows in processes of their own, started by a runner that looks every second."""

    name, package = "Prefect", "prefect"
    remark = "its runner looks for work every second, as often as it can be told to; 10 s is its default"

    def begin(self) -> None:
        given = {
            "PREFECT_HOME": str(self.folder), "PREFECT_API_URL": f"http://127.0.0.1:{self.port}/api",
            "PREFECT_RUNNER_POLL_FREQUENCY": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1",
        }  # fmt: skip
        self.launch("prefect", "server", "start", "--host", "127.0.0.1", "--port", str(self.port), **given)
        self.until(lambda: self.client.get("/api/health").is_success)
        (self.folder / "flows.py").write_text(FLOWS)
        self.launch("python", "flows.py", **given)
        rows = self.until(lambda: self._deployments())
        self._ids = {row["name"]: row["id"] for row in rows}

    def _deployments(self) -> Any:
        rows = self.answer("POST", "/api/deployments/filter", json={})
        return rows if len(rows) == 2 and all(row["status"] == "READY" for row in rows) else None

    def start(self, name: str) -> str:
        return str(self.answer("POST", f"/api/deployments/{self._ids[name]}/create_flow_run", json={})["id"])

    def _state(self, run: str) -> str:
        return str(self.answer("GET", f"/api/flow_runs/{run}")["state_type"])

    def running(self, run: str, name: str) -> bool:
        return self._state(run) in ("RUNNING", "COMPLETED")

    def ended(self, run: str, name: str) -> bool:
        return self._state(run) == "COMPLETED"

    def stop(self, run: str, name: str) -> None:
        self.answer("POST", f"/api/flow_runs/{run}/set_state", json={"state": {"type": "CANCELLING"}})

    def stopped(self, run: str, name: str) -> bool:
        return self._state(run) == "CANCELLED"

    def fill(self, past: int) -> None:
        kept = {"id", "idempotency_key", "state_type"}
        with sqlite3.connect(self.folder / "prefect.db", timeout=60) as database:
            names = [row[1] for row in database.execute("PRAGMA table_info(flow_run)") if row[1] not in kept]
            columns = ", ".join(names)
            database.execute(
                f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {past}) "
                f"INSERT INTO flow_run (state_type, {columns}) SELECT CASE WHEN i % 10 THEN 'COMPLETED' ELSE 'FAILED' "
                f"END, {columns} FROM n, (SELECT * FROM flow_run WHERE state_type = 'COMPLETED' LIMIT 1)"
            )

    def list(self, *, failed: bool) -> int:
        wanted = {"flow_runs": {"state": {"type": {"any_": ["FAILED"]}}}} if failed else {}
        asked = {"limit": 100, "sort": "START_TIME_DESC", **wanted}
        return len(self.answer("POST", "/api/flow_runs/filter", json=asked))


class Airflow(Peer):
    """``airflow standalone`` on SQLite: scheduler, processor of definitions and API, tasks in processes of their own."""

    name, package = "Airflow", "apache-airflow"
    remark = "airflow standalone with its defaults"

    def begin(self) -> None:
        (self.folder / "dags").mkdir()
        (self.folder / "dags" / "flows.py").write_text(DAGS.replace("PLACE", str(self.folder / "pid")))
        self.launch(
            "airflow", "standalone", AIRFLOW_HOME=str(self.folder), AIRFLOW__CORE__LOAD_EXAMPLES="False",
            AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS="True", AIRFLOW__API__PORT=str(self.port),
            AIRFLOW__API__HOST="127.0.0.1", AIRFLOW__API__WORKERS="1",
            AIRFLOW__CORE__EXECUTION_API_SERVER_URL=f"http://127.0.0.1:{self.port}/execution/",
        )  # fmt: skip
        token = self.until(lambda: self.client.get("/auth/token").json()["access_token"])
        self.client.headers["Authorization"] = f"Bearer {token}"
        for name in ("empty", "sleeps"):
            self.until(lambda name=name: self.client.get(f"/api/v2/dags/{name}").is_success)

    def start(self, name: str) -> str:
        return str(self.answer("POST", f"/api/v2/dags/{name}/dagRuns", json={"logical_date": None})["dag_run_id"])

    def running(self, run: str, name: str) -> bool:
        rows = self.answer("GET", f"/api/v2/dags/{name}/dagRuns/{run}/taskInstances")["task_instances"]
        return any(row["state"] in ("running", "success") for row in rows)

    def ended(self, run: str, name: str) -> bool:
        return bool(self.answer("GET", f"/api/v2/dags/{name}/dagRuns/{run}")["state"] == "success")

    def stop(self, run: str, name: str) -> None:
        self.until((self.folder / "pid").exists)
        self.answer("PATCH", f"/api/v2/dags/{name}/dagRuns/{run}", json={"state": "failed"})

    def stopped(self, run: str, name: str) -> bool:
        gone = not psutil.pid_exists(int((self.folder / "pid").read_text()))
        if gone:
            (self.folder / "pid").unlink()
        return gone

    def fill(self, past: int) -> None:
        kept = {"id", "run_id", "logical_date", "state"}
        with sqlite3.connect(self.folder / "airflow.db", timeout=60) as database:
            names = [row[1] for row in database.execute("PRAGMA table_info(dag_run)") if row[1] not in kept]
            columns = ", ".join(names)
            database.execute(
                f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {past}) "
                f"INSERT INTO dag_run (run_id, state, {columns}) SELECT 'past' || i, CASE WHEN i % 10 THEN 'success' "
                f"ELSE 'failed' END, {columns} FROM n, (SELECT * FROM dag_run WHERE state = 'success' LIMIT 1)"
            )

    def list(self, *, failed: bool) -> int:
        wanted = {"state": "failed"} if failed else {}
        asked = {"limit": 100, "order_by": "-run_after", **wanted}
        return len(self.answer("GET", "/api/v2/dags/~/dagRuns", params=asked)["dag_runs"])


@contextmanager
def served(kind: type[Peer]) -> Iterator[Peer | None]:
    """The peer's server, ready; None where it cannot be installed."""
    scripts = installed(kind.name.lower(), package=kind.package)
    if scripts is None:
        yield None
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        peer = kind(Path(folder), scripts)
        try:
            peer.begin()
            yield peer
        finally:
            peer.close()


PEERS: tuple[type[Peer], ...] = (Prefect, Airflow)
