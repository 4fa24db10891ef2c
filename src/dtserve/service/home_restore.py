"""Restoring a home's backup: all of it or, when anything fails or the process ends, nothing.

What is to be changed is written down before (``restore.sqlite`` in the home folder), part by part. A restore whose
process was killed is undone by whatever opens the home next.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from dtserve.errors import DtserveError
from dtserve.service.backup_files import Configurations, SettingsFiles
from dtserve.service.backup_identities import Identities
from dtserve.service.backup_parts import Part, Versions
from dtserve.service.backup_secrets import Secrets
from dtserve.service.config import JOURNAL, load_home
from dtserve.service.errors import RestoreInterrupted, RestoreRunning
from dtserve.service.home_backup import PARTS
from dtserve.service.operating_system import lock_exclusively
from dtserve.stores.backup import BackupManifest, verify_backup
from dtserve.stores.base import StorePath
from dtserve.stores.restore import STEPS, Restored, restore_backup, revert
from dtserve.stores.restore_journal import RestoreJournal, Step
from dtserve.stores.versions import because

__all__ = ["restore_home", "undo_interrupted"]

KINDS: tuple[type[Part], ...] = (SettingsFiles, Secrets, Identities, Versions, Configurations)


def restore_home(
    home: Path,
    path: Path,
    *,
    parts: Sequence[str] = PARTS,
    folder: StorePath = (),
    existing: str = "skip",
    passphrase: str | None = None,
    dry_run: bool = False,
) -> list[Restored]:
    """Put these parts of a backup into a home, all of it or, when anything fails, nothing.

    ``folder`` says which packages; ``existing`` is one of :data:`dtserve.stores.restore.EXISTING` and counts for
    settings, accounts and configuration files, too. Histories that the home has stay as they are.
    """
    with _journal(home, dry_run) as journal:
        with journal.together():
            manifest = verify_backup(path, passphrase=passphrase, each=journal.stage)
        done: list[Restored] = []
        for kind in KINDS:
            if kind.name in parts and not _failed(done):
                done += _part(kind, home, journal, existing, dry_run)
        if "packages" in parts and not _failed(done):
            done += _packages(home, path, passphrase, folder, existing, dry_run, manifest, journal)
        if not _failed(done):
            return done
        if not dry_run:
            _undo(home, journal)
    return [each if each.action == "failed" else Restored(each.path, "undone") for each in done]


def undo_interrupted(home: Path) -> None:
    """Undo a restore whose process ended before it did; nothing while one runs. RestoreInterrupted where that fails."""
    with suppress(RestoreRunning), _held(home):
        if not (home / JOURNAL).exists():
            return
        journal = RestoreJournal(home / JOURNAL)
        try:
            _undo(home, journal)
        except DtserveError as error:
            journal.close()
            raise RestoreInterrupted(path=str(home), reason=error.message) from None
        journal.discard()


@contextmanager
def _journal(home: Path, dry_run: bool) -> Iterator[RestoreJournal]:
    """The journal while a restore runs; what was done is undone when anything is raised."""
    if dry_run:
        journal = RestoreJournal()
        try:
            yield journal
        finally:
            journal.close()
        return
    load_home(home).close()  # which undoes one that was interrupted
    with _held(home):
        journal = RestoreJournal(home / JOURNAL)
        try:
            yield journal
        except BaseException:
            _undo(home, journal)
            journal.discard()
            raise
        journal.discard()


@contextmanager
def _held(home: Path) -> Iterator[None]:
    """One restore at a time; RestoreRunning."""
    with open(home / "restore.lock", "a+b") as file:
        try:
            lock_exclusively(file.fileno())
        except OSError:
            raise RestoreRunning(path=str(home)) from None
        yield


def _part(kind: type[Part], home: Path, journal: RestoreJournal, existing: str, dry_run: bool) -> list[Restored]:
    """One part: look, write down the steps, do them. Each part sees the home as the parts before left it."""
    now = load_home(home)
    part = kind(now)
    told: list[Restored] = []
    try:
        with journal.together():
            for name, data in journal.staged(f"{part.name}/"):
                for restored, step in part.plan(name, data, existing):
                    told.append(restored)
                    if step is not None:
                        journal.record(step)
        if not dry_run and not _failed(told):
            for name, data in journal.staged(f"{part.name}/"):
                part.load(name, data, existing)
        return told
    except DtserveError as error:
        return [*told, Restored((kind.name,), "failed", error.message)]
    finally:
        part.close()
        now.close()


def _packages(
    home: Path,
    path: Path,
    passphrase: str | None,
    folder: StorePath,
    existing: str,
    dry_run: bool,
    manifest: BackupManifest,
    journal: RestoreJournal,
) -> list[Restored]:
    """The packages, into the home as it is by now."""
    now = load_home(home)
    given = {"passphrase": passphrase, "folder": folder, "existing": existing, "dry_run": dry_run}
    try:
        return restore_backup(path, now.tree(), manifest=manifest, journal=journal, **given)  # type: ignore[arg-type]
    except DtserveError as error:
        return [Restored(("packages",), "failed", error.message)]
    finally:
        now.close()


def _undo(home: Path, journal: RestoreJournal) -> None:
    """Undo every step, the last one first, each in the home as it was when the step was done."""
    with because("the restore failed and was undone"):
        for kind, steps in itertools.groupby(
            journal.backwards(), key=lambda step: "packages" if step.kind in STEPS else step.kind
        ):
            _undo_part(home, kind, steps)


def _undo_part(home: Path, kind: str, steps: Iterator[Step]) -> None:
    now = load_home(home)
    part = next((each(now) for each in KINDS if each.name == kind), None)
    try:
        tree = now.tree()
        for step in steps:
            if part is None:
                revert(tree, step)
            else:
                part.revert(step)
    finally:
        if part is not None:
            part.close()
        now.close()


def _failed(done: Sequence[Restored]) -> bool:
    return any(each.action == "failed" for each in done)
