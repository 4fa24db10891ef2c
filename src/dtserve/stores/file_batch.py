"""Many packages into folders of the operating system: a few waits for the disk instead of two per file.

All contents are written to files without a name, the disk is asked to begin with all of them, then each is
waited for, each takes its name, and each folder is waited for once. Only then it is told what became of them. Each
package is durable, and whole or not there, as when it is written alone.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dtserve.errors import DtserveError
from dtserve.stores.base import StorePath
from dtserve.stores.durable import NotConfirmed, PendingFile, begin_flush, open_folder, sync_open_folder, write_all
from dtserve.stores.errors import NotDurable, PackageExists, PackageTooLarge
from dtserve.stores.file_lookup import coded_writing, package_name
from dtserve.stores.names import EXTENSION, addressable, check_file_name, format_path, name_key, strip_extension

if TYPE_CHECKING:
    from dtserve.stores.filesystem import FileSystemStore

__all__ = ["write_batch"]

AT_ONCE = 128
"""Files held open at once."""
FOLDERS_AT_ONCE = 32
"""Folders held at once."""

Item = tuple[StorePath, bytes]
Done = list[DtserveError | None]


def write_batch(store: FileSystemStore, items: Sequence[Item], overwrite: bool) -> Done:
    """Write them; what became of each, in their order."""
    return [error for part in _parts(items) for error in _write(store, part, overwrite)]


def _parts(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Runs of items that are not too many, nor in too many folders."""
    start, folders = 0, set[StorePath]()
    for index, (path, _) in enumerate(items):
        folders.add(path[:-1])
        if index - start == AT_ONCE or len(folders) > FOLDERS_AT_ONCE:
            yield items[start:index]
            start, folders = index, {path[:-1]}
    if items:
        yield items[start:]


def _write(store: FileSystemStore, part: Sequence[Item], overwrite: bool) -> Done:
    """Hold the folders of a part, in the order in which everybody takes them, and write it."""
    folders: dict[StorePath, _Folder | DtserveError] = {}
    with ExitStack() as held:
        for same in _in_order(store, {path[:-1] for path, _ in part}, folders):
            found: _Folder | DtserveError
            try:
                found = _hold(held, store, same[0])
            except DtserveError as error:
                found = error
            folders.update(dict.fromkeys(same, found))
        return _Batch(store, part, folders, overwrite).write()


def _in_order(
    store: FileSystemStore, wanted: Iterable[StorePath], refused: dict[StorePath, _Folder | DtserveError]
) -> list[list[StorePath]]:
    """The folders in the order of their real paths, those that are one together; without those ``refused``."""
    found: dict[str, list[StorePath]] = {}
    for folder in wanted:
        try:
            with coded_writing(folder):
                if not folder:
                    store.path.mkdir(parents=True, exist_ok=True)
                found.setdefault(os.path.realpath(store.folder_path(folder)), []).append(folder)
        except DtserveError as error:
            refused[folder] = error
    return [same for _, same in sorted(found.items())]


def _hold(held: ExitStack, store: FileSystemStore, folder: StorePath) -> _Folder:
    with coded_writing(folder):
        here = held.enter_context(store.locked(folder))
        return _Folder(here, held.enter_context(open_folder(here)), _Names(store, folder, here))


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder while it is held."""

    path: Path
    descriptor: int | None
    names: _Names


class _Batch:
    """The files of some folders on their way."""

    def __init__(
        self,
        store: FileSystemStore,
        part: Sequence[Item],
        folders: dict[StorePath, _Folder | DtserveError],
        overwrite: bool,
    ) -> None:
        self.store = store
        self.part = part
        self.folders = folders
        self.overwrite = overwrite
        self.done: Done = [None] * len(part)
        self.made: dict[int, PendingFile] = {}

    def write(self) -> Done:
        """Four rounds: the contents, the wait for them, the names, the wait for the folders."""
        try:
            for index in range(len(self.part)):
                self._try(index, self._begin)
            for index in list(self.made):
                self._try(index, lambda i: self.made[i].flush())
            for index in list(self.made):
                self._try(index, self._name)
        except BaseException:
            for file in self.made.values():
                file.give_up()
            raise
        self._confirm()
        return self.done

    def _try(self, index: int, call: Callable[[int], object]) -> None:
        try:
            with coded_writing(self.part[index][0]):
                call(index)
        except DtserveError as error:
            self.done[index] = error
            if index in self.made:
                self.made.pop(index).give_up()

    def _folder(self, index: int) -> _Folder:
        found = self.folders[self.part[index][0][:-1]]
        if isinstance(found, DtserveError):
            raise found
        return found

    def _begin(self, index: int) -> None:
        """Check the name and write the content to a file without one."""
        path, data = self.part[index]
        file = self.made[index] = PendingFile(self._target(self._folder(index), path, data))
        write_all(file.descriptor, data)
        begin_flush(file.descriptor)

    def _target(self, folder: _Folder, path: StorePath, data: bytes) -> Path:
        name = package_name(path)
        if len(data) > self.store.max_bytes:
            raise PackageTooLarge(path=format_path(path), size=len(data), limit=self.store.max_bytes)
        file = folder.names.file(name)
        if file is None:
            check_file_name(name)
            return folder.names.add(name)
        if not self.overwrite:
            raise PackageExists(path=format_path(path))
        return file

    def _name(self, index: int) -> None:
        folder, file = self._folder(index), self.made[index]
        if file.path.parent == folder.path:
            file.take_name(folder.descriptor)
            return
        with open_folder(file.path.parent) as elsewhere:  # a link led there
            file.take_name(elsewhere)
            sync_open_folder(elsewhere)

    def _confirm(self) -> None:
        """Wait for the folders; nobody is told that a package is stored before."""
        reasons: dict[int | None, str] = {}
        for descriptor in {each.descriptor for each in self.folders.values() if isinstance(each, _Folder)}:
            try:
                sync_open_folder(descriptor)
            except NotConfirmed as error:
                reasons[descriptor] = error.strerror or ""
        for index, (path, _) in enumerate(self.part):
            folder = self.folders[path[:-1]]
            if isinstance(folder, _Folder) and folder.descriptor in reasons and self.done[index] is None:
                self.done[index] = NotDurable(path=format_path(path), reason=reasons[folder.descriptor])


class _Names:
    """The names in a folder, read once: where a package's file is, or would be after those of this batch."""

    def __init__(self, store: FileSystemStore, folder: StorePath, here: Path) -> None:
        self._store = store
        self._folder = folder
        self._here = here
        self._found: dict[str, list[str]] = {}
        with os.scandir(here) as entries:
            for name in sorted(entry.name for entry in entries if addressable(entry.name)):
                self._found.setdefault(name_key(name), []).append(name)

    def file(self, name: str) -> Path | None:
        """The file of a package, the exact name before one that differs in case."""
        names = self._found.get(name_key(name + EXTENSION))
        if names is None:
            return None
        path = self._here / (name + EXTENSION if name + EXTENSION in names else names[0])
        return self._store._file((*self._folder, strip_extension(path.name))) if path.is_symlink() else path

    def add(self, name: str) -> Path:
        """The file of a new package."""
        self._found[name_key(name + EXTENSION)] = [name + EXTENSION]
        return self._here / (name + EXTENSION)
