"""Atomic, durable writes; what crashes leave is swept away."""

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dtserve.stores import durable
from dtserve.stores.durable import folder_lock, is_temporary, sweep_folder, write_file

ROUNDS = int(os.environ.get("DTSERVE_KILL_ROUNDS", "8"))


def temporaries(folder: Path) -> list[str]:
    return [name for name in os.listdir(folder) if is_temporary(name)]


def test_new_and_replaced_files(tmp_path):
    path = tmp_path / "f"
    write_file(path, b"one")
    path.chmod(0o640)
    write_file(path, b"two")
    assert path.read_bytes() == b"two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    write_file(path, b"three", mode=0o600)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["f"]


def test_a_failed_write_leaves_the_old_content(tmp_path, monkeypatch):
    path = tmp_path / "f"
    write_file(path, b"old")

    def full(descriptor, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(durable, "write_all", full)
    with pytest.raises(OSError, match="No space"):
        write_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert temporaries(tmp_path) == []


def test_the_disk_is_told_in_the_right_order(tmp_path, monkeypatch):
    calls = []
    for name in ("fsync", "replace", "link"):
        real = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *a, name=name, real=real, **k: calls.append(name) or real(*a, **k))
    write_file(tmp_path / "f", b"x")
    assert calls in (["fsync", "link", "fsync"], ["fsync", "replace", "fsync"])  # with files without names, without
    calls.clear()
    write_file(tmp_path / "f", b"y")
    assert [name for name in calls if name != "link"] == ["fsync", "replace", "fsync"]


def test_a_name_taken_meanwhile_is_replaced(tmp_path):
    path = tmp_path / "f"
    with durable.replacement(path) as descriptor:
        durable.write_all(descriptor, b"mine")
        path.write_bytes(b"somebody else's")
    assert path.read_bytes() == b"mine"
    assert os.listdir(tmp_path) == ["f"]


def test_sweeping_takes_only_what_nobody_holds(tmp_path):
    held = tmp_path / ".~dtserve-1-held.tmp"
    left = tmp_path / ".~dtserve-1-left.tmp"
    fresh = tmp_path / ".~dtserve-1-fresh.tmp"
    other = tmp_path / "note.tmp"
    for path in (held, left, fresh, other):
        path.write_bytes(b"x")
    for path in (held, left, other):
        os.utime(path, (time.time() - 600, time.time() - 600))
    descriptor = os.open(held, os.O_RDONLY)
    try:
        assert durable._lock(descriptor, wait=False)
        assert sweep_folder(tmp_path) == 1
    finally:
        os.close(descriptor)
    assert sorted(os.listdir(tmp_path)) == sorted([held.name, fresh.name, other.name])
    assert sweep_folder(tmp_path, stale_after=0) == 2
    assert sweep_folder(tmp_path / "nothing") == 0


def test_folder_locks_exclude_each_other(tmp_path):
    script = (
        "import sys; from pathlib import Path; from dtserve.stores.durable import folder_lock\n"
        f"with folder_lock(Path({str(tmp_path)!r})):\n    print('in', flush=True); sys.stdin.read()\n"
    )
    with folder_lock(tmp_path):
        process = subprocess.Popen(
            [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ}
        )
        time.sleep(0.3)
        os.set_blocking(process.stdout.fileno(), False)
        assert process.stdout.read() is None
    os.set_blocking(process.stdout.fileno(), True)
    assert process.stdout.readline().strip() == b"in"
    process.communicate()


WRITER = """
import sys
from pathlib import Path
from dtserve.stores.filesystem import FileSystemStore
store = FileSystemStore("F", Path(sys.argv[1]))
number = int(sys.argv[2])
while True:
    number += 1
    store.write(("P",), b"%012d" % number * 20000, overwrite=True)
    sys.stdout.write("%d\\n" % number)
    sys.stdout.flush()
"""


def test_kill_leaves_the_last_confirmed_package_or_a_later_one(tmp_path):
    confirmed = 0
    for round_number in range(ROUNDS):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), str(confirmed)], stdout=subprocess.PIPE, text=True
        )
        process.stdout.readline()
        time.sleep(0.01 * (round_number % 5))
        process.send_signal(signal.SIGKILL)
        told = [int(line) for line in process.communicate()[0].split()]
        data = (tmp_path / "P.dtsx").read_bytes()
        number = int(data[:12])
        assert data == b"%012d" % number * 20000
        assert number >= max(told, default=confirmed)
        confirmed = number
    sweep_folder(tmp_path, stale_after=0)
    assert os.listdir(tmp_path) == ["P.dtsx"]
