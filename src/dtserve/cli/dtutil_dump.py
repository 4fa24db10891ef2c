"""``dtutil /Dump``: dump files of a running dtexec (DTUTIL §3, generating dump files).

Two files: ``.tmp``, text (:mod:`dtserve.cli.dtutil_dump_text`) with the facts of the process, its threads, files
and modules, the package in it and the latest log entries, and ``.mdmp``, a minidump with system, process
state and memory map. Neither holds memory, environment or command line, because passwords stand
there. The log entries are those the service keeps of packages that it runs; a dtexec started
by hand has none there.
"""

from __future__ import annotations

import os
import platform
import re
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from dtserve.cli.dtutil_dump_text import about_process, about_run
from dtserve.cli.errors import DumpDenied, NoSuchProcess, NotPackageProcess

__all__ = ["dump_process"]

PROGRAMS = {"dtexec", "dtexec.exe", "dtsdebughost", "dtsdebughost.exe"}
WORKER = "dtserve.execution.worker"
_SYSTEM_INFO, _MISC_INFO, _PROC_STATUS, _MAPS = 7, 15, 0x47670004, 0x47670009
_ARCHITECTURES = {"x86_64": 9, "amd64": 9, "aarch64": 12, "arm64": 12, "i686": 0}
_PLATFORMS = {"Linux": 0x8201, "Darwin": 0x8101, "Windows": 2}


def dump_process(process_id: int, folder: Path, state: Path | None = None) -> list[Path]:
    """Write the files; NoSuchProcess, NotPackageProcess, DumpDenied.

    The process is held while it is looked at and goes on afterwards.
    """
    try:
        process = psutil.Process(process_id)
        if not _is_package_process(process):
            raise NotPackageProcess(process=process_id)
        with _held(process):
            lines = list(about_process(process))
            mini = _minidump(process)
    except psutil.NoSuchProcess:
        raise NoSuchProcess(process=process_id) from None
    except (psutil.AccessDenied, PermissionError):
        raise DumpDenied(process=process_id) from None
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    base = _next_name(folder)
    lines += about_run(process_id, state)
    text = base.with_suffix(".tmp")
    text.write_text("\n".join(lines) + "\n", encoding="utf-8")
    base.with_suffix(".mdmp").write_bytes(mini)
    return [base.with_suffix(".mdmp"), text]


def _is_package_process(process: psutil.Process) -> bool:
    words = process.cmdline()
    return any(Path(word).name.lower() in PROGRAMS for word in words[:2]) or WORKER in words[:6]


@contextmanager
def _held(process: psutil.Process) -> Iterator[None]:
    process.suspend()
    try:
        yield
    finally:
        with suppress(psutil.NoSuchProcess):
            process.resume()


def _minidump(process: psutil.Process) -> bytes:
    """A minidump without memory: header, directory, streams."""
    streams = [(_SYSTEM_INFO, _system_info()), (_MISC_INFO, _misc_info(process))]
    for kind, name in ((_PROC_STATUS, "status"), (_MAPS, "maps")):
        with suppress(OSError):
            streams.append((kind, Path(f"/proc/{process.pid}/{name}").read_bytes()))
    directory_at = 32
    at = directory_at + 12 * len(streams)
    directory, body = b"", b""
    for kind, data in streams:
        directory += struct.pack("<III", kind, len(data), at + len(body))
        body += data + b"\0" * (-len(data) % 8)
    header = struct.pack("<4sIIIIIQ", b"MDMP", 0xA793, len(streams), directory_at, 0, int(time.time()), 0)
    return header + directory + body


def _system_info() -> bytes:
    release = [int(part) for part in re.findall(r"\d+", platform.release())[:3]]
    major, minor, build = (*release, 0, 0, 0)[:3]
    machine = _ARCHITECTURES.get(platform.machine().lower(), 0xFFFF)
    system = _PLATFORMS.get(platform.system(), 0x8200)
    processors = min(os.cpu_count() or 1, 255)
    return struct.pack("<HHHBBIIIIIHH24x", machine, 0, 0, processors, 1, major, minor, build, system, 0, 0, 0)


def _misc_info(process: psutil.Process) -> bytes:
    times = process.cpu_times()
    return struct.pack("<IIIIII", 24, 3, process.pid, int(process.create_time()), int(times.user), int(times.system))


def _next_name(folder: Path) -> Path:
    taken = {path.stem for path in folder.iterdir()}
    number = next(number for number in range(1, 100_000) if f"SQLDmpr{number:04}" not in taken)
    return folder / f"SQLDmpr{number:04}"
