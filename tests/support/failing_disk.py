"""A disk that fails at the n-th call that writes: the kernel answers with an error instead of doing it.

The calls of one child process are filtered (seccomp, with this process as its supervisor), so that
SQLite's writes are met like Python's, and nothing else on the machine is. Linux on x86-64 only.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import json
import os
import platform
import select
import socket
import struct
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dtserve.errors import DtserveError

SUPPORTED = sys.platform == "linux" and platform.machine() == "x86_64"
WRITES = {
    1: "write", 18: "pwrite64", 20: "writev", 296: "pwritev", 74: "fsync", 75: "fdatasync", 77: "ftruncate",
    82: "rename", 83: "mkdir", 84: "rmdir", 87: "unlink", 258: "mkdirat", 263: "unlinkat", 86: "link", 264: "renameat", 265: "linkat", 285: "fallocate", 316: "renameat2",
}  # fmt: skip
_ON_DESCRIPTORS = {"write", "pwrite64", "writev", "pwritev", "fsync", "fdatasync", "ftruncate", "fallocate"}
_SECCOMP, _SET_MODE_FILTER, _NEW_LISTENER, _NO_NEW_PRIVS = 317, 1, 8, 38
_ALLOW, _NOTIFY = 0x7FFF0000, 0x7FC00000
_RECEIVE, _SEND, _CONTINUE = 0xC0502100, 0xC0182101, 1


class _Instruction(ctypes.Structure):
    _fields_ = [("code", ctypes.c_ushort), ("jt", ctypes.c_ubyte), ("jf", ctypes.c_ubyte), ("k", ctypes.c_uint)]


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.POINTER(_Instruction))]


@dataclass(frozen=True)
class Outcome:
    """What the work raised (empty: nothing), whether that is a coded error, the writing calls, and which failed."""

    error: str
    coded: bool
    calls: tuple[str, ...]
    failed: str


def run(work: Callable[[], Any], folder: Path, fail_at: int, number: int = errno.EIO) -> Outcome:
    """Do ``work`` in a child process whose ``fail_at``-th writing call below ``folder`` fails with errno ``number``."""
    mine, theirs = socket.socketpair()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            mine.close()
            os.close(reader)
            _child(work, theirs, writer)
            code = 0
        finally:
            os._exit(code)
    theirs.close()
    os.close(writer)
    with mine, os.fdopen(reader, "rb") as answers:
        listener = socket.recv_fds(mine, 1, 1)[1][0]
        calls, failed = _supervise(listener, answers, folder, fail_at, number)
        os.close(listener)
        error, coded = json.loads(answers.read())
    os.waitpid(child, 0)
    return Outcome(error, coded, tuple(calls), failed)


def _child(work: Callable[[], Any], parent: socket.socket, answers: int) -> None:
    listener = _install()
    socket.send_fds(parent, [b"x"], [listener])
    os.close(listener)
    parent.close()
    answer = "", False
    try:
        work()
    except BaseException as error:
        answer = f"{type(error).__name__}: {error}", isinstance(error, DtserveError)
    with os.fdopen(answers, "w") as stream:
        json.dump(answer, stream)


def _install() -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0)
    lines = [_Instruction(0x20, 0, 0, 0)]
    lines += [_Instruction(0x15, len(WRITES) - index, 0, call) for index, call in enumerate(WRITES)]
    lines += [_Instruction(0x06, 0, 0, _ALLOW), _Instruction(0x06, 0, 0, _NOTIFY)]
    program = _Program(len(lines), (_Instruction * len(lines))(*lines))
    listener: int = libc.syscall(_SECCOMP, _SET_MODE_FILTER, _NEW_LISTENER, ctypes.byref(program))
    if listener < 0:
        raise OSError(ctypes.get_errno(), "seccomp")
    return listener


def _supervise(listener: int, answers: Any, folder: Path, fail_at: int, number: int) -> tuple[list[str], str]:
    calls: list[str] = []
    failed = ""
    while True:
        ready, _, _ = select.select([listener, answers], [], [], 30)
        if listener not in ready:
            return calls, failed
        request = bytearray(80)
        try:
            fcntl.ioctl(listener, _RECEIVE, request)
        except OSError:
            return calls, failed  # the child is gone
        identity, pid, _, call = struct.unpack_from("QIIi", request)
        name = WRITES[call]
        concerned = name not in _ON_DESCRIPTORS or _place(pid, name, request).startswith(str(folder))
        fails = False
        if concerned:
            calls.append(name)
            fails = len(calls) == fail_at
            failed = name if fails else failed
        answer = struct.pack("QqiI", identity, 0, -number if fails else 0, 0 if fails else _CONTINUE)
        try:
            fcntl.ioctl(listener, _SEND, bytearray(answer))
        except OSError:
            return calls, failed


def _place(pid: int, name: str, request: bytes | bytearray) -> str:
    """The file or folder that a call is about; empty where that cannot be told."""
    arguments = struct.unpack_from("6Q", request, 32)
    try:
        if name in _ON_DESCRIPTORS:
            return os.readlink(f"/proc/{pid}/fd/{arguments[0]}")
        folder, text = ("cwd", arguments[0]) if name in _ON_PATHS else (f"fd/{arguments[0]}", arguments[1])
        if folder == f"fd/{_HERE}":
            folder = "cwd"
        with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
            memory.seek(text)
            path = memory.read(4096).partition(b"\0")[0].decode("utf-8", "replace")
        return os.path.normpath(os.path.join(os.readlink(f"/proc/{pid}/{folder}"), path))
    except OSError:
        return ""


_ON_PATHS = {"rename", "mkdir", "rmdir", "unlink", "link"}
_HERE = 0xFFFFFF9C
"""AT_FDCWD as it stands in the lower half of a register."""


class FailingServer:
    """The filter for a server and the processes it starts: :attr:`install` is called in its process before it starts.

    Between :meth:`arm` and :meth:`disarm` the ``fail_at``-th writing call below a folder fails.
    """

    def __init__(self) -> None:
        self._mine, self._theirs = socket.socketpair()
        self._lock = threading.Lock()
        self._folder, self._fail_at, self._number = "", 0, 0
        self._calls: list[str] = []
        self._failed = ""

    def install(self) -> None:
        """In the server's process."""
        listener = _install()
        socket.send_fds(self._theirs, [b"x"], [listener])
        os.close(listener)

    def begin(self) -> None:
        """Answer the calls of a server that is being started; in a thread of its own, until the server is gone."""
        threading.Thread(target=self._supervise, daemon=True).start()

    def arm(self, folder: Path, fail_at: int, number: int) -> None:
        """Count from here on."""
        with self._lock:
            self._folder, self._fail_at, self._number, self._calls, self._failed = str(folder), fail_at, number, [], ""

    def disarm(self) -> tuple[list[str], str]:
        """The writing calls since, and which of them failed."""
        with self._lock:
            self._folder = ""
            return self._calls, self._failed

    def _supervise(self) -> None:
        listener = socket.recv_fds(self._mine, 1, 1)[1][0]
        self._mine.close()
        self._theirs.close()
        poll = select.poll()
        poll.register(listener, select.POLLIN)
        while True:
            if not any(event & select.POLLIN for _, event in poll.poll()):
                os.close(listener)
                return  # all of them are gone
            request = bytearray(80)
            try:
                fcntl.ioctl(listener, _RECEIVE, request)
                identity, pid, _, call = struct.unpack_from("QIIi", request)
                error = self._error(pid, WRITES[call], request)
                fcntl.ioctl(
                    listener, _SEND, bytearray(struct.pack("QqiI", identity, 0, -error, 0 if error else _CONTINUE))
                )
            except OSError:
                continue  # that process is gone

    def _error(self, pid: int, name: str, request: bytearray) -> int:
        with self._lock:
            if not self._folder or not _place(pid, name, request).startswith(self._folder):
                return 0
            self._calls.append(name)
            if len(self._calls) != self._fail_at:
                return 0
            self._failed = name
            return self._number
