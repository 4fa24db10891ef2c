"""The package store: configured roots, below them the folders and packages of a store each (SERVICE §5).

Paths begin with the name of a root: ``("MSDB", "Finance", "Load")``. A root whose store does
not answer raises its own error; the others stay usable.
"""

from __future__ import annotations

import builtins
import itertools
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar

from dtserve.errors import DtserveError, PackageNotFound, StoreError
from dtserve.stores.base import Attachment, Caller, FolderEntry, PackageInfo, PackageStore, StorePath, WalkFailure
from dtserve.stores.errors import (
    PackageNotInStore,
    PathWithoutPackage,
    RootFixed,
    RootNotFound,
    RootUnavailable,
    StoreUnavailable,
)
from dtserve.stores.names import format_path, name_key, strip_extension

__all__ = ["PackageTree", "Root", "tree_path"]


def tree_path(path: StorePath) -> str:
    r"""A path as the console and /DTS write it.

    >>> print(tree_path(("MSDB", "Finance")))
    \MSDB\Finance
    """
    return "\\" + format_path(path)


@dataclass
class Root:
    """A top-level folder: its name, its kind (``xsi:type``), and how its store is opened when it is first needed."""

    name: str
    open: Callable[[], PackageStore]
    kind: str = ""
    place: str = ""
    _store: PackageStore | None = field(default=None, repr=False)

    def store(self) -> PackageStore:
        """The store; whatever it raises while it is opened is the root's own error."""
        if self._store is None:
            self._store = self.open()
        return self._store

    def close(self) -> None:
        """Close the store; it is opened again when needed."""
        if self._store is not None:
            self._store.close()


