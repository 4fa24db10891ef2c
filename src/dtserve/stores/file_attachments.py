"""Configuration files beside the packages of a folder of the operating system."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dtserve.stores.base import Attachment, StorePath
from dtserve.stores.durable import sync_folder, write_file
from dtserve.stores.errors import FolderNotFound, NameNotFileName, PackageFileNotFound, PackageTooLarge, ReadFailed
from dtserve.stores.file_lookup import coded_writing, facts_of, find_entry, resolve_link
from dtserve.stores.names import addressable, check_file_name, format_path, is_configuration, name_key

if TYPE_CHECKING:
    from dtserve.stores.filesystem import FileSystemStore

__all__ = ["check_attachment", "delete_beside", "list_beside", "read_beside", "write_beside"]


def check_attachment(path: StorePath) -> None:
    """NameNotFileName unless the path ends with the name of a configuration file."""
    check_file_name(path[-1] if path else "")
    if not is_configuration(path[-1]):
        raise NameNotFileName(name=path[-1])


def list_beside(store: FileSystemStore, folder: StorePath) -> Sequence[Attachment]:
    """The configuration files of a folder, by name."""
    try:
        names = [name for name in os.listdir(store.folder_path(folder)) if is_configuration(name) and addressable(name)]
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise ReadFailed(path=format_path(folder), reason=error.strerror) from None
    found = []
    for name in sorted(names, key=lambda each: (name_key(each), each)):
        file = _file(store, (*folder, name))
        facts = facts_of(file) if file is not None else None
        if facts is not None and stat.S_ISREG(facts.st_mode):
            found.append(Attachment(name, facts.st_size, facts.st_mtime))
    return found


def _file(store: FileSystemStore, path: StorePath) -> Path | None:
    """Where the file is; None when it is not, or a link leads out of the root."""
    if not path or not is_configuration(path[-1]):
        return None
    try:
        trail = store.trail(path[:-1])
        entry = find_entry(trail[-1], path[-1])
    except (FolderNotFound, FileNotFoundError):
        return None
    target = resolve_link(entry, trail) if entry else None
    return target if target is not None and target.is_file() else None


def read_beside(store: FileSystemStore, path: StorePath) -> bytes:
    """The content of a configuration file; PackageFileNotFound, PackageTooLarge, ReadFailed."""
    try:
        file = _file(store, path)
        if file is None:
            raise PackageFileNotFound(path=format_path(path))
        if file.stat().st_size > store.max_bytes:
            raise PackageTooLarge(path=format_path(path), size=file.stat().st_size, limit=store.max_bytes)
        return file.read_bytes()
    except OSError as error:
        raise ReadFailed(path=format_path(path), reason=error.strerror) from None


def write_beside(store: FileSystemStore, path: StorePath, data: bytes) -> None:
    """Store a configuration file durably, in place of what is there."""
    check_attachment(path)
    with coded_writing(path), store.locked(path[:-1]) as here:
        write_file(_file(store, path) or here / path[-1], data)


def delete_beside(store: FileSystemStore, path: StorePath) -> None:
    """Delete a configuration file; PackageFileNotFound."""
    file = _file(store, path)
    if file is None:
        raise PackageFileNotFound(path=format_path(path))
    with coded_writing(path), store.locked(path[:-1]) as here:
        file.unlink()
        sync_folder(here)
