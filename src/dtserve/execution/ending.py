"""The end of a program that exists for one run, when the run is stopped: nothing of it goes on."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from typing import NoReturn

from dtserve.controlflow.cancel import CancelSwitch
from dtserve.errors import Canceled
from dtserve.machine import remove_temporary_folders

__all__ = ["STOP_SECONDS", "end_processes", "leave", "leave_when_stuck"]

STOP_SECONDS = 1.8
"""How long a run may take to end after a stop before its program ends without it."""


def end_processes() -> None:
    """End what tasks have started, where they started anything."""
    processes = sys.modules.get("dtserve.controlflow.processes")
    if processes is not None:
        processes.end_all()


def leave(code: int) -> NoReturn:
    """End the program now, its threads, processes and temporary files with it."""
    end_processes()
    remove_temporary_folders()
    os._exit(code)


def leave_when_stuck(cancel: CancelSwitch, tell: Callable[[], None]) -> None:
    """Leave with the exit code of a stop when the run has not ended :data:`STOP_SECONDS` after one; ``tell`` before."""

    def wait() -> None:
        cancel.event.wait()
        threading.Event().wait(STOP_SECONDS)
        tell()
        leave(Canceled.exit_code)

    threading.Thread(target=wait, name="stop", daemon=True).start()
