"""Stops at random moments of a package that does everything at once: nothing of it is left running.

The package runs, side by side, a statement that takes long, a data flow of a hundred million rows,
a child package in process and one in a process of its own, and a program whose children and
grandchildren ignore SIGTERM, one of them in a session of its own. It is stopped as users do: with
Ctrl-C and with SIGTERM at dtexec, and with the stop of a worker, which the service uses. Afterwards
no process that it started lives, PostgreSQL runs no statement of it, and no temporary file is left.

    python tests/chaos/stop_packages.py [--stops 500] [--seed 1]
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2] / "src")]

import psycopg

from dtserve.connections.environment import ConnectionTarget
from dtserve.execution.options import ExecutionOptions, PackageSource
from dtserve.execution.process import start
from support.control_flow import package
from support.copy_flow import copy_flow

MARK = "DTSERVE_CHAOS"
KINDS = ("Ctrl-C", "SIGTERM", "worker")
LONGEST_SECONDS = 4.0
"""A stop comes at most so long after dtexec can be stopped, or the worker has been started."""
GIVE_UP_SECONDS = 30.0

PROGRAM = """trap '' TERM INT HUP
(trap '' TERM INT HUP; (trap '' TERM INT HUP; sleep 300) & sleep 300) &
setsid sh -c "trap '' TERM INT HUP; sleep 300" &
sleep 300
"""
SQL = "www.microsoft.com/sqlserver/dts/tasks/sqltask"


@dataclass(frozen=True)
class Stop:
    """One stop: what kind, seconds after the start, seconds until nothing was left, the exit code, what ran then."""

    kind: str
    after: float
    seconds: float
    code: int
    processes: int
    statements: int


def _statement(name: str, text: str) -> str:
    return (
        f'<task xmlns:SQLTask="{SQL}" name="{name}" type="Microsoft.ExecuteSQLTask"><SQLTask:SqlTaskData '
        f'SQLTask:Connection="db" SQLTask:SqlStatementSource="{text}"/></task>'
    )


def write_packages(folder: Path) -> Path:
    """The package and its child; the package's path."""
    script = folder / "program.sh"
    script.write_text(PROGRAM)
    connection = '<connection name="db" kind="OLEDB" string="Data Source=x;Provider=SQLNCLI11.1;"/>'
    program = f'<task name="program" type="Microsoft.ExecuteProcess"><ExecuteProcessData Executable="sh" Arguments="{script}"/></task>'
    child = folder / "Child.dtsx"
    child.write_bytes(package(connection + program + _statement("inner", "SELECT pg_sleep(300)"), name="Child"))
    calls = "".join(
        f'<task name="{name}" type="Microsoft.ExecutePackageTask"><ExecutePackageTask><Connection>child</Connection>'
        f"<ExecuteOutOfProcess>{outside}</ExecuteOutOfProcess></ExecutePackageTask></task>"
        for name, outside in (("in process", "False"), ("out of process", "True"))
    )
    query = "SELECT i AS a FROM generate_series(1, 100000000) AS i"
    flow = copy_flow("flow", "db", query, "db", "t", {"a": "i4"})
    body = f'{connection}<connection name="child" kind="FILE" string="{child}"/>'
    whole = body + program + calls + flow + _statement("statement", "SELECT pg_sleep(300)")
    path = folder / "Chaos.dtsx"
    path.write_bytes(package(whole, name="Chaos", MaxConcurrentExecutables="16"))
    return path


