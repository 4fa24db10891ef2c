"""Workers with a spool: they stop with their parent or outlive it, and are known again."""

import os
import time

import psutil
import pytest

from dtserve.execution.options import ExecutionOptions, PackageSource, Setting
from dtserve.execution.spool import SpoolReader
from dtserve.execution.spooled import adopt, start_spooled
from support.control_flow import package

SIMPLE = package(
    '<variable name="User::n" value="0"/><task name="T" type="Microsoft.ExpressionTask">'
    '<ExpressionTask Expression="@[User::n] = 2"/></task>'
)
SLEEPING = package(
    '<task name="P" type="Microsoft.ExecuteProcess"><ExecuteProcessData Executable="sleep" Arguments="60"/></task>'
)


def until(check, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def begin(folder, data: bytes, *, outlives: bool):
    secret = Setting("set", r"\Package.Properties[Description]", "canary", sensitive=True)
    worker = start_spooled(PackageSource(data=data), ExecutionOptions(settings=(secret,)), folder, outlives=outlives)
    assert "canary" not in " ".join(psutil.Process(worker.pid).cmdline())
    return worker


def test_events_and_the_end_are_in_the_spool(tmp_path) -> None:
    worker = begin(tmp_path / "run-1", SIMPLE, outlives=False)
    until(lambda: not worker.alive)
    worker.close()
    reader = SpoolReader(worker.folder)
    sequences = [event.sequence for event in reader.read()]
    assert sequences == list(range(1, len(sequences) + 1))
    assert (reader.end.exit_code, reader.end.cpu_seconds > 0, reader.end.peak_memory > 1 << 20) == (0, True, True)
    assert all(b"canary" not in path.read_bytes() for path in worker.folder.iterdir())
    assert all(path.stat().st_mode & 0o077 == 0 for path in worker.folder.iterdir())


@pytest.mark.parametrize("outlives", [False, True])
def test_the_end_of_the_parent(tmp_path, outlives) -> None:
    worker = begin(tmp_path / "run-2", SLEEPING, outlives=outlives)
    reader = SpoolReader(worker.folder)
    until(lambda: reader.read() or reader.end)
    worker.close()  # what the end of this process would do
    if not outlives:
        until(lambda: not worker.alive)
        reader.read()
        assert reader.end.exit_code == 3
        return
    time.sleep(0.5)
    assert worker.alive
    for pid in (worker.pid, None):
        again = adopt(pid, worker.folder)
        assert again is not None
        assert again.pid == worker.pid
    assert adopt(worker.pid, tmp_path / "run-3") is None
    again.stop()
    until(lambda: not worker.alive)
    assert again.stop_requested


def test_a_worker_that_is_killed_is_lost(tmp_path) -> None:
    worker = begin(tmp_path / "run-4", SLEEPING, outlives=False)
    reader = SpoolReader(worker.folder)
    until(reader.read)
    worker.signal_group("SIGKILL")
    until(lambda: not worker.alive)
    worker.close()
    assert "ended unexpectedly" in worker.lost.message
    assert reader.end is None


def test_other_processes_are_not_workers(tmp_path) -> None:
    assert adopt(os.getpid(), tmp_path) is None
    assert adopt(0, tmp_path) is None
    assert adopt(None, tmp_path / "nobody") is None


def test_where_there_are_no_process_groups_the_tree_is_ended(tmp_path, monkeypatch) -> None:
    worker = begin(tmp_path / "run-3", SLEEPING, outlives=True)
    process = psutil.Process(worker.pid)
    until(lambda: any("sleep" in each.name() for each in process.children(recursive=True)))
    started = process.children(recursive=True)
    monkeypatch.delattr(os, "killpg")
    worker.signal_group("SIGTERM")
    until(lambda: not worker.alive)
    worker.close()
    until(lambda: not any(_lives(each) for each in started))
    assert not worker.alive


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
