"""``--export FILE`` of ``dtserve audit`` and ``dtserve events``: all rows, not only the latest."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from dtserve.errors import UsageError

__all__ = ["export_rows"]


def export_rows(entries: Callable[..., Sequence[Mapping[str, Any]]], file: Path, **how: Any) -> int:
    """Write everything that ``entries`` pages through to a new file that only its owner reads; ``-`` prints it.

    CSV into ``*.csv``, else a JSON object per line. UsageError for a file that is there or cannot be made.
    """
    from dtserve.service.audit import export

    pieces = export(entries, "csv" if file.suffix.lower() == ".csv" else "jsonl", **how)
    if str(file) == "-":
        sys.stdout.writelines(pieces)
        return 0
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise UsageError(detail=f'"{file}" cannot be written: {error.strerror}.') from None
    with open(descriptor, "w", encoding="utf-8", newline="") as stream:
        stream.writelines(pieces)
    return 0
