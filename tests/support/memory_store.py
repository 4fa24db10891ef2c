"""The package store in a few dictionaries: the model that every real store is compared with."""

from __future__ import annotations

from collections.abc import Sequence

from dtserve.errors import PackageNotFound
from dtserve.stores.base import FolderEntry, PackageInfo, PackageStore, StorePath
from dtserve.stores.errors import (
    FolderExists,
    FolderNotEmpty,
    FolderNotFound,
    PackageExists,
    PathWithoutPackage,
    RevisionChanged,
    RolesUnsupported,
    RootFixed,
)
from dtserve.stores.names import check_file_name, name_key


class MemoryStore(PackageStore):
    """Folders by the keys of their path, packages inside them by the key of their name."""

    def __init__(self, name: str = "Memory") -> None:
        self.name = name
        self.folders: dict[StorePath, StorePath] = {(): ()}
        self.packages: dict[StorePath, dict[str, tuple[str, bytes, int]]] = {(): {}}
        self.clock = 0

    def _key(self, folder: StorePath) -> StorePath:
        key = tuple(map(name_key, folder))
        if key not in self.folders:
            raise FolderNotFound(name=folder[-1])
        return key

    def _find(self, path: StorePath) -> tuple[StorePath, str]:
        try:
            folder = self._key(path[:-1])
        except FolderNotFound:
            raise PackageNotFound(path=path) from None
        if not path or name_key(path[-1]) not in self.packages[folder]:
            raise PackageNotFound(path=path)
        return folder, name_key(path[-1])

    def list(self, folder: StorePath) -> tuple[Sequence[FolderEntry], Sequence[PackageInfo]]:
        key = self._key(folder)
        below = sorted(each for each in self.folders if len(each) == len(key) + 1 and each[:-1] == key)
        names = [self.folders[each][-1] for each in below]
        packages = [self._info((*folder, entry[0]), entry) for _, entry in sorted(self.packages[key].items())]
        return [FolderEntry(name, (*folder, name)) for name in names], packages

    def _info(self, path: StorePath, entry: tuple[str, bytes, int]) -> PackageInfo:
        return PackageInfo(entry[0], (*path[:-1], entry[0]), size=len(entry[1]), revision=str(entry[2]))

    def info(self, path: StorePath) -> PackageInfo:
        folder, key = self._find(path)
        return self._info(path, self.packages[folder][key])

    def read(self, path: StorePath) -> bytes:
        folder, key = self._find(path)
        return self.packages[folder][key][1]

    def write(
        self, path: StorePath, data: bytes, *, overwrite: bool = False, expected_revision: str | None = None
    ) -> PackageInfo:
        if not path:
            raise PathWithoutPackage(path="")
        folder = self._key(path[:-1])
        old = self.packages[folder].get(name_key(path[-1]))
        if old is None:
            check_file_name(path[-1])
        if expected_revision is not None:
            if old is None or str(old[2]) != expected_revision:
                raise RevisionChanged(path=path)
        elif old is not None and not overwrite:
            raise PackageExists(path=path)
        self.clock += 1
        self.packages[folder][name_key(path[-1])] = (old[0] if old else path[-1], data, self.clock)
        return self.info(path)

    def delete(self, path: StorePath) -> None:
        folder, key = self._find(path)
        del self.packages[folder][key]

    def move(self, source: StorePath, target: StorePath, *, overwrite: bool = False) -> None:
        if not target:
            raise PathWithoutPackage(path="")
        folder, key = self._find(source)
        new = self._key(target[:-1])
        old = self.packages[new].get(name_key(target[-1]))
        if old is None:
            check_file_name(target[-1])
        same = (new, name_key(target[-1])) == (folder, key)
        if old is not None and not same and not overwrite:
            raise PackageExists(path=target)
        entry = self.packages[folder].pop(key)
        name = target[-1] if same or old is None else old[0]
        self.packages[new][name_key(target[-1])] = (name, *entry[1:])

    def exists(self, path: StorePath) -> bool:
        try:
            self._find(path)
        except PackageNotFound:
            return False
        return True

    def folder_exists(self, folder: StorePath) -> bool:
        return tuple(map(name_key, folder)) in self.folders

    def create_folder(self, folder: StorePath) -> None:
        if not folder:
            raise FolderExists(name="", parent="")
        check_file_name(folder[-1])
        key = (*self._key(folder[:-1]), name_key(folder[-1]))
        if key in self.folders:
            raise FolderExists(name=folder[-1], parent=folder[:-1])
        self.folders[key] = folder
        self.packages[key] = {}

    def rename_folder(self, folder: StorePath, name: str) -> None:
        if not folder:
            raise RootFixed(name=self.name, action="renamed")
        check_file_name(name)
        old = self._key(folder)
        new = (*old[:-1], name_key(name))
        if new != old and new in self.folders:
            raise FolderExists(name=name, parent=folder[:-1])
        for key in [each for each in self.folders if each[: len(old)] == old]:
            moved = (*new, *key[len(old) :])
            shown = self.folders.pop(key)
            self.folders[moved] = (*shown[: len(old) - 1], name, *shown[len(old) :])
            self.packages[moved] = self.packages.pop(key)

    def delete_folder(self, folder: StorePath) -> None:
        if not folder:
            raise RootFixed(name=self.name, action="deleted")
        key = self._key(folder)
        if self.packages[key] or any(each[: len(key)] == key and each != key for each in self.folders):
            raise FolderNotEmpty(path=folder)
        del self.folders[key], self.packages[key]

    def roles(self, path: StorePath) -> tuple[str, str]:
        self._find(path)
        raise RolesUnsupported(store=self.name)

    def set_roles(self, path: StorePath, reader: str, writer: str) -> None:
        self.roles(path)
