"""A file that is read before anybody asks: what counts as the same file, and how the threads take turns meanwhile."""

from __future__ import annotations

import os
import sys
import threading
import time

from dtserve.dataflow.flat_file.begun import DEPTH, SWITCH_SECONDS, Begun, DataFile


def begun(file, made=None):
    return Begun(file, (number for number in range(made if made is not None else 3)), "test")


def test_it_serves_the_file_as_it_was(tmp_path):
    path = tmp_path / "in.csv"
    path.write_bytes(b"1\r\n")
    early = begun(DataFile(path, "in"))
    assert early.serves(DataFile(path, "the same file"))
    assert not early.serves(DataFile(tmp_path / "other.csv", "in"))
    path.write_bytes(b"1\r\n2\r\n")
    assert not early.serves(DataFile(path, "in"))
    early.close()


def test_a_file_of_the_same_size_in_its_place_is_another_one(tmp_path):
    path = tmp_path / "in.csv"
    path.write_bytes(b"1\r\n")
    early = begun(DataFile(path, "in"))
    (tmp_path / "new.csv").write_bytes(b"2\r\n")
    os.replace(tmp_path / "new.csv", path)
    assert not early.serves(DataFile(path, "in"))
    path.unlink()
    assert not early.serves(DataFile(path, "in"))
    early.close()


def test_what_cannot_be_read_twice_has_no_stamp(tmp_path):
    assert DataFile(tmp_path / "missing", "in").stamp() == ()
    assert DataFile(tmp_path / "missing", "in").size() == 0
    assert DataFile(tmp_path, "a folder").stamp() == ()
    os.mkfifo(tmp_path / "pipe")
    assert DataFile(tmp_path / "pipe", "in").stamp() == ()
    (tmp_path / "in.csv").write_bytes(b"123")
    assert DataFile(tmp_path / "in.csv", "in").size() == 3


def test_several_blocks_wait_until_they_are_asked_for(tmp_path):
    made = []

    def blocks():
        for number in range(9):
            made.append(number)
            yield number

    early = Begun(DataFile(tmp_path / "in.csv", "in"), blocks(), "test")
    deadline = time.monotonic() + 5
    while len(made) <= DEPTH and time.monotonic() < deadline:
        time.sleep(0.005)
    time.sleep(0.02)
    assert len(made) == DEPTH + 1
    taken = early.goes_on()
    assert list(taken) == list(range(9))
    taken.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "test-ahead"]


def test_threads_take_turns_sooner_until_the_last_file_is_asked_for(tmp_path):
    usual = sys.getswitchinterval()
    several = [begun(DataFile(tmp_path / "in.csv", "in")) for _ in range(3)]
    assert sys.getswitchinterval() < usual
    assert abs(sys.getswitchinterval() - SWITCH_SECONDS) < 1e-6
    several[0].close()
    several[0].close()
    several[1].goes_on().close()
    assert sys.getswitchinterval() < usual
    several[2].close()
    assert sys.getswitchinterval() == usual
