"""dtexec: configures and runs a package, with the words and switches of Microsoft's tool (DTEXEC).

What it does is in :mod:`dtserve.cli.dtexec_program`; it is imported when a stop can no longer be
lost: an interrupt in the middle of an import may be swallowed by it, so the first thing is to catch it.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
from collections.abc import Callable, Sequence
from types import FrameType

__all__ = ["main"]

_asked: list[int] = []

_SELDOM = (50_000, 20, 20)
"""When the collector comes: what is loaded for a run makes many objects and no garbage, which it would look through again and again."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run dtexec; returns its exit code (0, 1, 3, 4, 5, 6)."""
    if argv is not None:
        from dtserve.cli.dtexec_program import run_line

        return run_line(list(argv))
    gc.set_threshold(*_SELDOM)
    try:
        _on_signals(_interrupted)
        from dtserve.cli.dtexec_program import run_line

        code = run_line(sys.argv[1:], lambda: bool(_asked))
    except KeyboardInterrupt:
        code = 3
    _on_signals(signal.SIG_IGN)  # the package has ended: nothing changes its exit code any more
    if "polars" in sys.modules or "duckdb" in sys.modules:
        _leave(code)
    gc.freeze()  # the process ends: the collector need not walk everything once more
    return code


def _leave(code: int) -> None:
    """End now: the package has been closed, and taking down what a data flow has loaded costs a tenth of a second."""
    from dtserve.execution.ending import leave

    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        return  # the interpreter's own end tells about an output that is gone
    leave(code)


def _on_signals(handler: Callable[[int, FrameType | None], None] | signal.Handlers) -> None:
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), handler)


def _interrupted(number: int, frame: FrameType | None) -> None:
    """Until the run itself can be stopped nothing has been begun: end here, at once.

    An exception would come up in the middle of an import, which may swallow it or make another error of it.
    Only where a password is asked for is it raised: the terminal is to be given back as it was.
    """
    _asked.append(number)
    if "getpass" in sys.modules:
        raise KeyboardInterrupt
    with contextlib.suppress(Exception):
        sys.stdout.flush()
    os._exit(3)


if __name__ == "__main__":
    sys.exit(main())
