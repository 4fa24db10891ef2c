"""Maintenance Cleanup Task (CONTROL_FLOW §27): old backup or report files, deleted by the server (``xp_delete_file``)."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar

from dtserve.controlflow.properties import Property
from dtserve.controlflow.registry import task
from dtserve.controlflow.tasks.database import quoted_text
from dtserve.controlflow.tasks.maintenance_age import AgedTask

__all__ = ["CleanupFileType", "MaintenanceCleanupTask"]


class CleanupFileType(enum.IntEnum):
    """FileTypeSelected."""

    BACKUPS = 0
    REPORTS = 1


@task("DbMaintenanceFileCleanupTask")
class MaintenanceCleanupTask(AgedTask):
    """Deletes old files of maintenance plans."""

    part: ClassVar[str] = "DbMaintenanceFileCleanupTask"
    title: ClassVar[str] = "Maintenance Cleanup"

    file_type = Property("FileTypeSelected", CleanupFileType, CleanupFileType.BACKUPS, text="Backups or reports.")
    specific = Property("DeleteSpecificFile", bool, False, text="The file of FilePath.")
    file_path = Property("FilePath", str, "", text="The file.")
    folder_path = Property("FolderPath", str, "", text="The folder.")
    subfolders = Property("CleanSubFolders", bool, False, text="Subfolders of the first level, too.")
    extension = Property("FileExtension", str, "", text="Extension of the files.")
    by_age = Property("AgeBased", bool, True, text="Only files older than the age.")
    bricks = Property("DeleteFromAllBricks", bool, False, text="Kept, without effect.")

    def check(self) -> None:
        """Folder and extension, or the file."""
        if self.specific:
            self.require(FilePath=self.file_path)
        else:
            self.require(FolderPath=self.folder_path, FileExtension=self.extension)

    def server_statements(self) -> Iterator[str]:
        """One call."""
        call = f"EXECUTE master.dbo.xp_delete_file {int(self.file_type)}"
        if self.specific:
            yield f"{call},{quoted_text(self.file_path)}"
            return
        oldest = self.oldest() if self.by_age else datetime.now().strftime("%Y-%m-%dT%H:%M:%S")
        folder = f"{quoted_text(self.folder_path)},{quoted_text(self.extension.lstrip('.'))}"
        yield f"{call},{folder},{quoted_text(oldest)}" + (",1" if self.subfolders else "")