class PackageTree(PackageStore):
    """All roots as one store; the first of equal names is the one that counts (SERVICE §11 is silent)."""

    kind: ClassVar[str] = ""

    def __init__(self, roots: Sequence[Root], *, name: str = "Stored Packages", caller: Caller | None = None) -> None:
        self.name = name
        self.caller = caller
        self._roots: dict[str, Root] = {}
        for root in roots:
            self._roots.setdefault(name_key(root.name), root)

    def for_caller(self, caller: Caller) -> PackageTree:
        """The same tree with the rights of another login."""
        return PackageTree(tuple(self._roots.values()), name=self.name, caller=caller)

    def close(self) -> None:
        """Close the stores of all roots."""
        for root in self._roots.values():
            root.close()

    @property
    def roots(self) -> Sequence[Root]:
        """The roots in the order of the configuration."""
        return tuple(self._roots.values())

    def root(self, path: StorePath) -> Root:
        """The root that a path begins with; RootNotFound otherwise."""
        found = self._roots.get(name_key(path[0])) if path else None
        if found is None:
            names = ", ".join(root.name for root in self.roots)
            raise RootNotFound(name=path[0] if path else "", roots=names)
        return found

    def resolve(self, path: StorePath) -> StorePath:
        """A path as users write it: without a root it is below the first file-system root; ``.dtsx`` may be there.

        DTUTIL §9 (26, 31, 34, 36) names packages of the store without a root; §5 has the
        extension optional.
        """
        if path and name_key(path[0]) not in self._roots:
            implicit = next((root for root in self.roots if root.kind == "FileSystemFolder"), None)
            if implicit is not None:
                path = (implicit.name, *path)
        if len(path) > 1 and strip_extension(path[-1]) != path[-1] and not self.exists(path):
            return (*path[:-1], strip_extension(path[-1]))
        return path

    def kind_of(self, path: StorePath) -> str:
        """The kind of the root."""
        return self.root(path).kind

    def place_of(self, path: StorePath) -> tuple[object, StorePath]:
        """That of the root's store."""
        with self._below(path) as (_, store, rest):
            return store.place_of(rest)

    def folder_path(self, folder: StorePath) -> Path | None:
        """That of the root's store."""
        with self._below(folder) as (_, store, rest):
            return store.folder_path(rest)

    def clean(self, *, stale_after: float = 60.0) -> int:
        """Clean the roots that are folders of this machine; those of other machines meanwhile, in a thread."""
        removed, elsewhere = 0, []
        for root in self.roots:
            with suppress(RootUnavailable, StoreUnavailable):
                store = root.store()
                if store.folder_path(()) is not None:
                    removed += store.clean(stale_after=stale_after)
                elif root.kind != "SqlServerFolder":
                    elsewhere.append(store)
        if elsewhere:
            threading.Thread(target=_clean, args=(elsewhere,), name="clean-shares", daemon=True).start()
        return removed

    def list(self, folder: StorePath) -> tuple[Sequence[FolderEntry], Sequence[PackageInfo]]:
        """The roots, in the order of the configuration, or what is in a folder of one."""
        if not folder:
            return [FolderEntry(root.name, (root.name,)) for root in self.roots], ()
        with self._below(folder) as (root, store, rest):
            folders, packages = store.list(rest)
        return (
            [replace(each, path=(root.name, *each.path)) for each in folders],
            [replace(each, path=(root.name, *each.path)) for each in packages],
        )

    def info(self, path: StorePath) -> PackageInfo:
        """Facts of one package."""
        with self._package(path) as (root, store, rest):
            found = store.info(rest)
        return replace(found, path=(root.name, *found.path))

    def read(self, path: StorePath) -> bytes:
        """The bytes of one package."""
        with self._package(path) as (_, store, rest):
            return store.read(rest)

    def read_many(self, paths: Sequence[StorePath]) -> builtins.list[bytes | DtserveError]:
        """The bytes of many packages, those below one root together."""
        if len({name_key(path[0]) if len(path) > 1 else "" for path in paths}) != 1 or len(paths[0]) < 2:
            return super().read_many(paths)
        try:
            with self._below(paths[0]) as (_, store, _):
                found = store.read_many([path[1:] for path in paths])
        except DtserveError as error:
            return [error] * len(paths)
        return [
            PackageNotInStore(path=format_path(path)) if isinstance(each, PackageNotFound) else each
            for path, each in zip(paths, found, strict=True)
        ]

    def write(
        self, path: StorePath, data: bytes, *, overwrite: bool = False, expected_revision: str | None = None
    ) -> PackageInfo:
        """Store a package below a root."""
        if len(path) < 2:
            raise PathWithoutPackage(path=format_path(path))
        with self._below(path) as (root, store, rest):
            found = store.write(rest, data, overwrite=overwrite, expected_revision=expected_revision)
        return replace(found, path=(root.name, *found.path))

    def write_many(
        self, items: Sequence[tuple[StorePath, bytes]], *, overwrite: bool = False
    ) -> builtins.list[DtserveError | None]:
        """Store many packages, those below one root together."""
        done: builtins.list[DtserveError | None] = []
        for first, found in itertools.groupby(items, key=lambda each: each[0][:1] if len(each[0]) > 1 else ()):
            group = builtins.list(found)
            if not first:
                done += super().write_many(group, overwrite=overwrite)
                continue
            try:
                with self._below(first) as (_, store, _):
                    done += store.write_many([(path[1:], data) for path, data in group], overwrite=overwrite)
            except DtserveError as error:
                done += [error] * len(group)
        return done

    def delete(self, path: StorePath) -> None:
        """Delete a package."""
        with self._package(path) as (_, store, rest):
            store.delete(rest)

    def move(self, source: StorePath, target: StorePath, *, overwrite: bool = False) -> None:
        """Move within a root in one step; between roots the package is written there before it is deleted here."""
        if len(target) < 2:
            raise PathWithoutPackage(path=format_path(target))
        with self._package(source) as (root, store, rest):
            if root is self.root(target):
                store.move(rest, target[1:], overwrite=overwrite)
                return
            data = store.read(rest)
        self.write(target, data, overwrite=overwrite)
        self.delete(source)

    def exists(self, path: StorePath) -> bool:
        """Whether a package stands there."""
        if len(path) < 2 or name_key(path[0]) not in self._roots:
            return False
        with self._below(path) as (_, store, rest):
            return store.exists(rest)

    def folder_exists(self, folder: StorePath) -> bool:
        """Whether a folder stands there; roots do."""
        if not folder or name_key(folder[0]) not in self._roots:
            return not folder
        with self._below(folder) as (_, store, rest):
            return store.folder_exists(rest)

    def create_folder(self, folder: StorePath) -> None:
        """Create a folder below a root."""
        self._not_root(folder, "created")
        with self._below(folder) as (_, store, rest):
            store.create_folder(rest)

    def rename_folder(self, folder: StorePath, name: str) -> None:
        """Rename a folder below a root."""
        self._not_root(folder, "renamed")
        with self._below(folder) as (_, store, rest):
            store.rename_folder(rest, name)

    def delete_folder(self, folder: StorePath) -> None:
        """Delete an empty folder below a root."""
        self._not_root(folder, "deleted")
        with self._below(folder) as (_, store, rest):
            store.delete_folder(rest)

    def roles(self, path: StorePath) -> tuple[str, str]:
        """Reader and writer role, where the root keeps them."""
        with self._package(path) as (_, store, rest):
            return store.roles(rest)

    def set_roles(self, path: StorePath, reader: str, writer: str) -> None:
        """Set them, where the root keeps them."""
        with self._package(path) as (_, store, rest):
            store.set_roles(rest, reader, writer)

    def role_names(self, path: StorePath = ()) -> Sequence[str]:
        """The roles that the root knows."""
        with self._below(path) as (_, store, rest):
            return store.role_names(rest)

    def add_role(self, path: StorePath, role: str) -> None:
        """Make a role known to the root."""
        with self._below(path) as (_, store, rest):
            store.add_role(rest, role)

    def attachments(self, folder: StorePath) -> Sequence[Attachment]:
        """The configuration files beside the packages of a folder below a root."""
        if not folder:
            return ()
        with self._below(folder) as (_, store, rest):
            return store.attachments(rest)

    def read_attachment(self, path: StorePath) -> bytes:
        """The content of one."""
        with self._below(path) as (_, store, rest):
            return store.read_attachment(rest)

    def write_attachment(self, path: StorePath, data: bytes) -> None:
        """Store one below a root."""
        with self._below(path) as (_, store, rest):
            store.write_attachment(rest, data)

    def delete_attachment(self, path: StorePath) -> None:
        """Delete one."""
        with self._below(path) as (_, store, rest):
            store.delete_attachment(rest)

    def walk(
        self, folder: StorePath = (), failed: WalkFailure | None = None
    ) -> Iterator[tuple[StorePath, Sequence[FolderEntry], Sequence[PackageInfo]]]:
        """Every folder below ``folder``; a root that does not answer is left out, and told, when walking all of them."""
        if folder:
            yield from super().walk(folder, failed)
            return
        yield (), *self.list(())
        for root in self.roots:
            try:
                yield from self._collected((root.name,), failed)
            except DtserveError as error:
                if failed is not None:
                    failed((root.name,), error)
                elif not isinstance(error, RootUnavailable):
                    raise

    def _collected(
        self, folder: StorePath, failed: WalkFailure | None = None
    ) -> builtins.list[tuple[StorePath, Sequence[FolderEntry], Sequence[PackageInfo]]]:
        return builtins.list(super().walk(folder, failed))

    def _not_root(self, folder: StorePath, action: str) -> None:
        if len(folder) < 2:
            raise RootFixed(name=format_path(folder), action=action)

    @contextmanager
    def _below(self, path: StorePath) -> Iterator[tuple[Root, PackageStore, StorePath]]:
        """The root, its store for the caller, and the path below it; RootUnavailable when it does not answer."""
        root = self.root(path)
        try:
            store = root.store()
            yield root, store.for_caller(self.caller) if self.caller else store, path[1:]
        except StoreUnavailable as error:
            raise RootUnavailable(root=root.name, detail=error.message) from None

    @contextmanager
    def _package(self, path: StorePath) -> Iterator[tuple[Root, PackageStore, StorePath]]:
        """As :meth:`_below` for a package that must be there; without a root it is not."""
        if len(path) < 2:
            raise PackageNotInStore(path=format_path(path))
        try:
            self.root(path)
        except RootNotFound:
            raise PackageNotInStore(path=format_path(path)) from None
        try:
            with self._below(path) as found:
                yield found
        except PackageNotFound:
            raise PackageNotInStore(path=format_path(path)) from None


def _clean(stores: Sequence[PackageStore]) -> None:
    for store in stores:
        with suppress(StoreError, OSError):  # a share that does not answer is cleaned as it is written to
            store.clean()
