"""Reading and changing many packages while others are written: threads read, processes encrypt."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from dtserve.errors import DtserveError
from dtserve.package.document import PackageDocument
from dtserve.stores.base import PackageStore, StorePath
from dtserve.stores.transfer import Changes, changed_bytes

__all__ = ["Fetched", "Fetcher", "fetching"]

WORTH_PROCESSES = 40
"""From so many packages on, starting processes costs less than it gains."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """The bytes to store, or why there are none; ``kept`` where the package is already as it shall be."""

    data: bytes = b""
    code: str = ""
    message: str = ""
    kept: bool = False

    @property
    def failed(self) -> bool:
        """Whether there are none."""
        return bool(self.code)


@dataclass(frozen=True)
class Fetcher:
    """Reads packages and makes the changes."""

    threads: Executor
    processes: Executor | None
    password: str | None
    changes: Changes
    in_place: bool = False

    def submit(self, store: PackageStore, paths: Sequence[StorePath], safe: Sequence[bool]) -> Future[list[Fetched]]:
        """Begin with some packages; ``safe`` tells of each target whether it takes the level ServerStorage."""
        return self.threads.submit(self._fetch, store, paths, safe)

    def _fetch(self, store: PackageStore, paths: Sequence[StorePath], safe: Sequence[bool]) -> list[Fetched]:
        read = [_fetched(each) for each in store.read_many(paths)]
        given = [(each, flag) for each, flag in zip(read, safe, strict=True)]
        how = (self.password, self.changes, self.in_place)
        if self.processes is None:
            return _change(given, *how)
        return self.processes.submit(_change, given, *how).result()


@contextmanager
def fetching(
    count: int, workers: int, password: str | None, changes: Changes, *, in_place: bool = False
) -> Iterator[Fetcher]:
    """A fetcher for ``count`` packages; ``workers`` processes change them, 0 for one per processor.

    ``in_place`` tells that they are stored where they were read.
    """
    workers = workers or os.cpu_count() or 1
    processes: Executor | None = None
    if changes.level is not None and workers > 1 and count >= WORTH_PROCESSES:
        context = multiprocessing.get_context("spawn")
        processes = ProcessPoolExecutor(workers, mp_context=context, initializer=_prepare_worker)
    threads = ThreadPoolExecutor(max(2, workers), thread_name_prefix="bulk")
    try:
        yield Fetcher(threads, processes, password, changes, in_place)
    finally:
        threads.shutdown(cancel_futures=True)
        if processes is not None:
            processes.shutdown(cancel_futures=True)


def _prepare_worker() -> None:
    import dtserve.package.edit  # noqa: F401 - so that the first package does not wait for it


def _fetched(found: bytes | DtserveError) -> Fetched:
    if isinstance(found, bytes):
        return Fetched(found)
    return Fetched(code=found.hresult, message=found.message)


def _change(
    given: Sequence[tuple[Fetched, bool]], password: str | None, changes: Changes, in_place: bool
) -> list[Fetched]:
    return [each if each.failed else _changed(each.data, flag, password, changes, in_place) for each, flag in given]


def _changed(data: bytes, safe: bool, password: str | None, changes: Changes, in_place: bool) -> Fetched:
    try:
        return Fetched(changed_bytes(PackageDocument.open(data, password), safe, changes))
    except DtserveError as error:
        if in_place and _sealed_already(data, changes):
            return Fetched(kept=True)
        return Fetched(code=error.hresult, message=error.message)


def _sealed_already(data: bytes, changes: Changes) -> bool:
    """Whether the package has the level that it shall get, with the password: a job before was interrupted."""
    if not changes.password or changes.new_id:
        return False
    try:
        document = PackageDocument.open(data, changes.password)
    except DtserveError:
        return False
    return document.protection_level == changes.level and not document.unreadable
