"""A package in a process of its own: events, exit codes, and stops that leave nothing behind."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from dtserve.execution.options import ExecutionOptions, PackageSource, Setting
from dtserve.execution.process import start
from support.control_flow import package

SIMPLE = '<variable name="User::n" value="0"/><task name="T" type="Microsoft.ExpressionTask"><ExpressionTask Expression="1 / @[User::n]"/></task>'


def shell(script: str) -> bytes:
    return package(
        f'<task name="P" type="Microsoft.ExecuteProcess"><ExecuteProcessData Executable="sh" Arguments="-c &quot;{script}&quot;"/></task>'
    )


def pid_in(path: Path, seconds: float = 20.0) -> int:
    deadline = time.monotonic() + seconds
    while not (path.exists() and path.read_text().strip()):
        assert time.monotonic() < deadline, "the package did not get that far"
        time.sleep(0.02)
    return int(path.read_text())


def gone(pid: int, seconds: float = 8.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.05)
    return False


def test_events_and_exit_code_come_back() -> None:
    secret = Setting("set", "\\Package.Variables[User::n].Value", "1", sensitive=True)
    worker = start(PackageSource(data=package(SIMPLE), display_path="x"), ExecutionOptions(settings=(secret,)))
    assert all("User::n" not in word for word in psutil.Process(worker.pid).cmdline())
    events = list(worker.events())
    assert worker.wait() == 0
    assert worker.failure == ""
    assert events[-1].kind == "PackageEnd"
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))


def test_a_failing_package_and_one_that_cannot_be_loaded() -> None:
    worker = start(PackageSource(data=package(SIMPLE)), ExecutionOptions())
    assert [event.kind for event in worker.events() if event.kind == "OnError"] == ["OnError"]
    assert worker.wait() == 1
    missing = start(PackageSource(path="/no/such.dtsx"), ExecutionOptions())
    assert [event.code for event in missing.events()] == [0xC0011002]
    assert missing.wait() == 4
    assert "such.dtsx" in missing.failure


def test_stop_ends_the_whole_group_with_exit_code_3(tmp_path) -> None:
    pid_file = tmp_path / "pid"
    worker = start(PackageSource(data=shell(f"sleep 60 &amp; echo $! &gt; {pid_file}; wait")), ExecutionOptions())
    reader = threading.Thread(target=lambda: list(worker.events()), daemon=True)
    reader.start()
    grandchild = pid_in(pid_file)
    asked = time.monotonic()
    worker.stop()
    assert worker.wait(5) == 3
    assert time.monotonic() - asked < 4
    assert gone(grandchild)
    reader.join(5)


def test_a_worker_that_does_not_listen_is_killed(tmp_path) -> None:
    pid_file = tmp_path / "pid"
    worker = start(PackageSource(data=shell(f"echo $$ &gt; {pid_file}; sleep 60")), ExecutionOptions())
    reader = threading.Thread(target=lambda: list(worker.events()), daemon=True)
    reader.start()
    deadline = time.monotonic() + 20
    while not (pid_file.exists() and pid_file.read_text().strip()) and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(worker.pid, signal.SIGSTOP)
    worker.stop()
    assert worker.wait(5) == 3
    assert gone(worker.pid)
    assert gone(int(pid_file.read_text()))
    reader.join(5)


@pytest.mark.skipif(sys.platform == "win32", reason="process groups")
def test_a_worker_ends_when_its_parent_is_killed(tmp_path) -> None:
    pid_file = tmp_path / "pid"
    (tmp_path / "p.dtsx").write_bytes(shell(f"echo $$ &gt; {pid_file}; sleep 60"))
    code = (
        "import sys, time\nfrom dtserve.execution.process import start\n"
        "from dtserve.execution.options import *\n"
        "w = start(PackageSource(path=sys.argv[1]), ExecutionOptions())\nprint(w.pid, flush=True)\ntime.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "p.dtsx")],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    with parent:
        worker = int(parent.stdout.readline())
        child = pid_in(pid_file)
        parent.kill()
    assert gone(worker)
    assert gone(child)


def test_a_lost_worker_says_so() -> None:
    worker = start(PackageSource(data=shell("sleep 60")), ExecutionOptions())
    reader = threading.Thread(target=lambda: list(worker.events()), daemon=True)
    reader.start()
    time.sleep(0.3)
    os.killpg(worker.pid, signal.SIGKILL)
    assert worker.wait(5) == 1
    assert "ended unexpectedly" in worker.failure
    reader.join(5)


def test_options_never_stand_on_the_command_line() -> None:
    assert "hunter2" not in repr(ExecutionOptions(password="hunter2"))
    assert json.loads(ExecutionOptions(password="hunter2").to_json())["password"] == "hunter2"


def test_a_defect_while_loading_is_an_event_too(tmp_path) -> None:
    beside = tmp_path / "a.dtsx"
    beside.write_bytes(package(SIMPLE))
    (tmp_path / "p.dtproj").mkdir()  # which cannot be read as a file
    worker = start(PackageSource(path=str(beside)), ExecutionOptions())
    assert [event.code for event in worker.events()] == [0xC0D5FFFF]
    assert worker.wait() == 1
    assert "p.dtproj" in worker.failure
