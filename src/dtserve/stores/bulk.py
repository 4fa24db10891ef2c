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
from dtserve.stores.bulk_targets import Item, Known, decide
from dtserve.stores.bulk_workers import Fetched, Fetcher, fetching
from dtserve.stores.names import EXTENSION, format_path, name_key
from dtserve.stores.transfer import NO_CHANGES, Changes, check_new
from dtserve.stores.versions import because, reason

__all__ = ["EXISTING", "BulkJob", "BulkResult", "plan", "run"]

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


Group = tuple[list["Item | BulkResult"], "Callable[[], list[Fetched]]"]


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
        fetcher = stack.enter_context(
            fetching(len(items), job.workers, job.password, job.changes, in_place=job.verb == "protect")
        )
        for part in chain([unlisted] if unlisted else [], _done(job, items, before, fetcher, dry_run, resume)):
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
    resume: bool,
) -> Iterator[list[BulkResult]]:
    """The results group by group; while one group is written the next ones are on their way."""
    waiting: deque[Group] = deque()
    finish = _look if dry_run else _store
    known = Known(job.into, resumed=resume)
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
    known: Known,
) -> Group:
    """Decide about each of a group and begin to read those that go on."""
    decided = [decide(job, info, target, before, known) for info, target in group]
    going = [each for each in decided if isinstance(each, Item)]
    store = job.into
    if store is None:
        return decided, list
    safe = [store.kind_of(each.target) == "SqlServerFolder" for each in going]
    return decided, fetcher.submit(job.source, [each.info.path for each in going], safe).result


def _look(
    job: BulkJob, decided: Sequence[Item | BulkResult], fetch: Callable[[], list[Fetched]], known: Known
) -> list[BulkResult]:
    """The dry run: everything but storing."""
    fetched = iter(fetch())
    return [_foreseen(known, each, next(fetched, Fetched())) if isinstance(each, Item) else each for each in decided]


def _foreseen(known: Known, item: Item, found: Fetched) -> BulkResult:
    try:
        if not item.replace and known.store is not None:
            check_new(known.store, item.target)
    except DtserveError as error:
        return item.result("failed", error.hresult, error.message)
    return item.result("failed" if found.failed else "planned", found.code, found.message)


def _store(
    job: BulkJob, decided: Sequence[Item | BulkResult], fetch: Callable[[], list[Fetched]], known: Known
) -> list[BulkResult]:
    going = [each for each in decided if isinstance(each, Item)]
    store = job.into
    if store is None:
        done = {id(each): _deleted(job, each) for each in going}
    else:
        done = _written(job, store, going, fetch(), known)
    return [done[id(each)] if isinstance(each, Item) else each for each in decided]


def _written(
    job: BulkJob, store: PackageStore, going: Sequence[Item], fetched: Sequence[Fetched], known: Known
) -> dict[int, BulkResult]:
    """Store what was read, and what needs it; the result of each item by its identity."""
    done: dict[int, BulkResult] = {}
    ready: dict[bool, list[tuple[Item, bytes]]] = {False: [], True: []}
    for item, found in zip(going, fetched, strict=True):
        if found.failed:
            done[id(item)] = item.result("failed", found.code, found.message)
            continue
        if found.kept:
            done[id(item)] = item.result(VERBS[job.verb])
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


def _stored(job: BulkJob, item: Item) -> BulkResult:
    """What is left to do once a package is stored."""
    if job.verb == "move":
        return _deleted(job, item)
    return item.result(VERBS[job.verb], revision=_revision_now(job, item) if job.verb == "protect" else "")


def _revision_now(job: BulkJob, item: Item) -> str:
    """That of a package changed in place, by which a resumed job knows it again: its new password opens it no second time."""
    try:
        return job.source.info(item.target).revision
    except DtserveError:
        return ""


def _deleted(job: BulkJob, item: Item) -> BulkResult:
    try:
        job.source.delete(item.info.path)
    except DtserveError as error:
        return item.result("failed", error.hresult, error.message)
    return item.result(VERBS[job.verb])
