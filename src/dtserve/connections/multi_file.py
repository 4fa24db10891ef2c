"""The Multiple Files connection manager (MULTIFILE): a ``|`` list of paths with wildcards."""

from __future__ import annotations

from typing import ClassVar

from dtserve.connections.file_connection import MultiFileConnection

__all__ = ["MultiFileManager"]


class MultiFileManager(MultiFileConnection):
    """MULTIFILE."""

    kind: ClassVar[str] = "MULTIFILE"