class Field:
    """Where packages run: a folder, a PostgreSQL database, a mark by which their processes are known."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        self.mark = f"{MARK}={os.urandom(8).hex()}"
        self.temp = folder / "temp"
        self.temp.mkdir()
        self.path = write_packages(folder)
        self.connection = psycopg.connect(url, autocommit=True)
        self.connection.execute("CREATE TABLE t (a int)")

    def processes(self) -> list[int]:
        """Living processes with the mark in their environment."""
        found = []
        for entry in os.listdir("/proc"):
            if entry.isdigit() and int(entry) != os.getpid():
                try:
                    environment = Path("/proc", entry, "environ").read_bytes()
                except OSError:
                    continue
                if self.mark.encode() in environment:
                    found.append(int(entry))
        return found

    def statements(self) -> int:
        """Statements of the packages that PostgreSQL still runs."""
        row = self.connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND state <> 'idle' AND backend_type = 'client backend'"
        ).fetchone()
        return int(row[0]) if row else 0

    def leftovers(self) -> str:
        """What is left of a run; empty when nothing is."""
        processes, statements = self.processes(), self.statements()
        files = [str(each) for each in self.temp.iterdir()]
        return " ".join(
            text
            for text in (
                f"processes {processes}" if processes else "",
                f"{statements} statements" if statements else "",
                f"files {files}" if files else "",
            )
            if text
        )


def one_stop(field: Field, kind: str, after: float) -> Stop:
    """Start the package, stop it, wait until nothing is left; raises AssertionError after GIVE_UP_SECONDS."""
    stop, code = _started(field, kind)
    time.sleep(after)
    processes, statements = len(field.processes()), field.statements()
    began = time.monotonic()
    stop()
    left = field.leftovers()
    while left and time.monotonic() - began < GIVE_UP_SECONDS:
        time.sleep(0.02)
        left = field.leftovers()
    seconds = time.monotonic() - began
    assert not left, f"{kind} after {after:.2f} s left {left}"
    found = code()
    assert found == 3, f"{kind} after {after:.2f} s gave exit code {found}"
    return Stop(kind, after, seconds, found, processes, statements)


def _started(field: Field, kind: str) -> tuple[Callable[[], None], Callable[[], int]]:
    name, _, value = field.mark.partition("=")
    url = f"{field.url}?source=postgres"
    if kind == "worker":
        options = ExecutionOptions(connection_map=(ConnectionTarget(url, manager="db"),), temp=str(field.temp))
        os.environ[name] = value
        try:
            worker = start(PackageSource(path=str(field.path)), options)
        finally:
            del os.environ[name]
        threading.Thread(target=lambda: list(worker.events()), daemon=True).start()
        return worker.stop, worker.wait
    command = [sys.executable, "-m", "dtserve.cli.dtexec", "/F", str(field.path), "--map", f"db={url}"]
    process = subprocess.Popen(
        [*command, "--temp", str(field.temp), "/REP", "N"],
        env={**os.environ, name: value, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    _wait_until_catching(process.pid)
    _wait_until_catching(process.pid)
    if kind == "SIGTERM":
        return process.terminate, process.wait
    return lambda: os.killpg(process.pid, signal.SIGINT), process.wait


def _wait_until_catching(pid: int) -> None:
    """Until dtexec catches SIGTERM: what comes while Python itself starts is Python's own affair."""
    deadline = time.monotonic() + GIVE_UP_SECONDS
    while time.monotonic() < deadline:
        lines = Path("/proc", str(pid), "status").read_text().splitlines()
        caught = next(int(line.split()[1], 16) for line in lines if line.startswith("SigCgt"))
        if caught >> (signal.SIGTERM - 1) & 1:
            return
        time.sleep(0.002)
    raise AssertionError("dtexec did not start")


def run(
    stops: int, folder: Path, url: str, seed: int = 1, told: Callable[[Stop], None] = lambda stop: None
) -> list[Stop]:
    """So many stops at random moments, the kinds in turn."""
    chance = random.Random(seed)
    field = Field(folder, url)
    found = []
    try:
        for number in range(stops):
            found.append(one_stop(field, KINDS[number % len(KINDS)], chance.random() * LONGEST_SECONDS))
            told(found[-1])
            field.connection.execute("TRUNCATE t")
    finally:
        field.connection.close()
    return found


def summary(stops: list[Stop]) -> str:
    """Figures: how many within which time."""
    times = sorted(stop.seconds for stop in stops)
    within = [sum(each <= limit for each in times) for limit in (1.0, 2.0, 10.0)]
    codes = sorted({stop.code for stop in stops})
    return (
        f"{len(times)} stops, nothing left: {within[0]} within 1 s, {within[1]} within 2 s "
        f"({100 * within[1] / len(times):.1f} %), {within[2]} within 10 s; median {times[len(times) // 2]:.2f} s, "
        f"longest {times[-1]:.2f} s; exit codes {codes}; at most {max(stop.processes for stop in stops)} processes and "
        f"{max(stop.statements for stop in stops)} statements ran at a stop"
    )


def main() -> None:
    from support.postgres import postgres_server

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stops", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()

    def told(stop: Stop) -> None:
        sys.stderr.write(
            f"{stop.kind:<8} after {stop.after:.2f} s: {stop.seconds:.2f} s, exit code {stop.code}, "
            f"{stop.processes} processes, {stop.statements} statements\n"
        )

    with tempfile.TemporaryDirectory() as folder, postgres_server() as server:
        stops = run(arguments.stops, Path(folder), server.new_database(), arguments.seed, told)
    sys.stdout.write(summary(stops) + "\n")


if __name__ == "__main__":
    main()
