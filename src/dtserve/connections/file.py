"""The File connection manager (FILE): a file or folder, there or to be made.

FileUsageType 0 existing file (default), 1 create file, 2 existing folder, 3 create folder
(FORMAT §3.4). Which of them a task may use is the task's business.
"""

from __future__ import annotations

import enum
from typing import ClassVar

from dtserve.connections.errors import CannotOpenFile
from dtserve.connections.file_connection import FileConnection
from dtserve.connections.stored import to_int

__all__ = ["FileManager", "FileUsage"]


class FileUsage(enum.IntEnum):
    """FileUsageType."""

    EXISTING_FILE = 0
    CREATE_FILE = 1
    EXISTING_FOLDER = 2
    CREATE_FOLDER = 3


class FileManager(FileConnection):
    """FILE."""

    kind: ClassVar[str] = "FILE"

    @property
    def usage(self) -> FileUsage:
        """FileUsageType; an unknown number counts as existing file."""
        number = to_int(self.get_property("FileUsageType"))
        return FileUsage(number) if number in range(4) else FileUsage.EXISTING_FILE

    def validate(self) -> None:
        """An existing file or folder must be there and be one; raises CannotOpenFile, InvalidFileName."""
        path = self.path()
        missing = (self.usage is FileUsage.EXISTING_FILE and not path.is_file()) or (
            self.usage is FileUsage.EXISTING_FOLDER and not path.is_dir()
        )
        if missing:
            raise CannotOpenFile(path=self.connection_string)
