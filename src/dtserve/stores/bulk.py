"""Many packages at once: copy, move, delete or protect whole folders, in one store or between any two.

First everything is listed, then done: some packages are read and changed while others are written. A
package that fails does not stop the others. A report is written as the work goes on; a job
that was interrupted goes on from its report and leaves out what is done and unchanged since.
"""

from __future__ import annotations

import fnmatch
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from dtserve.errors import DtserveError
from dtserve.stores.base import PackageInfo, PackageStore, StorePath, WalkFailure
from dtserve.stores.bulk_report import BulkReport, BulkResult, read_report
from dtserve.stores.bulk_workers import Fetched, Fetcher, fetching
from dtserve.stores.errors import FolderExists, FolderNotFound, PackageExists, SamePlace
from dtserve.stores.names import EXTENSION, format_path, name_key
from dtserve.stores.transfer import NO_CHANGES, Changes, check_new, unused_path
from dtserve.stores.versions import because, reason

__all__ = ["EXISTING", "BulkJob", "BulkResult", "make_folders", "plan", "run"]

VERBS = {"copy": "copied", "move": "moved", "delete": "deleted", "protect": "protected"}
EXISTING = ("fail", "skip", "replace", "both", "ask")
"""What may become of packages that the target has: a failure each, kept, replaced, both kept, or as the user says."""
TOGETHER = 128
TOGETHER_BYTES = 32 * 1024 * 1024
"""Packages that are read, changed and written together: so many, and not more than so many bytes unless it is one."""
AHEAD = 3
"""Groups that are on their way while one is written."""


@dataclass(frozen=True)
class BulkJob:
    """What to do: ``verb`` is ``copy``, ``move``, ``delete`` or ``protect``.

    The packages below ``folder`` of ``source`` whose name fits ``pattern`` (or is ``only``, which may be ``rename``d) go to the same places below
    ``target_folder`` of ``target``; with ``protect`` they are changed where they stand. ``existing`` is
    one of :data:`EXISTING`; ``ask`` is told a target and answers ``skip``, ``replace`` or ``both``. ``password``
    opens packages, ``changes`` are made on the way, by ``workers`` processes (0: one per processor).
    """

    verb: str
    source: PackageStore
    folder: StorePath = ()
    target: PackageStore | None = None
    target_folder: StorePath = ()
    pattern: str = "*"
    only: str = ""
    rename: str = ""
    recursive: bool = True
    existing: str = "fail"
    password: str | None = None
    changes: Changes = NO_CHANGES
    workers: int = 0
    ask: Callable[[str], str] | None = None

    @property
    def into(self) -> PackageStore | None:
        """The store that is written to."""
        return self.source if self.verb == "protect" else self.target

    @property
    def shown(self) -> dict[str, str]:
        """What tells this job from others, for its report."""
        level = "" if self.changes.level is None else f" with protection level {self.changes.level}"
        return {
            "verb": f"{self.verb}{level}",
            "source": f"{self.source.name}\\{format_path(self.folder)}",
            "target": f"{self.target.name}\\{format_path(self.target_folder)}" if self.target else "",
        }


@dataclass(frozen=True, slots=True)
class _Item:
    info: PackageInfo
    target: StorePath
    replace: bool = False

    def result(self, outcome: str, code: str = "", message: str = "", revision: str = "") -> BulkResult:
        shown = format_path(self.target)
        return BulkResult(format_path(self.info.path), shown, outcome, code, message, revision or self.info.revision)


Group = tuple[list["_Item | BulkResult"], "Callable[[], list[Fetched]]"]


def plan(job: BulkJob, failed: WalkFailure | None = None) -> Iterator[tuple[PackageInfo, StorePath]]:
    """The packages concerned and where each goes, folders first, by name; ``failed`` is told of folders without a list."""
    pattern = name_key(job.pattern).removesuffix(EXTENSION) or "*"
    for folder, _, packages in job.source.walk(job.folder, failed):
        for info in packages:
            name = name_key(info.name)
            if name == name_key(job.only) if job.only else fnmatch.fnmatchcase(name, pattern):
                yield info, _goes_to(job, folder, info)
        if not job.recursive:
            return


