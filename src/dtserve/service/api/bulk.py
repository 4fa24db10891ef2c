"""/api/packages/copy, move, remove and protect: one package, many, or whole folders; tried first with a dry run.

Every package is decided for the caller by itself; one that fails or is refused stops no other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from dtserve.service import access
from dtserve.service.api.guard import CallerOf, TreeOf, note
from dtserve.service.errors import RequestInvalid
from dtserve.service.guarded_tree import GuardedTree
from dtserve.stores.base import StorePath
from dtserve.stores.bulk import BulkJob, BulkResult, run
from dtserve.stores.errors import FolderNotFound, PackageNotInStore
from dtserve.stores.names import format_path, parse_path
from dtserve.stores.transfer import Changes
from dtserve.stores.tree import tree_path

__all__ = ["router"]

router = APIRouter(prefix="/api/packages", tags=["stored packages"])
MOST_PATHS = 1000


class Selection(BaseModel):
    """Packages, and folders with what is below them; ``pattern`` chooses by name, ``dry_run`` changes nothing."""

    model_config = ConfigDict(extra="forbid")
    paths: list[str] = Field(min_length=1, max_length=MOST_PATHS)
    pattern: str = Field(default="*", max_length=260)
    recursive: bool = True
    dry_run: bool = False


class Change(Selection):
    """A protection level on the way: ``password`` opens packages, ``new_password`` is that of levels 2 and 3."""

    level: int | None = Field(default=None, ge=0, le=5)
    password: SecretStr | None = Field(default=None, max_length=1024)
    new_password: SecretStr | None = Field(default=None, max_length=1024)
    new_ids: bool = False

    @property
    def changes(self) -> Changes:
        """What shall be different."""
        new = self.new_password.get_secret_value() if self.new_password else None
        return Changes(self.level, new, self.new_ids)

    @property
    def opens(self) -> str | None:
        """The password that opens packages."""
        return self.password.get_secret_value() if self.password else None


class Transfer(Change):
    """Where to: a folder; ``name`` is the new name of a single package. ``existing`` packages there fail, are skipped or replaced, or both are kept."""

    target: str = Field(max_length=4000)
    name: str = Field(default="", max_length=128)
    existing: Literal["fail", "skip", "replace", "both"] = "fail"


@router.post("/copy")
def copy_packages(body: Transfer, request: Request, caller: CallerOf, tree: TreeOf) -> dict[str, Any]:
    """Copy packages and folders into a folder; the bytes stay unless another level or new ids are asked for."""
    access.check(caller, "packages.export")
    return _transfer("copy", body, request, tree)


@router.post("/move")
def move_packages(body: Transfer, request: Request, caller: CallerOf, tree: TreeOf) -> dict[str, Any]:
    """Move packages and what is in folders; folders that get empty stay."""
    access.check(caller, "packages.export")
    access.check(caller, "packages.import")
    return _transfer("move", body, request, tree)


@router.post("/remove")
def remove_packages(body: Selection, request: Request, tree: TreeOf) -> dict[str, Any]:
    """Delete packages, and those below folders; the folders stay."""
    jobs = [BulkJob("delete", tree, folder, only=only, **_choice(body)) for folder, only in _found(tree, body.paths)]
    return _answer(request, body, jobs)


@router.post("/protect")
def protect_packages(body: Change, request: Request, caller: CallerOf, tree: TreeOf) -> dict[str, Any]:
    """Give packages another protection level where they stand."""
    access.check(caller, "packages.export")
    if body.level is None:
        raise RequestInvalid(detail="level is missing.")
    options = {"changes": body.changes, "password": body.opens, **_choice(body)}
    jobs = [BulkJob("protect", tree, folder, only=only, **options) for folder, only in _found(tree, body.paths)]
    return _answer(request, body, jobs)


def _choice(body: Selection) -> dict[str, Any]:
    return {"pattern": body.pattern, "recursive": body.recursive}


def _transfer(verb: str, body: Transfer, request: Request, tree: GuardedTree) -> dict[str, Any]:
    target = parse_path(body.target)
    if not tree.folder_exists(target) or not target:
        raise FolderNotFound(name=body.target)
    jobs = []
    for folder, only in _found(tree, body.paths):
        if body.name and not (only and len(body.paths) == 1):
            raise RequestInvalid(detail="name is for a single package.")
        below = target if only or len(folder) < 2 else (*target, folder[-1])
        jobs.append(
            BulkJob(
                verb, tree, folder, tree, below, only=only, rename=body.name, existing=body.existing,
                password=body.opens, changes=body.changes, **_choice(body),
            )
        )  # fmt: skip
    return _answer(request, body, jobs)


def _found(tree: GuardedTree, paths: Iterable[str]) -> list[tuple[StorePath, str]]:
    """Folder and name of each package, folder and nothing for a folder; PackageNotInStore for neither."""
    found: list[tuple[StorePath, str]] = []
    for text in paths:
        place = parse_path(text)
        if len(place) > 1 and tree.exists(place):
            found.append((place[:-1], tree.info(place).name))
        elif place and tree.folder_exists(place):
            found.append((place, ""))
        else:
            raise PackageNotInStore(path=format_path(place))
    return found


def _answer(request: Request, body: Selection, jobs: Sequence[BulkJob]) -> dict[str, Any]:
    """Do the jobs; what became of each package."""
    results: list[BulkResult] = []
    note(request, target=", ".join(body.paths)[:400])
    for job in jobs:
        results += run(job, dry_run=body.dry_run)
    counts = dict(Counter(each.outcome for each in results))
    note(request, after=", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items())) or "nothing")
    return {"dry_run": body.dry_run, "counts": counts, "results": [_shape(each) for each in results]}


def _shape(result: BulkResult) -> dict[str, str]:
    shown = asdict(result)
    for name in ("source", "target"):
        shown[name] = tree_path(parse_path(shown[name])) if shown[name] else ""
    return shown
