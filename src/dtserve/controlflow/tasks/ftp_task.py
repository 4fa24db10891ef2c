"""FTP Task (CONTROL_FLOW §15): sends, receives and deletes files, makes and removes directories.

``*`` and ``?`` may stand in the file-name part of a path. Finding no file, or a directory that is there
already, is success when StopOnFailure is False.
"""

from __future__ import annotations

import enum
import ftplib
import shutil
from collections.abc import Callable, Iterator
from fnmatch import translate
from pathlib import Path, PurePosixPath
from re import IGNORECASE, compile
from typing import Any

from dtserve.controlflow.properties import Property
from dtserve.controlflow.registry import task
from dtserve.controlflow.task import Task
from dtserve.controlflow.tasks import ftp_errors as errors
from dtserve.errors import Canceled

__all__ = ["FtpOperation", "FtpTask"]


class FtpOperation(enum.IntEnum):
    """The operations, with SSIS's numbers."""

    SEND = 0
    RECEIVE = 1
    DELETE_LOCAL = 2
    DELETE_REMOTE = 3
    MAKE_DIR_LOCAL = 4
    MAKE_DIR_REMOTE = 5
    REMOVE_DIR_LOCAL = 6
    REMOVE_DIR_REMOTE = 7


LOCAL_ONLY = frozenset((FtpOperation.DELETE_LOCAL, FtpOperation.MAKE_DIR_LOCAL, FtpOperation.REMOVE_DIR_LOCAL))
REMOTE_ONLY = frozenset((FtpOperation.DELETE_REMOTE, FtpOperation.MAKE_DIR_REMOTE, FtpOperation.REMOVE_DIR_REMOTE))
SUPPRESSED = (errors.FtpNoFiles, errors.FtpNoLocalFiles, errors.FtpDirectoryExists)