def _goes_to(job: BulkJob, folder: StorePath, info: PackageInfo) -> StorePath:
    if job.verb == "protect":
        return info.path
    return (*job.target_folder, *folder[len(job.folder) :], job.rename or info.name) if job.target is not None else ()


def run(
    job: BulkJob,
    *,
    dry_run: bool = False,
    report: Path | None = None,
    resume: bool = False,
    progress: Callable[[int, int, BulkResult], None] | None = None,
) -> list[BulkResult]:
    """Do it; ReportMismatch when ``resume`` meets the report of another job, WriteFailed when it cannot be written.

    ``progress`` is told number, total and result of each package.
    """
    before = read_report(report, job.shown) if resume and report is not None else {}
    unlisted: list[BulkResult] = []

    def failed(folder: StorePath, error: DtserveError) -> None:
        unlisted.append(BulkResult(format_path(folder), "", "failed", error.hresult, error.message))

    items = list(plan(job, failed))
    total = len(items) + len(unlisted)
    results: list[BulkResult] = []
    with ExitStack() as stack:
        log = BulkReport(report, job.shown, resume=resume) if report is not None and not dry_run else None
        if log is not None:
            stack.callback(log.close)
        fetcher = stack.enter_context(fetching(len(items), job.workers, job.password, job.changes))
        for part in chain([unlisted], _done(job, items, before, fetcher, dry_run)):
            if log is not None:
                log.add([each for each in part if each.outcome != "done before"])
            for result in part:
                results.append(result)
                if progress is not None:
                    progress(len(results), total, result)
    return results


def _done(
    job: BulkJob,
    items: Sequence[tuple[PackageInfo, StorePath]],
    before: dict[str, str],
    fetcher: Fetcher,
    dry_run: bool,
) -> Iterator[list[BulkResult]]:
    """The results group by group; while one group is written the next ones are on their way."""
    waiting: deque[Group] = deque()
    finish = _look if dry_run else _store
    known = _Known(job.into)
    ahead = 1 if job.existing in ("both", "ask") else AHEAD  # their targets depend on what was written before
    for group in _groups(items):
        if len(waiting) >= ahead:
            yield finish(job, *waiting.popleft(), known)
        waiting.append(_begin(job, group, before, fetcher, known))
    while waiting:
        yield finish(job, *waiting.popleft(), known)


def _groups(items: Sequence[tuple[PackageInfo, StorePath]]) -> Iterator[list[tuple[PackageInfo, StorePath]]]:
    """Groups of neighbours, by number and by size in memory."""
    group: list[tuple[PackageInfo, StorePath]] = []
    size = 0
    for item in items:
        if group and (len(group) == TOGETHER or size + item[0].size > TOGETHER_BYTES):
            yield group
            group, size = [], 0
        group.append(item)
        size += item[0].size
    if group:
        yield group


def _begin(
    job: BulkJob,
    group: Sequence[tuple[PackageInfo, StorePath]],
    before: dict[str, str],
    fetcher: Fetcher,
    known: _Known,
) -> Group:
    """Decide about each of a group and begin to read those that go on."""
    decided = [_decide(job, info, target, before, known) for info, target in group]
    going = [each for each in decided if isinstance(each, _Item)]
    store = job.into
    if store is None:
        return decided, list
    safe = [store.kind_of(each.target) == "SqlServerFolder" for each in going]
    return decided, fetcher.submit(job.source, [each.info.path for each in going], safe).result


class _Known:
    """The packages and folders that a store has, asked for once per folder."""

    def __init__(self, store: PackageStore | None) -> None:
        self.store = store
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


def _decide(
    job: BulkJob, info: PackageInfo, target: StorePath, before: dict[str, str], known: _Known
) -> _Item | BulkResult:
    """Whether a package goes on, and where to; the result where it does not."""
    item = _Item(info, target)
    if before.get(format_path(info.path), "-") == info.revision:
        return item.result("done before")
    if job.target is None:
        return _Item(info, target, replace=True)
    try:
        if _same_place(job, info.path, target):
            raise SamePlace(path=format_path(info.path))
        if not known.has(target):
            return item
        return _collision(job, job.target, item)
    except DtserveError as error:
        return item.result("failed", error.hresult, error.message)


