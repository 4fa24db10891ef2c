"""File System Task (CONTROL_FLOW §14): ten operations on one file or directory.

Differences from Windows: of the attributes only ReadOnly and Normal exist; Hidden, System and
Archive are reported as a warning. Moving a directory across volumes copies and deletes.
"""

from __future__ import annotations

import enum
import errno
import os
import shutil
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from dtserve.controlflow.properties import Property
from dtserve.controlflow.registry import task
from dtserve.controlflow.task import Task
from dtserve.controlflow.tasks import errors

__all__ = ["FileOperation", "FileSystemTask"]

W_ATTRIBUTE = 0x80D51502
NEEDS_DESTINATION = frozenset(("COPY_FILE", "MOVE_FILE", "RENAME_FILE", "COPY_DIRECTORY", "MOVE_DIRECTORY"))
CREATE_USAGES = {"1", "3"}


class FileOperation(enum.IntEnum):
    """The operations, with SSIS's numbers."""

    COPY_FILE = 0
    MOVE_FILE = 1
    DELETE_FILE = 2
    RENAME_FILE = 3
    SET_ATTRIBUTES = 4
    CREATE_DIRECTORY = 5
    COPY_DIRECTORY = 6
    MOVE_DIRECTORY = 7
    DELETE_DIRECTORY = 8
    DELETE_DIRECTORY_CONTENT = 9

    @property
    def label(self) -> str:
        """The name as SSIS writes it: ``CopyFile``."""
        return "".join(word.capitalize() for word in self.name.split("_"))


@dataclass(frozen=True)
class Place:
    """Source or destination: the path here, as the package writes it, and the FILE connection behind it."""

    path: Path
    text: str
    connection: str = ""
    usage: str = ""

    @property
    def is_folder(self) -> bool:
        """Whether a file goes *into* it: a directory, a folder connection, or a path that ends in a slash."""
        return self.path.is_dir() or self.usage in ("2", "3") or self.text.rstrip().endswith(("\\", "/"))


