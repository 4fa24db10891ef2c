"""Lines of a worker: whole, in order, and waiting for room on a full disk."""

import errno
import os
import threading

import pytest

from dtserve.execution import wire
from dtserve.execution.wire import Wire


def test_lines_of_many_threads_stay_whole(tmp_path) -> None:
    descriptor = os.open(tmp_path / "lines", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    line = Wire(descriptor, lambda: False).line
    threads = [
        threading.Thread(target=lambda n=n: [line(f"{n}" * 2000 + "\udc80ä") for _ in range(50)]) for n in range(4)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    os.close(descriptor)
    found = (tmp_path / "lines").read_text("utf-8").splitlines()
    assert sorted(found) == sorted(f"{n}" * 2000 + "?ä" for n in range(4) for _ in range(50))


def test_a_full_disk_is_waited_for(monkeypatch) -> None:
    written, answers, real = [], [errno.ENOSPC, 3, errno.EDQUOT, 2, 99], os.write

    def write(descriptor: int, data: memoryview) -> int:
        answer = answers.pop(0)
        if answer in (errno.ENOSPC, errno.EDQUOT):
            raise OSError(answer, "full")
        written.append(bytes(data[:answer]))
        return len(written[-1])

    monkeypatch.setattr(wire, "AGAIN_SECONDS", 0.01)
    monkeypatch.setattr(os, "write", write)
    Wire(1, lambda: False).line("0123456")
    monkeypatch.setattr(os, "write", real)
    assert written == [b"012", b"34", b"56\n"]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full here")
def test_a_run_that_is_given_up_waits_no_longer() -> None:
    descriptor, waits = os.open("/dev/full", os.O_WRONLY), iter((False, False, True))
    with pytest.raises(OSError, match="space"):
        Wire(descriptor, lambda: next(waits)).line("x")
    os.close(descriptor)


def test_nobody_to_tell_is_an_error() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with pytest.raises(BrokenPipeError):
        Wire(writer, lambda: False).line("x")
    os.close(writer)
