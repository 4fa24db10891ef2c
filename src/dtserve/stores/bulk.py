"""Many packages at once: copy, move or delete whole folders between any two stores.

First everything is listed, then done one by one; a package that fails does not stop the
others. A report (JSON lines) is written as the work goes on; a job that was interrupted goes on
from its report and leaves out what is done and unchanged since.
"""

from __future__ import annotations

import fnmatch
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from dtserve.errors import DtserveError
from dtserve.stores.base import PackageInfo, PackageStore, StorePath
from dtserve.stores.endpoints import StoreEndpoint
from dtserve.stores.errors import FolderExists, PackageExists, ReportMismatch, WriteFailed
from dtserve.stores.names import EXTENSION, format_path, name_key
from dtserve.stores.transfer import NO_CHANGES, Changes, copy_package, load_package, move_package, prepare

__all__ = ["BulkJob", "BulkResult", "plan", "run"]

DONE = frozenset({"copied", "moved", "deleted"})
VERBS = {"copy": "copied", "move": "moved", "delete": "deleted"}


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What became of one package.

    ``outcome`` is ``copied``, ``moved``, ``deleted``, ``skipped`` (it exists), ``planned`` (dry run), ``done before``
    or ``failed`` with code and message.
    """

    source: str
    target: str
    outcome: str
    code: str = ""
    message: str = ""
    revision: str = ""


@dataclass(frozen=True)
class BulkJob:
    """What to do: ``verb`` is ``copy``, ``move`` or ``delete``.

    The packages below ``folder`` of ``source`` whose name fits ``pattern`` go to the same places below
    ``target_folder`` of ``target``. ``existing`` packages there are skipped, replaced or a failure
    each. ``password`` opens packages, ``changes`` are made on the way.
    """

    verb: str
    source: PackageStore
    folder: StorePath = ()
    target: PackageStore | None = None
    target_folder: StorePath = ()
    pattern: str = "*"
    recursive: bool = True
    existing: str = "fail"
    password: str | None = None
    changes: Changes = NO_CHANGES

    @property
    def shown(self) -> dict[str, str]:
        """What tells this job from others, for its report."""
        return {
            "verb": self.verb,
            "source": f"{self.source.name}\\{format_path(self.folder)}",
            "target": f"{self.target.name}\\{format_path(self.target_folder)}" if self.target else "",
        }


def plan(job: BulkJob) -> Iterator[tuple[PackageInfo, StorePath]]:
    """The packages concerned and where each goes, folders first, by name."""
    pattern = name_key(job.pattern).removesuffix(EXTENSION) or "*"
    for folder, _, packages in job.source.walk(job.folder):
        for info in packages:
            if fnmatch.fnmatchcase(name_key(info.name), pattern):
                yield info, (*job.target_folder, *folder[len(job.folder) :], info.name)
        if not job.recursive:
            return


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
    before = _read_report(report, job) if resume and report is not None else {}
    items = list(plan(job))
    results: list[BulkResult] = []
    log = _open_report(report, job, resume) if report is not None and not dry_run else None
    try:
        for number, (info, target) in enumerate(items, 1):
            result = _one(job, info, target, before, dry_run)
            if log is not None and result.outcome != "done before":
                log.write(json.dumps(asdict(result)) + "\n")
                log.flush()
            results.append(result)
            if progress is not None:
                progress(number, len(items), result)
    finally:
        if log is not None:
            os.fsync(log.fileno())
            log.close()
    return results


def _one(job: BulkJob, info: PackageInfo, target: StorePath, before: dict[str, str], dry_run: bool) -> BulkResult:
    source = format_path(info.path)
    shown = format_path(target) if job.target else ""
    if before.get(source, "-") == info.revision:
        return BulkResult(source, shown, "done before", revision=info.revision)
    try:
        outcome = _look(job, info, target) if dry_run else _do(job, info, target)
    except PackageExists as error:
        if job.existing == "skip":
            return BulkResult(source, shown, "skipped", revision=info.revision)
        return BulkResult(source, shown, "failed", error.hresult, error.message)
    except DtserveError as error:
        return BulkResult(source, shown, "failed", error.hresult, error.message)
    return BulkResult(source, shown, outcome, revision=info.revision)


def _look(job: BulkJob, info: PackageInfo, target: StorePath) -> str:
    """The dry run: open the package and make the changes, store nothing."""
    if job.target is None:
        job.source.read(info.path)
        return "planned"
    there = StoreEndpoint(job.target, target, format_path(target))
    if there.exists() and job.existing != "replace":
        raise PackageExists(path=there.shown)
    document = load_package(StoreEndpoint(job.source, info.path, format_path(info.path)), job.password)
    prepare(document, there, job.changes)
    return "planned"


def _do(job: BulkJob, info: PackageInfo, target: StorePath) -> str:
    source = StoreEndpoint(job.source, info.path, format_path(info.path))
    if job.target is None:
        source.delete()
        return VERBS[job.verb]
    there = StoreEndpoint(job.target, target, format_path(target))
    if job.existing != "replace" and there.exists():
        raise PackageExists(path=there.shown)
    _make_folders(job.target, target[:-1])
    work = move_package if job.verb == "move" else copy_package
    work(source, there, password=job.password, changes=job.changes, overwrite=job.existing == "replace")
    return VERBS[job.verb]


def _make_folders(store: PackageStore, folder: StorePath) -> None:
    for depth in range(1, len(folder) + 1):
        if not store.folder_exists(folder[:depth]):
            try:
                store.create_folder(folder[:depth])
            except FolderExists:
                continue


def _open_report(path: Path, job: BulkJob, resume: bool) -> IO[str]:
    try:
        if resume and path.exists():
            whole = path.read_bytes().rpartition(b"\n")
            path.write_bytes(whole[0] + whole[1])  # without a last line that was cut off
        log = open(path, "a" if resume else "w", encoding="utf-8")  # noqa: SIM115 - closed by run
        if log.tell() == 0:
            log.write(json.dumps({"job": job.shown}) + "\n")
    except OSError as error:
        raise WriteFailed(path=str(path), reason=error.strerror) from None
    return log


def _read_report(path: Path, job: BulkJob) -> dict[str, str]:
    """Source path → revision of what is done already; a last line that was cut off does not count."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError):
        raise ReportMismatch(path=str(path), reason="it cannot be read") from None
    found: dict[str, str] = {}
    for number, line in enumerate(lines):
        try:
            entry = json.loads(line)
        except ValueError:
            if number == len(lines) - 1:
                break
            raise ReportMismatch(path=str(path), reason=f"line {number + 1} is damaged") from None
        if number == 0 and entry.get("job") != job.shown:
            raise ReportMismatch(path=str(path), reason="it belongs to another job")
        if entry.get("outcome") in DONE:
            found[entry["source"]] = entry["revision"]
    return found
