"""Where a data flow keeps rows that do not fit into memory (DATA_FLOW §1.1).

``BufferTempStoragePath``, else ``BLOBTempStoragePath``: folders separated by ``;``, of which
the first that can be written to is taken. Rows and long values stand in the same files. Without
them, or when none can be used, it is the run's own temporary folder. The data flow's folder
below is private and goes with the data flow; what a killed process has left is removed by the
next data flow that uses the same place.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dtserve.machine import temporary_folder

if TYPE_CHECKING:
    from dtserve.dataflow.host import FlowHost
    from dtserve.package.model import DataFlow

__all__ = ["NOT_USABLE", "PROPERTIES", "temporary_place"]

NOT_USABLE = 0x80D51443
"""Warning: none of the folders that a data flow names for temporary files can be written to."""

PROPERTIES = ("BufferTempStoragePath", "BLOBTempStoragePath")


@contextmanager
def temporary_place(flow: DataFlow, host: FlowHost) -> Iterator[Path]:
    """Point ``host.settings.temp`` to the data flow's folder while this lasts."""
    place = _named(flow, host)
    if place is None:
        yield host.settings.temp
        return
    before = host.settings
    with temporary_folder(str(place)) as folder:
        host.settings = replace(before, temp=folder)
        try:
            yield folder
        finally:
            host.settings = before


def _named(flow: DataFlow, host: FlowHost) -> Path | None:
    """The first usable folder that the data flow names; None without one."""
    properties = {name.lower(): value for name, value in flow.properties.items()}
    for name in PROPERTIES:
        texts = [text.strip() for text in properties.get(name.lower(), "").split(";") if text.strip()]
        for text in texts:
            path = host.map_path(text)
            if path.is_dir() and os.access(path, os.W_OK | os.X_OK):
                return path
        if texts:
            host.fire_warning(
                NOT_USABLE,
                "SSIS.Pipeline",
                f"None of the folders of {name} can be written to: {'; '.join(texts)}. Rows that do not fit into memory "
                "go to the run's own temporary folder. Map the folder with --path-map, or clear the property.",
            )
    return None
