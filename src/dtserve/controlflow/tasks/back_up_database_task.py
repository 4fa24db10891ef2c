"""Back Up Database Task (CONTROL_FLOW §27): ``BACKUP DATABASE`` or ``LOG`` for each chosen database.

To a new file per database (``Sales_backup_2024_01_31_020000_0000000.bak``), in a folder of its own if wished, to listed
files and devices, or to a URL; with verification, compression, encryption, expiry.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from dtserve.controlflow.properties import Property
from dtserve.controlflow.registry import task
from dtserve.controlflow.tasks.backup_options import BackupOptions
from dtserve.controlflow.tasks.database import quoted_name, quoted_text, rows_of
from dtserve.controlflow.tasks.maintenance import DatabaseSelection

if TYPE_CHECKING:
    from dtserve.connections.base import SqlSession
    from dtserve.controlflow.task_host import TaskHost

__all__ = ["BackUpDatabaseTask", "BackupAction", "DestinationType", "DeviceType"]


class BackupAction(enum.IntEnum):
    """BackupAction."""

    DATABASE = 0
    FILES = 1
    LOG = 2


class DestinationType(enum.IntEnum):
    """BackupDestinationType: a new file for each database, or the listed ones."""

    AUTO = 0
    MANUAL = 1


class DeviceType(enum.IntEnum):
    """BackupDeviceType."""

    LOGICAL_DEVICE = 0
    TAPE = 1
    FILE = 2
    PIPE = 3
    VIRTUAL_DEVICE = 4
    URL = 5


@task("DbMaintenanceBackupTask")
class BackUpDatabaseTask(BackupOptions):
    """Backs up databases."""

    part: ClassVar[str] = "DbMaintenanceBackupTask"
    title: ClassVar[str] = "Back Up Database"

    action = Property("BackupAction", BackupAction, BackupAction.DATABASE, text="Database, files or log.")
    incremental = Property("BackupIsIncremental", bool, False, text="Only what changed since the last full backup.")
    filegroups = Property(
        "BackupFileGroupsFiles", str, "", text="Files and filegroups, between commas.", aliases=("FileGroupsFiles",)
    )
    device = Property("BackupDeviceType", DeviceType, DeviceType.FILE, text="Kind of the destination.")
    destination_type = Property(
        "BackupDestinationType",
        DestinationType,
        DestinationType.AUTO,
        text="New files or listed ones.",
        aliases=("DestinationCreationType",),
    )
    folder = Property(
        "BackupDestinationAutoFolderPath",
        str,
        "",
        text="Folder of new files; empty = the server's.",
        aliases=("DestinationAutoFolderPath",),
    )
    create_subfolder = Property(
        "BackupCreateSubFolder", bool, False, text="A subfolder for each database.", aliases=("CreateSubFolder",)
    )
    extension = Property("BackupFileExtension", str, "", text="Extension of new files; empty = bak, for a log trn.")
    verify = Property(
        "BackupVerifyIntegrity", bool, False, text="RESTORE VERIFYONLY afterwards.", aliases=("VerifyIntegrity",)
    )
    physical_type = Property("BackupPhysicalDestinationType", int, 2, text="Kept; BackupDeviceType counts.")
    url_prefix = Property("UrlPrefix", str, "", text="Where a backup to a URL goes.")
    container = Property("ContainerName", str, "", text="Kept; UrlPrefix has it.")

    def __init__(self, host: TaskHost) -> None:
        super().__init__(host)
        self.listed = self.children("BackupDestinationList")

    def check(self) -> None:
        """Listed destinations must be there."""
        if self.destination_type is DestinationType.MANUAL:
            self.require(BackupDestinationList="".join(self.listed))
        if self.action is BackupAction.FILES:
            self.require(BackupFileGroupsFiles=self.filegroups)
        if self.device is DeviceType.URL and self.destination_type is DestinationType.AUTO:
            self.require(UrlPrefix=self.url_prefix)
        if self.encrypted:
            self.require(BackupEncryptorName=self.encryptor)

    def elsewhere(self, family: str) -> str:
        """Elsewhere only a full backup into a new file."""
        if self.action is not BackupAction.DATABASE or self.incremental:
            return "only full backups of the whole database are possible there."
        if self.device is not DeviceType.FILE or self.destination_type is not DestinationType.AUTO:
            return "only backups into new files are possible there."
        return ""

    # --- where it goes --------------------------------------------------------------------------

    def _file_name(self, database: str, moment: datetime) -> str:
        return f"{database}_backup_{moment:%Y_%m_%d_%H%M%S_%f}0"

    def _extension(self) -> str:
        return self.extension.lstrip(".") or ("trn" if self.action is BackupAction.LOG else "bak")

    def _destinations(self, database: str, name: str) -> list[str]:
        kinds = {DeviceType.TAPE: "TAPE", DeviceType.URL: "URL"}
        kind = kinds.get(self.device, "DISK")
        if self.destination_type is DestinationType.MANUAL:
            if self.device is DeviceType.LOGICAL_DEVICE:
                return [quoted_name(each) for each in self.listed]
            return [f"{kind} = {quoted_text(each)}" for each in self.listed]
        file = f"{name}.{self._extension()}"
        if self.device is DeviceType.URL:
            return [f"URL = {quoted_text(self.url_prefix.rstrip('/') + '/' + file)}"]
        return [f"{kind} = {quoted_text(self._folder(database) + file)}"]

    def _folder(self, database: str) -> str:
        folder = self.folder.rstrip("\\/")
        if folder and self.create_subfolder:
            folder += "\\" + database
        return folder + "\\" if folder else ""

    def backup_file(self, session: SqlSession) -> str:
        """The new file of a backup elsewhere, as a text literal."""
        found = str(getattr(session, "catalog_name", "")) or "database"
        database = self.selected[0] if self.selection is DatabaseSelection.SPECIFIC and self.selected else found
        path = f"{self._folder(database)}{self._file_name(database, datetime.now())}.{self._extension()}"
        file = self.host.run.shared.environment.map_path(path)
        if self.create_subfolder:
            file.parent.mkdir(parents=True, exist_ok=True)
        return "'" + str(file).replace("'", "''") + "'"

    # --- the statements -------------------------------------------------------------------------

    def databases(self, session: SqlSession) -> list[str]:
        """Those chosen; a log only where the recovery model keeps one."""
        chosen = super().databases(session)
        if self.action is not BackupAction.LOG or self.selection is DatabaseSelection.SPECIFIC:
            return chosen
        rows = rows_of(self.host, session, "SELECT name FROM sys.databases WHERE recovery_model <> 3")
        return [name for name in chosen if name in {str(row[0]) for row in rows}]

    def statements(self, session: SqlSession, database: str) -> Iterator[str]:
        """Subfolder, backup, verification."""
        name = self._file_name(database, datetime.now())
        manual = self.destination_type is DestinationType.MANUAL
        if not manual and self.create_subfolder and self.folder.strip() and self.device is DeviceType.FILE:
            yield f"EXECUTE master.dbo.xp_create_subdir {quoted_text(self._folder(database).rstrip(chr(92)))}"
        what = "LOG" if self.action is BackupAction.LOG else "DATABASE"
        files = ""
        if self.action is BackupAction.FILES:
            groups = [f"FILEGROUP = {quoted_text(each.strip())}" for each in self.filegroups.split(",")]
            files = " " + ",  ".join(groups)
        places = ",  ".join(self._destinations(database, name))
        head = f"BACKUP {what} {quoted_name(database)}{files} TO  {places}"
        options = self.options(name, differential=self.incremental and self.action is not BackupAction.LOG)
        yield f"{head} WITH {options}"
        if self.verify:
            yield from self._verification(database, places)

    def _verification(self, database: str, places: str) -> Iterator[str]:
        quoted = quoted_text(database)
        problem = quoted_text(f"Verify failed. Backup information for database '{database}' not found.")
        yield (
            "declare @backupSetId as int\n"
            f"select @backupSetId = position from msdb..backupset where database_name={quoted} and backup_set_id="
            f"(select max(backup_set_id) from msdb..backupset where database_name={quoted} )\n"
            f"if @backupSetId is null begin raiserror({problem}, 16, 1) end\n"
            f"RESTORE VERIFYONLY FROM  {places} WITH  FILE = @backupSetId,  NOUNLOAD,  NOREWIND"
        )
