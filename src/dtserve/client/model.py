"""What the service tells, as records; fields that a later service adds are passed over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

__all__ = ["Event", "Execution", "Folder", "Listing", "Package", "PathRows", "Session", "read"]

T = TypeVar("T")


def read(kind: type[T], told: Mapping[str, Any]) -> T:
    """A record of what was told."""
    return kind(**{each.name: told[each.name] for each in fields(kind) if each.name in told})  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Session:
    """Who the caller is to the service; ``may`` is action → ``own`` or ``all``."""

    user: str
    server: str
    version: str
    kind: str = ""
    roles: tuple[str, ...] | list[str] = ()
    may: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Folder:
    """A root or folder of the package store."""

    name: str
    path: str
    kind: str = "folder"
    store: str = ""


@dataclass(frozen=True, slots=True)
class Package:
    """PackageInfo (SERVICE §5.2); times in seconds since the epoch, ``revision`` is its ETag."""

    name: str
    path: str
    description: str = ""
    package_id: str = ""
    version_id: str = ""
    version: str = ""
    version_comments: str = ""
    package_format: int = 0
    protection_level: int = -1
    size: int = 0
    created: float = 0.0
    modified: float = 0.0
    owner: str = ""
    reader_role: str = ""
    writer_role: str = ""
    revision: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """What is in a folder."""

    path: str
    folders: tuple[Folder, ...]
    packages: tuple[Package, ...]


@dataclass(frozen=True, slots=True)
class PathRows:
    """How many rows went along a path of a data flow."""

    path: str
    component: str
    target: str
    rows: int


@dataclass(frozen=True, slots=True)
class Execution:
    """One run (RunningPackage, SERVICE §5.2)."""

    id: str
    state: str
    package_path: str
    package_name: str
    number: int = 0
    user: str = ""
    created: float = 0.0
    started: float | None = None
    ended: float | None = None
    exit_code: int | None = None
    reason: str = ""
    errors: int = 0
    warnings: int = 0
    paths: tuple[PathRows, ...] = ()

    @property
    def done(self) -> bool:
        """Whether it has ended."""
        return self.ended is not None


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a run."""

    sequence: int
    time: float
    kind: str
    source: str
    message: str = ""
    code: int = 0
    source_path: str = ""
    percent: int = 0
