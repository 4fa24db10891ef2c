"""Where each of many packages goes, and what becomes of those whose names the target has."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from dtserve.errors import DtserveError
from dtserve.stores.base import PackageInfo, PackageStore, StorePath
from dtserve.stores.bulk_report import BulkResult
from dtserve.stores.errors import FolderExists, FolderNotFound, PackageExists, SamePlace
from dtserve.stores.names import format_path, name_key
from dtserve.stores.transfer import unused_path

if TYPE_CHECKING:
    from dtserve.stores.bulk import BulkJob

__all__ = ["Item", "Known", "decide", "make_folders"]


@dataclass(frozen=True, slots=True)
class Item:
    """A package that goes on, to ``target``; ``replace`` what stands there."""

    info: PackageInfo
    target: StorePath
    replace: bool = False

    def result(self, outcome: str, code: str = "", message: str = "", revision: str = "") -> BulkResult:
        """What became of it."""
        shown = format_path(self.target)
        return BulkResult(format_path(self.info.path), shown, outcome, code, message, revision or self.info.revision)


class Known:
    """The packages and folders that a store has, asked for once per folder; ``resumed`` when a job goes on with them."""

    def __init__(self, store: PackageStore | None, *, resumed: bool = False) -> None:
        self.store = store
        self.resumed = resumed
        self._names: dict[StorePath, set[str]] = {}
        self._made: set[StorePath] = set()

    def has(self, path: StorePath) -> bool:
        """Whether a package stood there when its folder was asked for."""
        assert self.store is not None  # noqa: S101 - only jobs with a target ask
        key = tuple(map(name_key, path[:-1]))
        if key not in self._names:
            try:
                self._names[key] = {name_key(info.name) for info in self.store.list(path[:-1])[1]}
            except FolderNotFound:
                self._names[key] = set()
        return name_key(path[-1]) in self._names[key]

    def make(self, folder: StorePath) -> None:
        """Make what is missing of a folder's path."""
        if folder not in self._made and self.store is not None:
            make_folders(self.store, folder)
            self._made.add(folder)


def decide(
    job: BulkJob, info: PackageInfo, target: StorePath, before: dict[str, str], known: Known
) -> Item | BulkResult:
    """Whether a package goes on, and where to; the result where it does not."""
    item = Item(info, target)
    if before.get(format_path(info.path), "-") == info.revision:
        return item.result("done before")
    if job.target is None:
        return Item(info, target, replace=True)
    try:
        if _same_place(job, info.path, target):
            raise SamePlace(path=format_path(info.path))
        if not known.has(target):
            return item
        if known.resumed and _stored_already(job, info, target):
            return Item(info, target, replace=True)
        return _collision(job, job.target, item, known)
    except DtserveError as error:
        return item.result("failed", error.hresult, error.message)


def _same_place(job: BulkJob, source: StorePath, target: StorePath) -> bool:
    assert job.target is not None  # noqa: S101 - only jobs with a target ask
    mine, theirs = job.source.place_of(source), job.target.place_of(target)
    return mine[0] == theirs[0] and tuple(map(name_key, mine[1])) == tuple(map(name_key, theirs[1]))


def _stored_already(job: BulkJob, info: PackageInfo, target: StorePath) -> bool:
    """Whether the job has stored a package before it was interrupted, and could not tell any more."""
    assert job.target is not None  # noqa: S101 - only jobs with a target ask
    return not job.changes.any and job.target.read(target) == job.source.read(info.path)


def _collision(job: BulkJob, store: PackageStore, item: Item, known: Known) -> Item | BulkResult:
    """What becomes of a package whose name the target has."""
    choice = job.ask(format_path(item.target)) if job.existing == "ask" and job.ask else job.existing
    if choice == "replace":
        return Item(item.info, item.target, replace=True)
    if choice == "both":
        own = partial(_stored_already, job, item.info) if known.resumed else None
        target = unused_path(store, item.target, own)
        return Item(item.info, target, replace=own is not None and store.exists(target))
    if choice == "skip":
        return item.result("skipped")
    raise PackageExists(path=format_path(item.target))


def make_folders(store: PackageStore, folder: StorePath) -> None:
    """Make what is missing of a folder's path."""
    for depth in range(1, len(folder) + 1):
        if not store.folder_exists(folder[:depth]):
            try:
                store.create_folder(folder[:depth])
            except FolderExists:
                continue
