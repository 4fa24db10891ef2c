r"""The calls to a Windows share that a store needs, and what can go wrong in them.

Names are single components, paths tuples of them below the root. Errors of single files come
out as OSError; a server that is not there, or refuses to let somebody in, as StoreUnavailable.
"""

from __future__ import annotations

import errno
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dtserve.stores.base import StorePath
from dtserve.stores.durable import TEMPORARY_PREFIX, is_temporary
from dtserve.stores.errors import StoreUnavailable
from dtserve.stores.names import printable

__all__ = ["ShareEntry", "ShareLogin", "SmbShare"]

LOCK_SECONDS = 30.0
"""How long a writer waits for another one of the same folder."""
LOCK_FILE = f"{TEMPORARY_PREFIX}lock.tmp"
_DELETE, _WRITE_DATA, _GENERIC_WRITE = 0x00010000, 0x00000002, 0x40000000
_DELETE_ON_CLOSE = 0x00001000
_DIRECTORY, _REPARSE_POINT = 0x10, 0x400
_CHUNK = 1 << 20
_HELD_BY_OTHERS = frozenset({0xC0000043, 0xC0000056})
"""STATUS_SHARING_VIOLATION, STATUS_DELETE_PENDING."""
_NO_SESSION = {
    0xC000006D: "The user name or password is incorrect.",
    0xC000006E: "The account is restricted.",
    0xC0000071: "The password has expired.",
    0xC0000072: "The account is disabled.",
    0xC0000225: "The share was not found.",
    0xC0000234: "The account is locked out.",
    0xC00000BE: "The network path was not found.",
    0xC00000C9: "The share is no longer available.",
    0xC00000CC: "The share was not found.",
    0xC0000203: "The session was ended by the server.",
    0xC000035C: "The session has expired.",
}
_DISK_FAILED = {
    0xC000007F: (errno.ENOSPC, "There is not enough space on the disk."),
    0xC0000044: (errno.EDQUOT, "The disk quota is exceeded."),
    0xC0000185: (errno.EIO, "The disk of the server failed."),
    0xC00000E9: (errno.EIO, "The disk of the server failed."),
    0xC000016A: (errno.EIO, "The disk of the server failed."),
    0xC000003E: (errno.EIO, "The disk of the server failed."),
    0xC00000A2: (errno.EROFS, "The disk of the server is write-protected."),
}
"""NTSTATUS of a disk that takes nothing: STATUS_DISK_FULL, STATUS_QUOTA_EXCEEDED, STATUS_IO_DEVICE_ERROR and its like."""


@dataclass(frozen=True)
class ShareLogin:
    """How to sign in at a share's server; ``encrypt`` None leaves that to the server."""

    user: str = ""
    password: str = field(default="", repr=False)
    port: int = 445
    encrypt: bool | None = None
    timeout: int = 15


@dataclass(frozen=True, slots=True)
class ShareEntry:
    """What stands in a folder under some name; times in seconds since the epoch."""

    name: str
    size: int
    created: float
    modified: float
    attributes: int
    file_id: int

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return bool(self.attributes & _DIRECTORY)

    @property
    def revision(self) -> str:
        """What changes with the content."""
        return f"{int(self.modified * 10_000_000):x}-{self.size:x}-{self.file_id:x}"


