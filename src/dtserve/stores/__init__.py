"""Package stores: trees of folders and packages on files, msdb, file shares; moving packages between them.

Nothing heavy is imported before it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from dtserve.stores.base import Caller, FolderEntry, PackageInfo, PackageStore, StorePath

if TYPE_CHECKING:
    from dtserve.stores.filesystem import FileSystemStore
    from dtserve.stores.msdb.engine import Database
    from dtserve.stores.msdb.store import MsdbStore
    from dtserve.stores.tree import PackageTree, Root

_LATE = {
    "Database": "dtserve.stores.msdb.engine",
    "FileSystemStore": "dtserve.stores.filesystem",
    "MsdbStore": "dtserve.stores.msdb.store",
    "PackageTree": "dtserve.stores.tree",
    "Root": "dtserve.stores.tree",
}

__all__ = [
    "Caller",
    "Database",
    "FileSystemStore",
    "FolderEntry",
    "MsdbStore",
    "PackageInfo",
    "PackageStore",
    "PackageTree",
    "Root",
    "StorePath",
]


def __getattr__(name: str) -> Any:
    if name in _LATE:
        return getattr(import_module(_LATE[name]), name)
    raise AttributeError(name)
