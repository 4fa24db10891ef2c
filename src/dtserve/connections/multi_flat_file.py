"""The Multiple Flat Files connection manager (MULTIFLATFILE): many files of one layout.

ConnectionString is a ``|`` list of paths with wildcards; one data flow reads them all, the
header rules applied to each file (DATA_FLOW §7.5).
"""

from __future__ import annotations

from typing import ClassVar

from dtserve.connections.file_connection import MultiFileConnection
from dtserve.connections.flat_file import FlatFileManager

__all__ = ["MultiFlatFileManager"]


class MultiFlatFileManager(MultiFileConnection, FlatFileManager):
    """MULTIFLATFILE."""

    kind: ClassVar[str] = "MULTIFLATFILE"