class SmbShare:
    r"""A folder of a share, ``\\server\share[\folder…]``; signs in when first used."""

    def __init__(self, root: str, login: ShareLogin) -> None:
        self.root = "\\\\" + root.replace("/", "\\").strip("\\")
        self._cache: dict[str, Any] = {}
        self._login = {
            "username": login.user or None,
            "password": login.password or None,
            "port": login.port,
            "encrypt": login.encrypt,
            "connection_timeout": login.timeout,
            "connection_cache": self._cache,
        }

    def close(self) -> None:
        """End the sessions."""
        if self._cache:
            import smbclient

            smbclient.reset_connection_cache(fail_on_error=False, connection_cache=self._cache)

    def path(self, folder: StorePath, *names: str) -> str:
        """The UNC path of what is in a folder."""
        return "\\".join((self.root, *folder, *names))

    @contextmanager
    def talking(self) -> Iterator[Any]:
        """The client module; StoreUnavailable when the server does not answer or refuses the login.

        OSError where the disk behind the share fails.
        """
        try:
            import smbclient
            from smbprotocol.exceptions import SMBException, SMBOSError
            from spnego.exceptions import SpnegoError
        except ImportError:
            reason = "the package smbprotocol is missing; install dtserve[smb]"
            raise StoreUnavailable(store=self.root, reason=reason) from None
        try:
            yield smbclient
        except SMBOSError as error:
            if error.ntstatus in _DISK_FAILED:
                raise self._disk_failed(error.ntstatus) from None
            if error.ntstatus not in _NO_SESSION:
                raise
            self.close()
            raise StoreUnavailable(store=self.root, reason=_NO_SESSION[error.ntstatus]) from None
        except (SMBException, SpnegoError, ValueError, OSError) as error:
            if isinstance(error, OSError) and error.filename is not None:
                raise
            status = getattr(error, "status", 0)
            if status in _DISK_FAILED:
                raise self._disk_failed(status) from None
            lines = str(error).strip().splitlines()
            self.close()
            raise StoreUnavailable(store=self.root, reason=lines[0] if lines else type(error).__name__) from None

    def _disk_failed(self, status: int) -> OSError:
        return OSError(*_DISK_FAILED[status], self.root)

    def scan(self, folder: StorePath, pattern: str = "*") -> list[ShareEntry]:
        """What is in a folder; links are left out."""
        with self.talking() as smb, smb.scandir(self.path(folder), pattern, **self._login) as entries:
            return [_entry(each.smb_info) for each in entries if not each.smb_info.file_attributes & _REPARSE_POINT]

    def find(self, folder: StorePath, name: str) -> ShareEntry | None:
        """The entry of that name in any case, spelled as the share has it; OSError when the folder is missing."""
        if name in ("", ".", "..") or not printable(name) or any(char in name for char in '/\\:*?"<>|'):
            return None
        try:
            found = self.scan(folder, name)
        except OSError as error:
            if error.errno == errno.ENOENT and self.is_folder(folder):
                return None
            raise
        return found[0] if found else None

    def is_folder(self, folder: StorePath) -> bool:
        """Whether the folder is there."""
        if not all(map(printable, folder)) or any(part in ("", ".", "..") or "\\" in part for part in folder):
            return False
        with self.talking() as smb:
            try:
                return bool(smb.path.isdir(self.path(folder), **self._login))
            except OSError:
                return False

    def read(self, folder: StorePath, name: str) -> bytes:
        """The content of a file."""
        with (
            self.talking() as smb,
            smb.open_file(self.path(folder, name), "rb", share_access="rwd", **self._login) as stream,
        ):
            data: bytes = stream.read()
        return data

    def put(self, folder: StorePath, name: str, data: bytes) -> None:
        """Replace or create a file: written under another name, flushed by the server, renamed.

        The file stays open to its writer alone until it has its name, so that no sweep can take it.
        """
        temporary = self.path(folder, f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}.tmp")
        with self.talking() as smb:
            try:
                with smb.open_file(
                    temporary,
                    "xb",
                    buffering=0,
                    share_access="",
                    desired_access=_GENERIC_WRITE | _DELETE,
                    **self._login,
                ) as stream:
                    view = memoryview(data)
                    while view:
                        view = view[stream.write(bytes(view[:_CHUNK])) :]
                    stream.flush()
                    _rename_open(stream, self.path(folder, name))
            except BaseException:
                with suppress(OSError):
                    smb.remove(temporary, **self._login)
                raise

    def remove(self, folder: StorePath, name: str) -> None:
        """Delete a file."""
        with self.talking() as smb:
            smb.remove(self.path(folder, name), **self._login)

    def rename(self, source: str, target: str, *, over: bool = False) -> None:
        """Rename a file or folder; ``over`` replaces a file."""
        with self.talking() as smb:
            (smb.replace if over else smb.rename)(source, target, **self._login)

    def make_folder(self, folder: StorePath) -> None:
        """Make a folder."""
        with self.talking() as smb:
            smb.mkdir(self.path(folder), **self._login)

    def make_root(self) -> None:
        """Make the root folder where it is missing."""
        with self.talking() as smb:
            smb.makedirs(self.root, exist_ok=True, **self._login)

    def remove_folder(self, folder: StorePath) -> None:
        """Delete an empty folder."""
        with self.talking() as smb:
            smb.rmdir(self.path(folder), **self._login)

    @contextmanager
    def locked(self, folder: StorePath) -> Iterator[None]:
        """Hold a folder against other writers: a file that only one can open, gone when it is closed."""
        deadline = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                with self.talking() as smb:
                    lock = smb.open_file(
                        self.path(folder, LOCK_FILE), "wb", buffering=0, share_access="",
                        desired_access=_DELETE | _WRITE_DATA, create_options=_DELETE_ON_CLOSE, **self._login,
                    )  # fmt: skip
                break
            except OSError as error:
                if getattr(error, "ntstatus", 0) not in _HELD_BY_OTHERS or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
        try:
            yield
        finally:
            with suppress(OSError, StoreUnavailable), self.talking():
                lock.close()  # the folder is free then, whether or not the server could remove the file

    def sweep(self, folder: StorePath, *, locks: bool = False) -> int:
        """Remove what crashed writers left; a file that somebody writes cannot be removed and stays.

        With ``locks`` a lock file goes, too, that nobody holds and that the server could not remove.
        """
        removed = 0
        for each in self.scan(folder):
            if is_temporary(each.name) and (locks or each.name != LOCK_FILE):
                with suppress(OSError):
                    self.remove(folder, each.name)
                    removed += 1
        return removed


def _rename_open(stream: Any, target: str) -> None:
    """Give an open file its name, in place of what has it."""
    from smbclient._io import SMBFileTransaction, set_info
    from smbprotocol.file_info import FileRenameInformation

    inside = "\\".join(target.split("\\")[4:])
    rename = FileRenameInformation()
    rename["replace_if_exists"] = True
    rename["file_name"] = inside
    with SMBFileTransaction(stream) as transaction:
        set_info(transaction, rename)


def _entry(info: Any) -> ShareEntry:
    return ShareEntry(
        info.file_name,
        info.end_of_file,
        _seconds(info.creation_time),
        _seconds(info.last_write_time),
        info.file_attributes,
        info.file_id,
    )


def _seconds(moment: datetime) -> float:
    return moment.timestamp()
