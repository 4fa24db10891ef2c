"""A folder of a store as if it were a store of its own: for stores that nobody may empty, as a real server's msdb."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dtserve.stores.base import FolderEntry, PackageInfo, PackageStore, StorePath
from dtserve.stores.errors import FolderExists, PathWithoutPackage, RootFixed


class FolderView(PackageStore):
    """``inner`` below ``root``; :meth:`remove` deletes everything there."""

    def __init__(self, inner: PackageStore, root: StorePath) -> None:
        self.inner = inner
        self.root = root
        self.name = inner.name

    def _below(self, path: StorePath) -> StorePath:
        return (*self.root, *path)

    def _info(self, info: PackageInfo) -> PackageInfo:
        return replace(info, path=info.path[len(self.root) :])

    def _package(self, path: StorePath) -> StorePath:
        if not path:
            raise PathWithoutPackage(path="")
        return self._below(path)

    def kind_of(self, path: StorePath) -> str:
        return self.inner.kind_of(self._below(path))

    def close(self) -> None:
        self.inner.close()

    def list(self, folder: StorePath) -> tuple[Sequence[FolderEntry], Sequence[PackageInfo]]:
        folders, packages = self.inner.list(self._below(folder))
        shown = [replace(each, path=each.path[len(self.root) :]) for each in folders]
        return shown, [self._info(each) for each in packages]

    def info(self, path: StorePath) -> PackageInfo:
        return self._info(self.inner.info(self._below(path)))

    def read(self, path: StorePath) -> bytes:
        return self.inner.read(self._below(path))

    def write(
        self, path: StorePath, data: bytes, *, overwrite: bool = False, expected_revision: str | None = None
    ) -> PackageInfo:
        options = {"overwrite": overwrite, "expected_revision": expected_revision}
        return self._info(self.inner.write(self._package(path), data, **options))

    def delete(self, path: StorePath) -> None:
        self.inner.delete(self._below(path))

    def move(self, source: StorePath, target: StorePath, *, overwrite: bool = False) -> None:
        self.inner.move(self._below(source), self._package(target), overwrite=overwrite)

    def exists(self, path: StorePath) -> bool:
        return bool(path) and self.inner.exists(self._below(path))

    def folder_exists(self, folder: StorePath) -> bool:
        return self.inner.folder_exists(self._below(folder))

    def create_folder(self, folder: StorePath) -> None:
        if not folder:
            raise FolderExists(name="", parent="")
        self.inner.create_folder(self._below(folder))

    def rename_folder(self, folder: StorePath, name: str) -> None:
        if not folder:
            raise RootFixed(name=self.name, action="renamed")
        self.inner.rename_folder(self._below(folder), name)

    def delete_folder(self, folder: StorePath) -> None:
        if not folder:
            raise RootFixed(name=self.name, action="deleted")
        self.inner.delete_folder(self._below(folder))

    def roles(self, path: StorePath) -> tuple[str, str]:
        return self.inner.roles(self._below(path))

    def set_roles(self, path: StorePath, reader: str, writer: str) -> None:
        self.inner.set_roles(self._below(path), reader, writer)

    def remove(self) -> None:
        """Delete the folder and all that is in it."""
        for folder, _, packages in reversed([*self.inner.walk(self.root)]):
            for info in packages:
                self.inner.delete(info.path)
            self.inner.delete_folder(folder)
