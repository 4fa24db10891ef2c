"""Writing files so that after a crash there is the old content or the new, never a part.

The new content goes to a temporary file in the same folder, is forced to the disk, takes the
name by a rename, and the folder is forced to the disk too. A writer holds a lock on its
temporary file; one that nobody holds is left over from a crash and is swept away. Where the file
system can, a temporary file gets its name only when it is whole and locked, so that a crash
while writing leaves nothing at all and a name that nobody holds is left over for certain.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

__all__ = [
    "TEMPORARY_PREFIX",
    "NotConfirmed",
    "PendingFile",
    "begin_flush",
    "folder_lock",
    "is_held",
    "is_temporary",
    "open_folder",
    "replacement",
    "sweep_folder",
    "sync_folder",
    "sync_open_folder",
    "write_all",
    "write_file",
]

TEMPORARY_PREFIX = ".~dtserve-"
TEMPORARY_SUFFIX = ".tmp"
_BORN_LOCKED = f"{TEMPORARY_PREFIX}held-"
"""How the name of a temporary file begins that was locked before it had one."""
STALE_SECONDS = 60.0
"""Age from which an unlocked temporary file counts as left over where it was named before it was locked."""

_DISK_ERRORS = (errno.EIO, errno.ENOSPC, errno.EDQUOT)


class NotConfirmed(OSError):
    """The change is made and visible; the disk did not confirm that it survives a power failure."""


if sys.platform != "win32":
    import fcntl

    def _lock(descriptor: int, *, wait: bool) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
        except OSError:
            return True  # a file system without locks: the age alone decides
        return True

else:

    def _lock(descriptor: int, *, wait: bool) -> bool:
        return True  # an open file cannot be unlinked there


_CAN_BE_NAMELESS = hasattr(os, "O_TMPFILE") and os.path.isdir("/proc/self/fd")
"""Whether files without a name can be made and named later; the file system may refuse all the same."""


def is_temporary(name: str) -> bool:
    """Whether a file of that name is one of ours in the making."""
    return name.startswith(TEMPORARY_PREFIX) and name.endswith(TEMPORARY_SUFFIX)


def write_file(path: Path, data: bytes, *, mode: int | None = None) -> None:
    """Replace or create ``path`` durably; OSError when that fails, with the old content in place.

    NotConfirmed, alone of them, leaves the new content in place.

    ``mode`` are the permissions of the new file; by default those of the one replaced, or what
    the umask leaves of 0666.
    """
    with replacement(path, mode=mode) as descriptor:
        write_all(descriptor, data)


@contextmanager
def replacement(path: Path, *, mode: int | None = None) -> Iterator[int]:
    """A file descriptor to write the new content of ``path`` to; it takes the name when the block ends well."""
    file = PendingFile(path, mode=mode)
    try:
        yield file.descriptor
        file.flush()
        file.take_name()
    except BaseException:
        file.give_up()
        raise
    sync_folder(path.parent)


class PendingFile:
    """The new content of a file on its way: written to :attr:`descriptor`, forced to the disk, then named, or given up.

    Each step may raise OSError; then it is given up.
    """

    def __init__(self, path: Path, *, mode: int | None = None) -> None:
        self.path = path
        self._mode = mode
        self._new = False
        if mode is None:
            try:
                found = path.lstat().st_mode
                self._mode = None if stat.S_ISLNK(found) else stat.S_IMODE(found)
            except FileNotFoundError:
                self._new = True
            except OSError:
                pass
        self.descriptor, self._temporary = _open_temporary(path.parent)
        self._open = True
        _lock(self.descriptor, wait=True)

    def flush(self) -> None:
        """Force the content to the disk."""
        if self._mode is not None and hasattr(os, "fchmod"):
            os.fchmod(self.descriptor, self._mode)
        os.fsync(self.descriptor)

    def take_name(self, folder: int | None = None) -> None:
        """Take the name, in one step for others to see; ``folder`` is a descriptor of the folder, where one is at hand."""
        if _is_born_locked(self._temporary.name):
            if self._new and self._take_free_name(folder):
                self._close()
                return
            _give_name(self.descriptor, self._temporary, folder)
        if sys.platform != "win32":
            os.replace(self._temporary, self.path)  # while locked, so that no sweep can come between
            self._close()
        else:
            self._close()
            os.replace(self._temporary, self.path)

    def _take_free_name(self, folder: int | None) -> bool:
        """Take a name that nothing had a moment ago: one change to the folder in place of three."""
        try:
            _give_name(self.descriptor, self.path, folder)
        except FileExistsError:
            return False
        return True

    def give_up(self) -> None:
        """Leave nothing; what had the name keeps it."""
        with suppress(OSError):
            self._close()
        with suppress(OSError):
            os.unlink(self._temporary)

    def _close(self) -> None:
        if self._open:
            self._open = False
            os.close(self.descriptor)


def begin_flush(descriptor: int) -> None:
    """Ask the disk to begin with a file's content, where the platform can; fsync then has less to wait for."""
    flush = _sync_file_range()
    if flush is not None:
        flush(descriptor, 0, 0, 2)  # SYNC_FILE_RANGE_WRITE; whether it works tells fsync


