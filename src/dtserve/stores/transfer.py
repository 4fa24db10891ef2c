"""Moving packages between any two places: copy, move, import, export (DTUTIL §8).

The bytes go over unchanged unless another protection level or a new id is asked for. A
package is opened on the way, so that nothing that is no package, or that the password does not
open, is ever stored. One with the level ServerStorage holds its secrets in clear and goes
to an msdb only.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

from dtserve.package.document import PackageDocument
from dtserve.stores.base import PackageStore, StorePath
from dtserve.stores.endpoints import Endpoint
from dtserve.stores.errors import SamePlace, ServerStorageDisallowed
from dtserve.stores.names import MAX_NAME, check_file_name, check_msdb_name, check_share_name

__all__ = [
    "NO_CHANGES",
    "SERVER_STORAGE",
    "Changes",
    "changed_bytes",
    "check_new",
    "copy_package",
    "load_package",
    "move_package",
    "prepare",
    "save_package",
    "unused_path",
]

SERVER_STORAGE = 5
FOLDER_CHECKS = {"SmbFolder": check_share_name}
NAME_CHECKS = {**FOLDER_CHECKS, "SqlServerFolder": check_msdb_name}
"""What the kinds of stores refuse as the name of a folder, or a package; the others what no file can be called."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What shall be different at the target: protection ``level`` (with its ``password``), a new package id."""

    level: int | None = None
    password: str | None = field(default=None, repr=False)
    new_id: bool = False

    @property
    def any(self) -> bool:
        """Whether anything shall change."""
        return self.new_id or self.level is not None


NO_CHANGES = Changes()
"""The package goes over as it is."""


def load_package(source: Endpoint, password: str | None = None) -> PackageDocument:
    """Open the package at a place; PackageNotFound, or PackageError when it cannot be opened."""
    return PackageDocument.open(source.read(), password)


def prepare(document: PackageDocument, target: Endpoint, changes: Changes = NO_CHANGES) -> bytes:
    """The bytes to store at ``target``; ServerStorageDisallowed, or what the changes raise."""
    return changed_bytes(document, target.takes_server_storage(), changes)


def changed_bytes(document: PackageDocument, takes_server_storage: bool, changes: Changes = NO_CHANGES) -> bytes:
    """As :func:`prepare`, for a target that keeps packages with the level ServerStorage or does not."""
    level = int(document.protection_level) if changes.level is None else changes.level
    if level == SERVER_STORAGE and not takes_server_storage:
        raise ServerStorageDisallowed()
    if not changes.any:
        return document.original
    from dtserve.package.edit import protected_bytes, with_new_id
    from dtserve.package.model import ProtectionLevel

    if changes.new_id:
        document = with_new_id(document)
    if changes.level is None:
        return document.original
    level_wanted = ProtectionLevel(changes.level)
    return protected_bytes(document, level_wanted, changes.password, allow_server_storage=takes_server_storage)[0]


def check_new(store: PackageStore, path: StorePath) -> None:
    """Refuse, before anything is written, a new package whose name or folders the store cannot take; InvalidName."""
    kind = store.kind_of(path)
    check_folder, check = FOLDER_CHECKS.get(kind, check_file_name), NAME_CHECKS.get(kind, check_file_name)
    for depth, folder in enumerate(path[:-1]):
        if not store.folder_exists(path[: depth + 1]):
            check_folder(folder)
    check(path[-1])


def unused_path(store: PackageStore, path: StorePath, own: Callable[[StorePath], bool] | None = None) -> StorePath:
    """The path itself, or with a number behind the name where that is taken: ``Load (2)``.

    ``own`` tells of a package that is there whether it is the one to be stored.
    """
    for number in itertools.count(2):
        if not store.exists(path) or (own is not None and own(path)):
            return path
        stem = path[-1] if number == 2 else path[-1].rpartition(" (")[0]
        path = (*path[:-1], f"{stem[: MAX_NAME - 6]} ({number})")
    raise AssertionError  # the numbers do not end


def save_package(
    document: PackageDocument,
    target: Endpoint,
    changes: Changes = NO_CHANGES,
    *,
    overwrite: bool = False,
) -> bytes:
    """Store an opened package; returns the bytes stored."""
    data = prepare(document, target, changes)
    target.write(data, overwrite=overwrite)
    return data


def copy_package(
    source: Endpoint,
    target: Endpoint,
    *,
    password: str | None = None,
    changes: Changes = NO_CHANGES,
    overwrite: bool = False,
) -> bytes:
    """Copy one package; the source stays."""
    return save_package(load_package(source, password), target, changes, overwrite=overwrite)


def move_package(
    source: Endpoint,
    target: Endpoint,
    *,
    password: str | None = None,
    document: PackageDocument | None = None,
    changes: Changes = NO_CHANGES,
    overwrite: bool = False,
) -> bytes:
    """Copy, and delete the source once the target is stored; SamePlace when both are one.

    ``document`` is the source where it was opened already.
    """
    if source.same_as(target):
        raise SamePlace(path=source.shown)
    if document is None:
        document = load_package(source, password)
    data = save_package(document, target, changes, overwrite=overwrite)
    source.delete()
    return data
