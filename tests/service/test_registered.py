"""Runs that dtexec tells of: listed, stopped like Ctrl-C, lost when their process is gone."""

import subprocess
import sys
import threading
import time

import psutil
import pytest

from dtserve.service.eventlog import EventLog
from dtserve.service.history import History
from dtserve.service.registered import Registered
from dtserve.service.state import open_state
from dtserve.service.watch import Watchers

POLITE = "import sys, time\ntry:\n print(1, flush=True)\n time.sleep(60)\nexcept KeyboardInterrupt: sys.exit(3)"
STUBBORN = (
    "import signal, time\nfor n in (2, 15): signal.signal(n, signal.SIG_IGN)\nprint(1, flush=True)\ntime.sleep(60)"
)


@pytest.fixture
def parts(tmp_path):
    state = open_state(tmp_path / "state.sqlite")
    history, log = History(state), EventLog(state)
    yield Registered(history, log, Watchers()), history, log
    state.close()


def begin(registered, code: str) -> subprocess.Popen:
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    process.stdout.readline()
    process.stdout.close()
    registered.add("x", path="/p/a.dtsx", package="a", package_id="{1}", pid=process.pid, user="os:me")
    return process


def test_a_run_is_listed_and_ends_once(parts) -> None:
    registered, history, _ = parts
    process = begin(registered, POLITE)
    found = history.find(running=True)[0]
    assert (found["origin"], found["state"], found["user"], found["pid"]) == ("dtexec", "running", "os:me", process.pid)
    registered.watch(threading.Event())
    assert history.get("x")["state"] == "running"
    registered.finish("x", "succeeded", 0)
    process.kill()
    process.wait()
    registered.watch(threading.Event())
    assert (history.get("x")["state"], history.get("x")["exit_code"]) == ("succeeded", 0)


def test_a_run_whose_process_is_gone_is_lost(parts) -> None:
    registered, history, _ = parts
    process = begin(registered, POLITE)
    process.kill()
    process.wait()
    registered.watch(threading.Event())
    found = history.get("x")
    assert (found["state"], found["exit_code"]) == ("lost", 1)
    assert "without telling" in found["reason"]


@pytest.mark.parametrize("code", [POLITE, STUBBORN])
def test_a_stop_ends_the_process(parts, code) -> None:
    registered, history, log = parts
    process = begin(registered, code)
    registered.stop(history.get("x"))
    assert history.get("x")["state"] == "stopping"
    process.wait(15)
    registered.watch(threading.Event())
    assert (history.get("x")["state"], history.get("x")["exit_code"]) == ("canceled", 3)
    assert log.entries()[0]["event_id"] == 336


def test_another_process_with_the_same_number_is_not_it(parts) -> None:
    registered, history, _ = parts
    process = begin(registered, POLITE)
    row = history.get("x")
    history.update(row["number"], options='{"process_started": 5.0}')
    registered.watch(threading.Event())
    assert history.get("x")["state"] == "lost"
    registered._insist({**row, "options": {"process_started": 5.0}, "pid": psutil.Process().pid} | {"pid": 2**22 - 5})
    time.sleep(0.1)
    assert process.poll() is None
    process.kill()
    process.wait()


def test_a_stop_never_reaches_a_later_process_of_the_same_number(parts) -> None:
    registered, history, _ = parts
    process = begin(registered, POLITE)
    row = history.get("x")
    row["options"]["process_started"] -= 100.0  # as if the run's own process had gone, and this one got its number
    registered.stop(row)
    for thread in threading.enumerate():
        if thread.name == f"stop-{row['number']}":
            thread.join(10)
    assert process.poll() is None
    process.kill()
    process.wait()
