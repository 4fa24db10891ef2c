"""The lock and the signals here; the forms of Windows with doubles of Python's modules for it."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import types

import pytest

from dtserve.service import operating_system
from dtserve.service.errors import AlreadyRunning
from dtserve.service.operating_system import LOCKED_BYTE, HomeLock, lock_exclusively, on_reload_signal, on_stop_signals


def test_a_home_is_locked_until_it_is_released(tmp_path) -> None:
    first = HomeLock(tmp_path / "made" / "service.lock")
    with pytest.raises(AlreadyRunning, match="made"):
        HomeLock(tmp_path / "made" / "service.lock")
    assert (tmp_path / "made" / "service.lock").read_text() == f"{os.getpid()}\n"
    first.release()
    HomeLock(tmp_path / "made" / "service.lock").release()


def test_the_lock_ends_with_its_process(tmp_path) -> None:
    path = tmp_path / "service.lock"
    code = (
        "import sys, os, pathlib; from dtserve.service.operating_system import HomeLock;"
        "lock = HomeLock(pathlib.Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", code, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(AlreadyRunning):
            HomeLock(path)
        other.kill()
    HomeLock(path).release()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_stop(number) -> None:
    async def wait() -> None:
        stopped, reloaded = asyncio.Event(), asyncio.Event()
        on_stop_signals(asyncio.get_running_loop(), stopped.set)
        on_reload_signal(asyncio.get_running_loop(), reloaded.set)
        os.kill(os.getpid(), signal.SIGHUP)
        await asyncio.wait_for(reloaded.wait(), 5)
        assert not stopped.is_set()
        os.kill(os.getpid(), number)
        await asyncio.wait_for(stopped.wait(), 5)

    asyncio.run(wait())


def test_outside_the_main_thread_signals_are_left_alone() -> None:
    before = signal.getsignal(signal.SIGTERM)

    async def none() -> None:
        on_stop_signals(asyncio.get_running_loop(), lambda: None)
        on_reload_signal(asyncio.get_running_loop(), lambda: None)

    thread = threading.Thread(target=lambda: asyncio.run(none()))
    thread.start()
    thread.join()
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.fixture
def windows(monkeypatch):
    """A double: only what the module asks, not Windows."""
    monkeypatch.setattr(operating_system.sys, "platform", "win32")
    yield monkeypatch
    monkeypatch.undo()


def test_the_lock_of_windows_with_a_double(windows, tmp_path) -> None:
    asked = []
    double = types.ModuleType("msvcrt")
    double.LK_NBLCK = 2
    double.locking = lambda descriptor, mode, count: asked.append((os.lseek(descriptor, 0, os.SEEK_CUR), mode, count))
    windows.setitem(sys.modules, "msvcrt", double)
    with open(tmp_path / "file", "a+") as file:
        lock_exclusively(file.fileno())
    assert asked == [(LOCKED_BYTE, 2, 1)]


def test_the_signals_of_windows_with_a_double(windows) -> None:
    kept = {}
    windows.setattr(signal, "SIGBREAK", 21, raising=False)
    windows.setattr(signal, "signal", lambda number, handler: kept.update({number: handler}))

    async def wait() -> None:
        stopped = asyncio.Event()
        on_stop_signals(asyncio.get_running_loop(), stopped.set)
        on_reload_signal(asyncio.get_running_loop(), stopped.set)
        kept[21](21, None)
        await asyncio.wait_for(stopped.wait(), 5)

    asyncio.run(wait())
    assert set(kept) == {signal.SIGINT, 21}
