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
        name, concerned = WRITES[call], True
        if name in _ON_DESCRIPTORS:
            descriptor = struct.unpack_from("Q", request, 32)[0]
            try:
                concerned = os.readlink(f"/proc/{pid}/fd/{descriptor}").startswith(str(folder))
            except OSError:
                concerned = False
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
