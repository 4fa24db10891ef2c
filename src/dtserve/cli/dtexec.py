"""dtexec: configures and runs a package, with the words and switches of Microsoft's tool (DTEXEC).

What it does is in :mod:`dtserve.cli.dtexec_program`; it is imported when a stop can no longer be
lost: an interrupt in the middle of an import may be swallowed by it.
"""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Sequence
from types import FrameType

__all__ = ["main"]

_asked: list[int] = []


def main(argv: Sequence[str] | None = None) -> int:
    """Run dtexec; returns its exit code (0, 1, 3, 4, 5, 6)."""
    if argv is not None:
        from dtserve.cli.dtexec_program import run_line

        return run_line(list(argv))
    try:
        for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), _interrupted)
        from dtserve.cli.dtexec_program import run_line

        code = run_line(sys.argv[1:], lambda: bool(_asked))
    except KeyboardInterrupt:
        return 3
    if "duckdb" not in sys.modules:  # DuckDB complains at the end of what is not collected
        gc.freeze()  # the process ends: the collector need not walk everything once more
    return code


def _interrupted(number: int, frame: FrameType | None) -> None:
    """Until the run itself can be stopped: end here, or as soon as it can be when an import swallows this."""
    _asked.append(number)
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