def _same_place(job: BulkJob, source: StorePath, target: StorePath) -> bool:
    assert job.target is not None  # noqa: S101 - only jobs with a target ask
    mine, theirs = job.source.place_of(source), job.target.place_of(target)
    return mine[0] == theirs[0] and tuple(map(name_key, mine[1])) == tuple(map(name_key, theirs[1]))


def _collision(job: BulkJob, store: PackageStore, item: _Item) -> _Item | BulkResult:
    """What becomes of a package whose name the target has."""
    choice = job.ask(format_path(item.target)) if job.existing == "ask" and job.ask else job.existing
    if choice == "replace":
        return _Item(item.info, item.target, replace=True)
    if choice == "both":
        return _Item(item.info, unused_path(store, item.target))
    if choice == "skip":
        return item.result("skipped")
    raise PackageExists(path=format_path(item.target))


def _look(
    job: BulkJob, decided: Sequence[_Item | BulkResult], fetch: Callable[[], list[Fetched]], known: _Known
) -> list[BulkResult]:
    """The dry run: everything but storing."""
    fetched = iter(fetch())
    results = []
    for each in decided:
        found = next(fetched, Fetched()) if isinstance(each, _Item) else Fetched()
        if isinstance(each, _Item):
            try:
                if not each.replace and known.store is not None:
                    check_new(known.store, each.target)
                each = each.result("failed" if found.failed else "planned", found.code, found.message)
            except DtserveError as error:
                each = each.result("failed", error.hresult, error.message)
        results.append(each)
    return results


def _store(
    job: BulkJob, decided: Sequence[_Item | BulkResult], fetch: Callable[[], list[Fetched]], known: _Known
) -> list[BulkResult]:
    going = [each for each in decided if isinstance(each, _Item)]
    store = job.into
    if store is None:
        done = {id(each): _deleted(job, each) for each in going}
    else:
        done = _written(job, store, going, fetch(), known)
    return [done[id(each)] if isinstance(each, _Item) else each for each in decided]


def _written(
    job: BulkJob, store: PackageStore, going: Sequence[_Item], fetched: Sequence[Fetched], known: _Known
) -> dict[int, BulkResult]:
    """Store what was read; the result of each item by its identity."""
    done: dict[int, BulkResult] = {}
    ready: dict[bool, list[tuple[_Item, bytes]]] = {False: [], True: []}
    for item, found in zip(going, fetched, strict=True):
        if found.failed:
            done[id(item)] = item.result("failed", found.code, found.message)
            continue
        try:
            known.make(item.target[:-1])
            ready[item.replace].append((item, found.data))
        except DtserveError as error:
            done[id(item)] = item.result("failed", error.hresult, error.message)
    for replace, pairs in ready.items():
        if not pairs:
            continue
        why = f"given protection level {job.changes.level}" if job.verb == "protect" else reason("")
        with because(why):
            errors = store.write_many([(item.target, data) for item, data in pairs], overwrite=replace)
        for (item, _), wrong in zip(pairs, errors, strict=True):
            done[id(item)] = item.result("failed", wrong.hresult, wrong.message) if wrong else _stored(job, item)
    return done


def _stored(job: BulkJob, item: _Item) -> BulkResult:
    """What is left to do once a package is stored."""
    if job.verb == "move":
        return _deleted(job, item)
    return item.result(VERBS[job.verb], revision=_revision_now(job, item) if job.verb == "protect" else "")


def _revision_now(job: BulkJob, item: _Item) -> str:
    """That of a package changed in place, by which a resumed job knows it again: its new password opens it no second time."""
    try:
        return job.source.info(item.target).revision
    except DtserveError:
        return ""


def _deleted(job: BulkJob, item: _Item) -> BulkResult:
    try:
        job.source.delete(item.info.path)
    except DtserveError as error:
        return item.result("failed", error.hresult, error.message)
    return item.result(VERBS[job.verb])


def make_folders(store: PackageStore, folder: StorePath) -> None:
    """Make what is missing of a folder's path."""
    for depth in range(1, len(folder) + 1):
        if not store.folder_exists(folder[:depth]):
            try:
                store.create_folder(folder[:depth])
            except FolderExists:
                continue