@task("FtpTask")
class FtpTask(Task):
    """Works on files here and on an FTP server."""

    connection = Property("Connection", str, "", xml="ConnectionName", text="The FTP connection manager.")
    stop_on_failure = Property("StopOnFailure", bool, True, text="Finding nothing fails the task.")
    operation = Property("Operation", FtpOperation, FtpOperation.SEND, xml="TaskOperationType", text="What to do.")
    remote_is_variable = Property(
        "IsRemotePathVariable", bool, False, xml="TaskIsRemotePathVar", text="RemotePath is a variable."
    )
    remote_path = Property("RemotePath", str, "", xml="TaskRemotePath", text="Path on the server, or a variable.")
    local_is_variable = Property(
        "IsLocalPathVariable", bool, False, xml="TaskIsLocalPathVar", text="LocalPath is a variable."
    )
    local_path = Property("LocalPath", str, "", xml="TaskLocalPath", text="FILE connection manager or variable.")
    overwrite = Property(
        "OverwriteDestination",
        bool,
        False,
        xml="TaskOverwriteDest",
        text="Replace files that are there, here or on the server.",
    )
    ascii_mode = Property("IsTransferAscii", bool, False, xml="TaskTransferAscii", text="Translate line ends.")
    operation_name = Property("OperationName", str, "", xml="TaskOperationName", text="Free text.")

    # --- paths --------------------------------------------------------------------------------

    def _variable(self, name: str) -> str:
        value = self.host.scope.value(name)
        if not isinstance(value, str):
            raise errors.FtpVariable(variable=name)
        return value

    def _remote(self) -> str:
        text = self._variable(self.remote_path) if self.remote_is_variable else self.remote_path
        if not text.strip():
            raise errors.FtpPathMissing(side="remote", task=self.host.name)
        if not text.startswith("/"):
            raise errors.FtpRemoteSlash(path=text)
        return text

    def _local(self) -> tuple[Path, str]:
        if not self.local_path.strip():
            raise errors.FtpPathMissing(side="local", task=self.host.name)
        if self.local_is_variable:
            text = self._variable(self.local_path)
        else:
            text = self.host.connection(self.local_path).connection_string
        return self.host.run.shared.environment.map_path(text), text

    def validate(self) -> None:
        """Connection and paths."""
        if self.operation not in LOCAL_ONLY:
            self.host.connection(self.connection)
            self._remote()
        if self.operation not in REMOTE_ONLY:
            self._local()

    # --- execution ----------------------------------------------------------------------------

    def execute(self) -> None:
        """Do the operation."""
        actions: dict[FtpOperation, Callable[[], None]] = {
            FtpOperation.SEND: lambda: self._with_client(self._send),
            FtpOperation.RECEIVE: lambda: self._with_client(self._receive),
            FtpOperation.DELETE_LOCAL: self._delete_local,
            FtpOperation.DELETE_REMOTE: lambda: self._with_client(self._delete_remote),
            FtpOperation.MAKE_DIR_LOCAL: self._make_local,
            FtpOperation.MAKE_DIR_REMOTE: lambda: self._with_client(self._make_remote),
            FtpOperation.REMOVE_DIR_LOCAL: self._remove_local,
            FtpOperation.REMOVE_DIR_REMOTE: lambda: self._with_client(self._remove_remote),
        }
        self.host.custom_event("FTPOperation", f"{self.operation.name.title().replace('_', '')}.")
        try:
            actions[self.operation]()
        except SUPPRESSED as error:
            if self.stop_on_failure:
                raise
            self.host.fire_warning(error.code, error.message)
        except (OSError, EOFError, ftplib.Error) as error:
            if self.host.run.cancel.canceled:
                raise Canceled from error
            operation = self.operation.name.lower().replace("_", " ")
            raise errors.FtpFailedOperation(
                operation=operation, path=self.remote_path or self.local_path, detail=str(error)
            ) from error

    def _with_client(self, action: Callable[[Any], None]) -> None:
        manager: Any = self.host.connection(self.connection)
        self.host.custom_event("FTPConnectingToServer", f"Connecting to FTP server {manager.name}.")
        client: ftplib.FTP = manager.client()
        try:
            with self.host.run.cancel.calling(client.close):
                action(client)
            client.quit()
        finally:
            client.close()

    def _send(self, client: ftplib.FTP) -> None:
        remote = self._remote().rstrip("/")
        path, text = self._local()
        files = list(_local_files(path))
        if not files:
            raise errors.FtpNoLocalFiles(path=text)
        there = set() if self.overwrite else _names(client, remote or "/")
        for each in files:
            self.host.check_cancel()
            if each.name in there:
                raise errors.FtpRemoteExists(path=f"{remote}/{each.name}")
            with each.open("rb") as stream:
                if self.ascii_mode:
                    client.storlines(f"STOR {remote}/{each.name}", stream)
                else:
                    client.storbinary(f"STOR {remote}/{each.name}", stream)

    def _receive(self, client: ftplib.FTP) -> None:
        folder, _ = self._local()
        found = list(_remote_files(client, self._remote()))
        if not found:
            raise errors.FtpNoFiles(path=self._remote())
        for remote in found:
            self.host.check_cancel()
            target = folder / PurePosixPath(remote).name if folder.is_dir() else folder
            if target.exists() and not self.overwrite:
                raise errors.FtpLocalExists(path=str(target))
            part = target.with_name(target.name + ".part")
            try:
                self._fetch(client, remote, part)
                part.replace(target)
            finally:
                part.unlink(missing_ok=True)

    def _fetch(self, client: ftplib.FTP, remote: str, part: Path) -> None:
        with part.open("wb") as stream:
            if self.ascii_mode:
                client.retrlines(f"RETR {remote}", lambda line: _write_line(stream, line, client.encoding))
            else:
                client.retrbinary(f"RETR {remote}", stream.write)

    def _delete_remote(self, client: ftplib.FTP) -> None:
        found = list(_remote_files(client, self._remote()))
        if not found:
            raise errors.FtpNoFiles(path=self._remote())
        for each in found:
            client.delete(each)

    def _make_remote(self, client: ftplib.FTP) -> None:
        remote = self._remote().rstrip("/")
        if _is_directory(client, remote):
            raise errors.FtpDirectoryExists(path=remote)
        client.mkd(remote)

    def _remove_remote(self, client: ftplib.FTP) -> None:
        client.rmd(self._remote().rstrip("/"))

    def _delete_local(self) -> None:
        path, text = self._local()
        files = list(_local_files(path))
        if not files:
            raise errors.FtpNoLocalFiles(path=text)
        for each in files:
            each.unlink()

    def _make_local(self) -> None:
        path, text = self._local()
        if path.is_dir():
            raise errors.FtpDirectoryExists(path=text)
        path.mkdir(parents=True)

    def _remove_local(self) -> None:
        path, text = self._local()
        if not path.is_dir():
            raise errors.FtpNoLocalFiles(path=text)
        shutil.rmtree(path)


def _write_line(stream: Any, line: str, encoding: str) -> None:
    stream.write(line.encode(encoding) + b"\n")


def _local_files(path: Path) -> Iterator[Path]:
    if "*" not in path.name and "?" not in path.name:
        if path.is_file():
            yield path
        return
    wanted = compile(translate(path.name.replace("[", "[[]")), IGNORECASE)
    if path.parent.is_dir():
        yield from sorted(each for each in path.parent.iterdir() if each.is_file() and wanted.match(each.name))


def _remote_files(client: ftplib.FTP, remote: str) -> Iterator[str]:
    """The files a remote path means: itself, or those its wildcards match in its directory.

    A name in other case is meant only where the name itself is not there: many servers tell them apart.
    """
    place = PurePosixPath(remote)
    names = _names(client, str(place.parent)) - {".", ".."}
    if place.name in names:
        names = {place.name}
    wanted = compile(translate(place.name.replace("[", "[[]")), IGNORECASE)
    for name in sorted(name for name in names if name == place.name or wanted.match(name)):
        path = str(place.parent / name)
        if not _is_directory(client, path):
            yield path


def _names(client: ftplib.FTP, folder: str) -> set[str]:
    """The names in a directory of the server; none when there is no such directory."""
    try:
        return {PurePosixPath(each).name for each in client.nlst(folder)}
    except (ftplib.error_perm, ftplib.error_temp) as error:
        if str(error).startswith(("550", "450")):  # no such directory; nothing in it, as some servers say
            return set()
        raise


def _is_directory(client: ftplib.FTP, path: str) -> bool:
    here = client.pwd()
    try:
        client.cwd(path)
    except ftplib.error_perm:
        return False
    client.cwd(here)
    return True
