"""Where compiled scripts are kept: ``cache/scripts`` of the home, or the user's cache folder; files by their hash.

A file is written beside its place and moved there, so that two processes never see half of one. The folder is the
user's own (0700): what lies there is executed.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path

__all__ = ["ScriptCache", "script_cache"]


class ScriptCache:
    """A folder of files named by a hash."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def place(self, key: str, suffix: str) -> Path:
        """Where the file of that hash is, or will be."""
        return self.folder / f"{key}{suffix}"

    def store(self, key: str, suffix: str, data: bytes) -> Path:
        """Write a file at its place; one that is there already is replaced by an equal one."""
        place = self.place(key, suffix)
        beside = place.with_name(f".{place.name}.{os.getpid()}.{os.urandom(4).hex()}")
        try:
            beside.write_bytes(data)
            beside.replace(place)
        finally:
            with contextlib.suppress(FileNotFoundError):
                beside.unlink()
        return place


def script_cache(variables: Mapping[str, str], temporary: Path) -> ScriptCache:
    """The cache of this user, made when it is not there; in ``temporary`` where the home cannot be written to."""
    home = variables.get("DTSERVE_HOME", "").strip()
    if home:
        folder = Path(home).expanduser() / "cache" / "scripts"
    else:
        import platformdirs

        folder = platformdirs.user_cache_path("dtserve", appauthor=False) / "scripts"
    for chosen in (folder, temporary / "scripts"):
        try:
            chosen.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError:
            continue
        if _own(chosen):
            return ScriptCache(chosen)
    raise PermissionError(f"no folder for compiled scripts: {folder}")


def _own(folder: Path) -> bool:
    """Whether the folder is this user's and nobody else writes to it."""
    if not os.access(folder, os.W_OK | os.X_OK):
        return False
    if not hasattr(os, "getuid"):
        return True
    state = folder.stat()
    return state.st_uid == os.getuid() and not state.st_mode & 0o022
