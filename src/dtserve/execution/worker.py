"""The child process that runs one package: ``python -m dtserve.execution.worker``.

Reads what to run from standard input, writes events to what was standard output or to the spool
that the job names (anything else that prints goes to standard error), and ends when its standard
input ends, unless the job says that it outlives its parent.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
import traceback
from dataclasses import replace
from types import FrameType
from typing import Any

from dtserve.controlflow.cancel import CancelSwitch
from dtserve.controlflow.events import Event
from dtserve.errors import Canceled, DtserveError, InternalError
from dtserve.execution.ending import end_processes, leave_when_stuck
from dtserve.execution.options import ExecutionOptions, PackageSource, decode, options_from
from dtserve.execution.report import RunEnd, encode_end, encode_event
from dtserve.execution.wire import Wire

__all__ = ["main"]

GRACE_SECONDS = 4.0
"""How long a run may take to stop after the parent has gone, before the whole group is killed."""


def main() -> int:
    """Run the package; returns the exit code of dtexec."""
    job = json.loads(sys.stdin.readline() or "null")
    if job is None:
        return 1  # the parent is gone before it said what to run
    cancel = CancelSwitch(dedicated=True)
    wire = Wire(_take_output(job.get("spool", "")), lambda: cancel.canceled)
    stored = decode(job["source"])
    source, options = PackageSource(**stored), options_from(job["options"])
    for name in ("SIGTERM", "SIGINT"):
        signal.signal(getattr(signal, name), lambda number, frame: _on_signal(cancel, number, frame))
    threading.Thread(target=_watch_parent, args=(cancel, job.get("outlives", False)), daemon=True).start()
    started = time.time()

    def give_up() -> None:
        end = RunEnd(Canceled.exit_code, 3, options.execution_id, started, time.time(), "", 0, *_used())
        os.write(wire.descriptor, f"\n{encode_end(end)}\n".encode())

    leave_when_stuck(cancel, give_up)
    end = _run(source, options, cancel, wire)
    if cancel.canceled:
        end_processes()
    wire.line(encode_end(end))
    return end.exit_code


def _take_output(spool: str) -> int:
    """Keep the spool or standard output for the wire alone; what prints from now on goes to standard error."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
    wire = os.open(spool, flags, 0o600) if spool else os.dup(1)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return wire


def _on_signal(cancel: CancelSwitch, number: int, frame: FrameType | None) -> None:
    threading.Thread(target=cancel.cancel, daemon=True).start()


def _watch_parent(cancel: CancelSwitch, outlives: bool) -> None:
    """``stop`` cancels; the end of the pipe cancels too and, after a grace, kills the group."""
    for line in sys.stdin:
        if line.strip() == "stop":
            cancel.cancel()
    if outlives:
        return
    cancel.cancel()
    time.sleep(GRACE_SECONDS)
    end_processes()
    if hasattr(os, "killpg"):
        os.killpg(os.getpgrp(), signal.SIGKILL)
    os._exit(3)


def _run(source: PackageSource, options: ExecutionOptions, cancel: CancelSwitch, wire: Wire) -> RunEnd:
    from dtserve.execution.load import open_source
    from dtserve.execution.run import run

    started = time.time()

    def sink(event: Event) -> None:
        wire.line(encode_event(event))

    try:
        loaded = open_source(source, options)
        options = replace(options, folder=str(loaded.folder))
        result = run(loaded.document, options, sink, project=loaded.project, cancel=cancel, source=source)
    except Exception as raised:
        name = source.display_path or source.path or source.package_name
        error = raised if isinstance(raised, DtserveError) else _defect(raised, name)
        sink(Event("OnError", name, code=error.code, message=error.message, sequence=1))
        return RunEnd(error.exit_code, 1, "", started, time.time(), error.message, error.code)
    why: Any = result.error
    return RunEnd(
        result.exit_code,
        int(result.result),
        result.execution_id,
        result.started,
        result.finished,
        why.message if why is not None else "",
        why.code if why is not None else 0,
        *_used(),
    )


def _defect(error: Exception, name: str) -> InternalError:
    traceback.print_exc(file=sys.stderr)
    return InternalError(where=f'package "{name}"', detail=f"{type(error).__name__}: {error}")


def _used() -> tuple[float, int]:
    """Processor seconds of this process and its children, and the most memory it held, in bytes."""
    try:
        import resource
    except ImportError:
        return time.process_time(), 0
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
    return round(seconds, 3), max(own.ru_maxrss, children.ru_maxrss) * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    sys.exit(main())