@cache
def _sync_file_range() -> Callable[[int, int, int, int], int] | None:
    if not sys.platform.startswith("linux"):
        return None
    import ctypes

    found = getattr(ctypes.CDLL(None), "sync_file_range", None)
    if found is not None:
        found.argtypes = (ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint)
    return found


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of ``data``, however many calls that takes."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _open_temporary(folder: Path) -> tuple[int, Path]:
    """A new file in ``folder`` and the name it has, or gets when it is whole."""
    if _CAN_BE_NAMELESS:
        with suppress(OSError):
            descriptor = os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o666)
            return descriptor, folder / f"{_BORN_LOCKED}{secrets.token_hex(8)}{TEMPORARY_SUFFIX}"
    temporary = folder / f"{TEMPORARY_PREFIX}{os.getpid()}-{secrets.token_hex(8)}{TEMPORARY_SUFFIX}"
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.open(temporary, flags, 0o666), temporary


def _give_name(descriptor: int, path: Path, folder: int | None) -> None:
    here = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY) if folder is None else folder
    try:
        os.link(f"/proc/self/fd/{descriptor}", path.name, src_dir_fd=here, dst_dir_fd=here, follow_symlinks=True)
    finally:
        if folder is None:
            os.close(here)


def _is_born_locked(name: str) -> bool:
    return name.startswith(_BORN_LOCKED)


def sync_folder(folder: Path) -> None:
    """Force a folder's entries to the disk, where the platform can; NotConfirmed when the disk fails."""
    with open_folder(folder) as descriptor:
        sync_open_folder(descriptor)


def sync_open_folder(descriptor: int | None) -> None:
    """As :func:`sync_folder`, for what :func:`open_folder` gives."""
    if descriptor is None:
        return
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno in _DISK_ERRORS:  # any other one: a network file system that cannot
            raise NotConfirmed(error.errno, error.strerror) from None


@contextmanager
def open_folder(folder: Path) -> Iterator[int | None]:
    """A descriptor of a folder; None on platforms that have none."""
    if sys.platform == "win32":
        yield None
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Hold a folder against other writers of dtserve, in this process and others.

    Who holds several of them takes them in the order of their real paths, and none twice.
    """
    with open_folder(folder) as descriptor:
        if descriptor is not None:
            _lock(descriptor, wait=True)
        yield


def is_held(path: Path) -> bool:
    """Whether somebody holds a lock on a file; False for one that is not there, and where there are no locks."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        return not _lock(descriptor, wait=False)
    finally:
        os.close(descriptor)


def sweep_folder(folder: Path, *, stale_after: float = STALE_SECONDS) -> int:
    """Remove the temporary files that crashed writers left in ``folder``; returns how many."""
    removed = 0
    limit = time.time() - stale_after
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if is_temporary(entry.name) and entry.is_file(follow_symlinks=False):
                removed += _sweep(Path(entry.path), limit)
    return removed


def _sweep(path: Path, limit: float) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return False
    try:
        if os.fstat(descriptor).st_mtime > limit and not _is_born_locked(path.name):
            return False
        if not _lock(descriptor, wait=False):
            return False
        if sys.platform != "win32":
            os.unlink(path)
            return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    with suppress(OSError):
        os.unlink(path)
        return True
    return False
