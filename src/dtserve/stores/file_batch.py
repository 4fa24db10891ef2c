"""Many packages into one folder of the operating system: one wait for the disk instead of one per file.

All contents are written to files without a name, the disk is asked to begin with all of them, then each is
waited for and takes its name. Each package is durable, and whole or not there, as when it is
written alone.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from dtserve.errors import DtserveError
from dtserve.stores.base import StorePath
from dtserve.stores.durable import NotConfirmed, begin_flush, replacement, sync_folder, write_all
from dtserve.stores.errors import NotDurable, PackageExists, PackageTooLarge
from dtserve.stores.file_lookup import coded_writing, package_name
from dtserve.stores.names import EXTENSION, addressable, check_file_name, format_path, name_key, strip_extension

if TYPE_CHECKING:
    from dtserve.stores.filesystem import FileSystemStore

__all__ = ["write_batch"]

AT_ONCE = 64
"""Files held open at once, in one folder."""
FOLDERS_AT_ONCE = 4
"""Folders that wait for the disk at the same time."""


def write_batch(
    store: FileSystemStore, items: Sequence[tuple[StorePath, bytes]], overwrite: bool
) -> list[DtserveError | None]:
    """Write them folder by folder; what became of each, in their order."""
    parts: list[tuple[StorePath, list[tuple[StorePath, bytes]]]] = []
    for folder, found in itertools.groupby(items, key=lambda each: each[0][:-1]):
        group = list(found)
        parts += [(folder, group[start : start + AT_ONCE]) for start in range(0, len(group), AT_ONCE)]

    def write(part: tuple[StorePath, list[tuple[StorePath, bytes]]]) -> list[DtserveError | None]:
        try:
            with coded_writing(part[0]), store.locked(part[0]) as here:
                return _Batch(store, part[0], here, overwrite).write(part[1])
        except DtserveError as error:
            return [error] * len(part[1])

    if len({folder for folder, _ in parts}) < len(parts) or len(parts) < 2:
        return list(itertools.chain.from_iterable(map(write, parts)))
    with ThreadPoolExecutor(FOLDERS_AT_ONCE, thread_name_prefix="write") as threads:
        return list(itertools.chain.from_iterable(threads.map(write, parts)))


_Made = tuple[AbstractContextManager[int], int]
"""A file on its way and its descriptor."""


class _Batch:
    """The files of one folder on their way, while the folder is held."""

    def __init__(self, store: FileSystemStore, folder: StorePath, here: Path, overwrite: bool) -> None:
        self.store = store
        self.here = here
        self.overwrite = overwrite
        self.names = _Names(store, folder, here)

    def write(self, part: Sequence[tuple[StorePath, bytes]]) -> list[DtserveError | None]:
        """Three rounds: the contents, the wait for the disk, the names."""
        done: list[DtserveError | None] = []
        made: dict[int, _Made] = {}
        try:
            for index, (path, data) in enumerate(part):
                done.append(self._try(path, lambda i=index, p=path, d=data: made.update({i: self._begin(p, d)})))  # type: ignore[misc]
            for index in list(made):
                done[index] = self._try(part[index][0], lambda i=index: self._flush(made, i))  # type: ignore[misc]
            for index in list(made):
                done[index] = self._try(part[index][0], lambda i=index: made.pop(i)[0].__exit__(None, None, None))  # type: ignore[misc]
        finally:
            for file, _ in made.values():
                _give_up(file, KeyboardInterrupt())
        return self._confirm(part, done)

    def _try(self, path: StorePath, call: Callable[[], object]) -> DtserveError | None:
        try:
            with coded_writing(path):
                call()
        except DtserveError as error:
            return error
        return None

    def _begin(self, path: StorePath, data: bytes) -> _Made:
        """Check the name and write the content to a file without one."""
        file = replacement(self._target(path, data), confirm=False)
        descriptor = file.__enter__()
        try:
            write_all(descriptor, data)
        except OSError as error:
            _give_up(file, error)
            raise
        begin_flush(descriptor)
        return file, descriptor

    def _flush(self, made: dict[int, _Made], index: int) -> None:
        file, descriptor = made[index]
        try:
            os.fsync(descriptor)
        except OSError as error:
            del made[index]
            _give_up(file, error)
            raise

    def _target(self, path: StorePath, data: bytes) -> Path:
        name = package_name(path)
        if len(data) > self.store.max_bytes:
            raise PackageTooLarge(path=format_path(path), size=len(data), limit=self.store.max_bytes)
        file = self.names.file(name)
        if file is None:
            check_file_name(name)
            return self.names.add(name)
        if not self.overwrite:
            raise PackageExists(path=format_path(path))
        return file

    def _confirm(
        self, part: Sequence[tuple[StorePath, bytes]], done: list[DtserveError | None]
    ) -> list[DtserveError | None]:
        try:
            sync_folder(self.here)
        except NotConfirmed as error:
            why = error.strerror
            return [
                old or NotDurable(path=format_path(path), reason=why) for old, (path, _) in zip(done, part, strict=True)
            ]
        return done


def _give_up(file: AbstractContextManager[int], error: BaseException) -> None:
    with suppress(BaseException):
        file.__exit__(type(error), error, error.__traceback__)


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
