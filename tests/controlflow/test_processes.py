"""Processes of tasks end with everything they started."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from dtserve.controlflow import processes

posix = os.name == "posix"
FAMILY = "trap '' TERM; (trap '' TERM; (sleep 97 & echo $! > $0/one; wait) & wait) & sleep 97"


def pid_in(path: Path) -> int:
    deadline = time.monotonic() + 20
    while not (path.exists() and path.read_text().strip()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return int(path.read_text())


def gone(pid: int) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False


def test_a_process_is_killed_with_its_group(tmp_path) -> None:
    process = processes.start(["sh", "-c", FAMILY, str(tmp_path)])
    inner = pid_in(tmp_path / "one")
    assert os.getpgid(process.pid) == process.pid
    processes.end_tree(process)
    assert process.wait(5) == -9
    assert gone(inner)
    processes.finished(process)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="adopting is Linux's")
def test_what_processes_leave_behind_is_adopted_and_ended(tmp_path) -> None:
    program = (
        "import sys, time\nfrom dtserve.controlflow import processes\nfrom pathlib import Path\n"
        "folder = sys.argv[1]\n"
        "process = processes.start(['sh', '-c', 'sleep 0.01 & setsid sleep 97 & echo $! > $0/left', folder], adopts=True)\n"
        "process.wait()\nprocesses.finished(process)\ntime.sleep(0.3)\n"
        "second = processes.start(['true'], adopts=True)\nsecond.wait()\nprocesses.finished(second)\n"
        "left = int(Path(folder, 'left').read_text())\nimport psutil, os\n"
        "print(psutil.Process(left).ppid() == os.getpid(), len(processes._descendants(os.getpid())))\n"
        "processes.end_all()\nprint(len(processes._descendants(os.getpid())))\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == ["True", "1", "0"], done.stderr
    assert gone(int((tmp_path / "left").read_text()))