@task("FileSystemTask")
class FileSystemTask(Task):
    """Copies, moves, renames, deletes and creates files and directories."""

    operation = Property(
        "Operation",
        FileOperation,
        FileOperation.COPY_FILE,
        xml="TaskOperationType",
        aliases=("TaskOperationType",),
        text="What to do.",
    )
    overwrite = Property(
        "OverwriteDestinationFile",
        bool,
        False,
        xml="TaskOverwriteDestFile",
        aliases=("TaskOverwriteDestFile", "UseDirectoryIfExists"),
        text="Replace an existing file; use an existing directory.",
    )
    source = Property(
        "Source", str, "", xml="TaskSourcePath", aliases=("TaskSourcePath",), text="Connection manager or variable."
    )
    source_is_variable = Property(
        "IsSourcePathVariable",
        bool,
        False,
        xml="TaskIsSourceVariable",
        aliases=("TaskIsSourceVariable",),
        text="Source is a variable.",
    )
    destination = Property(
        "Destination",
        str,
        "",
        xml="TaskDestinationPath",
        aliases=("TaskDestinationPath",),
        text="Connection manager or variable.",
    )
    destination_is_variable = Property(
        "IsDestinationPathVariable",
        bool,
        False,
        xml="TaskIsDestinationVariable",
        aliases=("TaskIsDestinationVariable",),
        text="Destination is a variable.",
    )
    attributes = Property(
        "Attributes",
        str,
        "Normal",
        xml="TaskFileAttributes",
        aliases=("TaskFileAttributes",),
        text="Normal, Archive, Hidden, ReadOnly, System.",
    )
    operation_name = Property("OperationName", str, "", text="Free text.")

    _actions: ClassVar[dict[FileOperation, str]] = {each: f"_{each.name.lower()}" for each in FileOperation}

    # --- paths --------------------------------------------------------------------------------

    def _place(self, role: str) -> Place:
        reference = self.source if role == "Source" else self.destination
        is_variable = self.source_is_variable if role == "Source" else self.destination_is_variable
        label = self.operation.label
        if not reference.strip():
            missing = errors.FileSystemSourceNotSet if role == "Source" else errors.FileSystemDestinationNotSet
            raise missing(operation=label)
        if is_variable:
            variable = self.host.scope.find(reference)
            if variable is None:
                raise errors.FileSystemVariableMissing(variable=reference)
            text = variable.read()
            if not isinstance(text, str):
                raise errors.FileSystemVariableNotString(variable=reference)
            if not text.strip():
                raise errors.FileSystemInvalidPath(role=role, path=text, operation=label)
            return Place(self.host.run.shared.environment.map_path(text), text)
        connection = self.host.connection(reference)
        if connection.model.creation_name.upper() not in ("FILE", "FLATFILE", "EXCEL"):
            raise errors.FileSystemConnectionKind(connection=connection.name)
        text = connection.connection_string
        path = self.host.run.shared.environment.map_path(text)
        return Place(path, text, connection.name, connection.get_property("FileUsageType", "0"))

    @property
    def _has_destination(self) -> bool:
        return self.operation.name in NEEDS_DESTINATION

    def validate(self) -> None:
        """Paths are set, variables are there, files of connection managers exist."""
        source = self._place("Source")
        if (
            source.connection
            and source.usage not in CREATE_USAGES
            and self.operation is not FileOperation.CREATE_DIRECTORY
            and not source.path.exists()
        ):
            raise errors.FileSystemConnectionMissingFile(path=source.text, connection=source.connection)
        if self._has_destination:
            self._place("Destination")

    # --- operations ---------------------------------------------------------------------------

    def execute(self) -> None:
        """Do the operation."""
        self.host.check_cancel()
        self.host.custom_event("FileSystemOperation", f"{self.operation.label}: {self.operation_name or self.source}")
        action: Callable[[], None] = getattr(self, self._actions[self.operation])
        try:
            action()
        except OSError as error:
            detail = error.strerror or str(error)
            name = f" '{error.filename}'" if error.filename else ""
            raise errors.FileSystemFailed(detail=f"{detail}{name}.") from error

    def _existing(self, *, directory: bool = False) -> Place:
        source = self._place("Source")
        if not source.path.exists():
            raise errors.FileSystemNotFound(path=source.text)
        if source.path.is_dir() is not directory:
            raise errors.FileSystemInvalidPath(role="Source", path=source.text, operation=self.operation.label)
        return source

    def _file_target(self, source: Place) -> Path:
        target = self._place("Destination")
        path = target.path / source.path.name if target.is_folder else target.path
        if target.usage == "3":
            target.path.mkdir(parents=True, exist_ok=True)
        if path.exists():
            if path.samefile(source.path):
                if self.operation is FileOperation.COPY_FILE:
                    raise errors.FileSystemFailed(detail=f"The file '{target.text}' is the source itself.")
            elif not self.overwrite:
                raise errors.FileSystemFailed(detail=f"The file '{path}' already exists.")
        return path

    def _copy_file(self) -> None:
        source = self._existing()
        shutil.copy2(source.path, self._file_target(source))

    def _move_file(self) -> None:
        source = self._existing()
        _replace(source.path, self._file_target(source))

    def _rename_file(self) -> None:
        source = self._existing()
        target = self._place("Destination")
        if target.path.is_dir():
            raise errors.FileSystemInvalidPath(role="Destination", path=target.text, operation=self.operation.label)
        _replace(source.path, self._file_target(source))

    def _delete_file(self) -> None:
        self._existing().path.unlink()

    def _set_attributes(self) -> None:
        source = self._place("Source")
        if not source.path.exists():
            raise errors.FileSystemNotFound(path=source.text)
        wanted = {word.strip().lower() for word in self.attributes.replace("|", ",").split(",") if word.strip()}
        mode = source.path.stat().st_mode
        writable = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
        read_only = bool(wanted & {"readonly", "read-only", "read only", "4"})
        source.path.chmod(mode & ~writable if read_only else mode | stat.S_IWUSR)
        lost = sorted(wanted & {"hidden", "system", "archive"})
        if lost and os.name != "nt":
            self.host.fire_warning(
                W_ATTRIBUTE,
                f'The attributes {", ".join(lost)} of "{source.text}" have no counterpart on this system '
                "and were not set.",
            )

    def _create_directory(self) -> None:
        source = self._place("Source")
        if source.path.exists():
            if not source.path.is_dir() or not self.overwrite:
                raise errors.FileSystemDirectoryExists(path=source.text)
            return
        source.path.mkdir(parents=True)

    def _directory_target(self, source: Place) -> Path:
        target = self._place("Destination")
        path = target.path / source.path.name if target.path.is_dir() else target.path
        if path.exists() and not self.overwrite:
            raise errors.FileSystemDirectoryExists(path=str(path))
        if path.resolve().is_relative_to(source.path.resolve()):
            raise errors.FileSystemInvalidPath(role="Destination", path=target.text, operation=self.operation.label)
        return path

    def _copy_directory(self) -> None:
        source = self._existing(directory=True)
        shutil.copytree(source.path, self._directory_target(source), dirs_exist_ok=True)

    def _move_directory(self) -> None:
        source = self._existing(directory=True)
        target = self._directory_target(source)
        if target.exists():
            shutil.copytree(source.path, target, dirs_exist_ok=True)
            shutil.rmtree(source.path)
        else:
            shutil.move(source.path, target)

    def _emptied(self) -> Path:
        """The directory to delete or empty; never the root, which ``D:\\`` is where no path map names drive D."""
        source = self._existing(directory=True)
        if source.path.resolve() == Path(source.path.resolve().anchor):
            raise errors.FileSystemInvalidPath(role="Source", path=source.text, operation=self.operation.label)
        return source.path

    def _delete_directory(self) -> None:
        shutil.rmtree(self._emptied())

    def _delete_directory_content(self) -> None:
        for entry in list(os.scandir(self._emptied())):
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path)
            else:
                os.unlink(entry.path)


def _replace(source: Path, target: Path) -> None:
    """Move a file over another; across volumes by a copy that takes its place when it is whole."""
    try:
        os.replace(source, target)
        return
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        shutil.copy2(source, part)
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)
    source.unlink()
