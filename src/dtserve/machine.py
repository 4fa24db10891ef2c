"""This machine and its user, and new GUIDs, without the modules that are slow to import.

``platform``, ``uuid``, ``getpass`` and ``tempfile`` together take longer to import than an empty
package takes to run.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform == "win32":
    fcntl = None
else:
    import fcntl

__all__ = ["computer_name", "new_guid", "operator_name", "remove_temporary_folders", "temporary_folder", "user_name"]


def new_guid() -> str:
    """A random GUID (RFC 4122, version 4) as SSIS writes it: ``{3F2504E0-4F89-41D3-9A0C-0305E82C3301}``."""
    raw = bytearray(os.urandom(16))
    raw[6] = raw[6] & 0x0F | 0x40
    raw[8] = raw[8] & 0x3F | 0x80
    text = raw.hex().upper()
    return f"{{{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}}}"


def computer_name() -> str:
    """The machine's name."""
    if hasattr(os, "uname"):
        return os.uname().nodename
    return os.environ.get("COMPUTERNAME", "")


def user_name() -> str:
    """The name of the user of this process."""
    for variable in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        if os.environ.get(variable):
            return os.environ[variable]
    if not hasattr(os, "getuid"):
        return ""
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def operator_name() -> str:
    """``MACHINE\\user`` of this process."""
    return f"{computer_name()}\\{user_name()}"


LOCK = ".lock"
"""The file in a temporary folder that its process holds locked."""

_FOLDER = re.compile("dtserve-[0-9a-f]{16}")
_open_folders: set[Path] = set()


def remove_temporary_folders() -> None:
    """Remove what is still open: for a program that ends without waiting for its threads."""
    import shutil

    for folder in list(_open_folders):
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def temporary_folder(parent: str = "") -> Iterator[Path]:
    """A private folder below ``parent`` (else the system's folder for temporary files), removed at the end.

    What processes that were killed have left there is removed, too.
    """
    if not parent:
        parent = next((os.environ[name] for name in ("TMPDIR", "TEMP", "TMP") if os.environ.get(name)), "/tmp")
        if not os.path.isdir(parent):
            import tempfile

            parent = tempfile.gettempdir()
    _sweep(parent)
    folder, lock = _claimed(parent)
    _open_folders.add(folder)
    try:
        yield folder
    finally:
        _open_folders.discard(folder)
        try:
            Path(folder, LOCK).unlink(missing_ok=True)
            folder.rmdir()
        except OSError:
            import shutil

            shutil.rmtree(folder, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def _claimed(parent: str) -> tuple[Path, int | None]:
    """A new private folder, and the lock on its file that lasts as long as this process."""
    name = f"dtserve-{os.urandom(8).hex()}"
    hidden = Path(parent, f".{name}")
    hidden.mkdir(mode=0o700)
    lock = None
    if fcntl is not None:
        lock = os.open(hidden / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    folder = Path(parent, name)
    hidden.rename(folder)  # under its name it is locked already
    return folder, lock


def _sweep(parent: str) -> None:
    """Remove the folders of processes that were killed: theirs is nobody's lock any more."""
    if fcntl is None:
        return
    try:
        with os.scandir(parent) as entries:
            found = [entry for entry in entries if _FOLDER.fullmatch(entry.name)]
    except OSError:
        return
    for entry in found:
        try:
            if not entry.is_dir(follow_symlinks=False) or entry.stat(follow_symlinks=False).st_uid != os.getuid():
                continue
            lock = os.open(Path(entry.path, LOCK), os.O_RDWR | os.O_NOFOLLOW)
        except OSError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            continue
        else:
            import shutil

            shutil.rmtree(entry.path, ignore_errors=True)
        finally:
            os.close(lock)
